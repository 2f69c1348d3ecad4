# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Entry point of `vla_ros VERB`; imports only the verb that runs, so that help is instant."""

import argparse
import importlib
import os
import signal
import sys
from collections.abc import Sequence
from typing import Protocol, cast

from vla_ros import __version__
from vla_ros.errors import VlaRosError

VERBS = {
    "demo": "start a simulated arm and let one sentence move it",
    "send": "send an instruction to a running system and watch it",
    "park": "bring the arm home, slowly and through the gate",
    "train": "train the embedded policy from a seed",
    "eval": "measure how often a policy solves its tasks",
    "doctor": "look at a running robot and say what keeps it from working",
    "bench": "say where the milliseconds go in a running graph, from photon to motion",
    "faults": "make faults on purpose and see that the gate stops a simulated arm in time",
    "replay-audit": "check an audit log, and every command in it",
}
# Looks on while an arm may move. Not send and park: their Ctrl-C stops the arm.
_GENTLE = {"doctor": 10, "bench": 10}
EXIT_ERROR = 2
EXIT_INTERRUPTED = 130


class Verb(Protocol):
    """What each module of this folder that is named in `VERBS` offers."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the verb's options."""

    def run(self, args: argparse.Namespace) -> int:
        """Do it; the exit code of the process, 0 for success."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb; the exit code of the process."""
    arguments = sys.argv[1:] if argv is None else list(argv)
    args = _parse(arguments)
    if argv is None:  # We are the program, and the nodes come first.
        os.nice(_GENTLE.get(args.verb, 0))
    # Whoever ends us politely gets the same cleaning up as Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return _verb(args.verb).run(args)
    except (VlaRosError, OSError) as error:
        sys.stderr.write(f"vla_ros {args.verb}: {error}\n")
        return EXIT_ERROR
    except ModuleNotFoundError as error:
        sys.stderr.write(
            f"vla_ros {args.verb}: {error}. Source the ROS workspace first, or use the .venv "
            "that `make` sets up; training needs requirements/learn.txt\n"
        )
        return EXIT_ERROR
    except KeyboardInterrupt:
        sys.stderr.write(f"vla_ros {args.verb}: interrupted\n")
        return EXIT_INTERRUPTED


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="vla_ros", description="Tell a robot arm what to do in plain language."
    )
    parser.add_argument("--version", action="version", version=f"vla_ros {__version__}")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    chosen = next((a for a in arguments if not a.startswith("-")), None)
    for name, summary in VERBS.items():
        sub = verbs.add_parser(name, help=summary, description=summary[0].upper() + summary[1:])
        if name == chosen:
            _verb(name).add_arguments(sub)
    return parser.parse_args(arguments)


def _verb(name: str) -> Verb:
    return cast("Verb", importlib.import_module(f"vla_ros.cli.{name.replace('-', '_')}"))


if __name__ == "__main__":
    sys.exit(main())
