# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""`vla_ros send "..."`: give an instruction to a running system and watch it."""

import argparse
import sys
from typing import TYPE_CHECKING

from vla_ros.cli.screen import ProgressLine, say
from vla_ros.policy.outcome import Outcome

if TYPE_CHECKING:
    from vla_ros.action import ExecuteInstruction
    from vla_ros.ros.client import Ended, InstructionClient

EXIT_NO_SERVER = 3
EXIT_OUTCOME = 10

_EPILOG = """exit codes:
  0 succeeded, 2 wrong usage, 3 no server or server lost,
  """ + ", ".join(f"{EXIT_OUTCOME + o} {o.name}" for o in Outcome if o > Outcome.SUCCEEDED)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _EPILOG
    parser.add_argument("instruction", help="for example 'put the red cube in the blue bowl'")
    parser.add_argument("--namespace", default="/vla", help="of the nodes (default: /vla)")
    parser.add_argument(
        "--timeout", type=float, default=0.0, metavar="S", help="give up after so many seconds"
    )
    parser.add_argument(
        "--speed", type=float, default=1.0, metavar="SCALE", help="0.01 to 1 (default: 1)"
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="run the policy, send nothing to the gate"
    )
    parser.add_argument(
        "--wait", type=float, default=5.0, metavar="S", help="for the server (default: 5)"
    )


def run(args: argparse.Namespace) -> int:
    """Send the goal; Ctrl-C cancels it and waits for its end."""
    from vla_ros.ros.client import ServerLostError  # noqa: PLC0415  ROS only where it is used.
    from vla_ros.ros.station import Station  # noqa: PLC0415

    with Station(args.namespace, name="vla_send") as station:
        try:
            station.instructions.wait_for_server(args.wait)
            ended = send(station.instructions, _goal(args))
        except ServerLostError as error:
            sys.stderr.write(f"vla_ros send: {error}\n")
            return EXIT_NO_SERVER
    say(summary(ended))
    return exit_code(ended.outcome)


def send(client: "InstructionClient", goal: "ExecuteInstruction.Goal") -> "Ended":
    """Send a goal with a live display; Ctrl-C cancels it.

    Raises:
        ServerLostError: The server is gone.
        KeyboardInterrupt: Ctrl-C, before the goal was sent, or again.
    """
    line = ProgressLine()
    try:
        return client.send(goal, line.show)
    except KeyboardInterrupt:
        line.close()
        say("canceling; the arm comes to rest (Ctrl-C again does not wait)")
        ended = client.cancel()
        if ended is None:
            raise
        return ended
    finally:
        line.close()


def summary(ended: "Ended") -> str:
    """Return how a goal ended, in one line."""
    return (
        f"{ended.outcome.name}: {ended.message} ({ended.duration_s:.1f} s, "
        f"{ended.inference_count} inferences, {ended.intervention_count} interventions)"
    )


def exit_code(outcome: Outcome) -> int:
    """Return the exit code of an outcome: 0 for success, else 10 and its number."""
    return 0 if outcome is Outcome.SUCCEEDED else EXIT_OUTCOME + int(outcome)


def _goal(args: argparse.Namespace) -> "ExecuteInstruction.Goal":
    from vla_ros.action import ExecuteInstruction  # noqa: PLC0415

    return ExecuteInstruction.Goal(
        instruction=args.instruction,
        timeout_s=args.timeout,
        speed_scale=args.speed,
        dry_run=args.dry_run,
    )
