# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""`vla_ros bench live`: listen to a running graph and say where the milliseconds go."""

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from vla_ros.cli.json_file import make_room, write_json
from vla_ros.cli.screen import say
from vla_ros.errors import ConfigError

if TYPE_CHECKING:
    from vla_ros.timing.tally import Report

EXIT_NOT_SEEN = 1
LEAST_S, MOST_S = 1.0, 3600.0
_TELLING_S = 1.5  # executor_node tells once a second.
_EPILOG = """It listens only: it asks nothing of the nodes and sends no goal. Give one meanwhile
(vla_ros send), else nothing is seen of the policy and of the gate.

exit codes: 0 every hop was seen, 1 some were not and the text says why, 2 it could not listen"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _EPILOG
    parser.add_argument("what", choices=("live",), help="live: listen to a running graph")
    parser.add_argument(
        "--seconds", type=float, default=20.0, metavar="S", help="how long (default: 20)"
    )
    parser.add_argument("--namespace", default="/vla", help="of the nodes (default: /vla)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures as JSON")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="write a picture (PNG)")


def run(args: argparse.Namespace) -> int:
    """Listen and tell."""
    if not LEAST_S <= args.seconds <= MOST_S:
        raise ConfigError(f"--seconds {args.seconds:g}: wanted {LEAST_S:g} to {MOST_S:g}")
    make_room(args.json)
    from vla_ros.timing.page import as_object, as_text  # noqa: PLC0415  Help is instant.

    report = _listen(args.namespace, args.seconds)
    for line in as_text(report):
        say(line)
    write_json(args.json, as_object(report))
    if args.plot is not None:
        from vla_ros.timing.plots import write_plot  # noqa: PLC0415  Takes a second to import.

        write_plot(args.plot, report)
    return 0 if report.complete else EXIT_NOT_SEEN


def _listen(namespace: str, seconds: float) -> "Report":
    """Listen to the nodes in a namespace; Ctrl-C ends it early, and what was heard is told."""
    from vla_ros.ros.hop_listening import HopListening  # noqa: PLC0415  ROS only where it is used.
    from vla_ros.ros.station import Station  # noqa: PLC0415

    with Station(namespace, name="vla_bench") as station:
        began_s = time.monotonic()
        listening = HopListening(station)
        sys.stderr.write(f"listening for {seconds:g} s\n")
        try:
            time.sleep(seconds)
        except KeyboardInterrupt:
            sys.stderr.write("ended early\n")
        heard_s = time.monotonic() - began_s
        listening.close_intake()
        if listening.tally.chunks:
            time.sleep(_TELLING_S)
        mode = station.mode
    return listening.tally.report(heard_s, None if mode is None else mode.name)
