# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""`vla_ros eval`: how often a policy solves its tasks, in simulated time or through ROS."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from vla_ros.cli.screen import say
from vla_ros.errors import ConfigError

_BAR = 0.85


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `vla_ros eval`."""
    parser.add_argument("--policy", default="native", help="name or path of a policy profile")
    parser.add_argument("--tasks", default="put", help="task families, with commas (put)")
    parser.add_argument("--episodes", type=int, default=50, help="how many scenes (50)")
    parser.add_argument("--seed", type=int, default=5000, help="of the first scene (5000)")
    parser.add_argument("--bar", type=float, default=_BAR, help="success rate wanted (0.85)")
    parser.add_argument("--processes", type=int, default=1, help="at a time, without ROS (1)")
    parser.add_argument("--json", help="write figures and episodes to this file")
    parser.add_argument(
        "--through-ros", action="store_true", help="measure through all running nodes"
    )


def run(args: argparse.Namespace) -> int:
    """Evaluate; 0 if the bar is met."""
    if args.episodes < 1 or args.processes < 1:
        raise ConfigError("--episodes and --processes: wanted 1 or more")
    if args.through_ros:
        from vla_ros.cli import eval_ros  # noqa: PLC0415  Needs ROS.

        return eval_ros.run(args)
    return _run_simulated(args)


def _run_simulated(args: argparse.Namespace) -> int:
    from vla_ros.learn.evaluate import (  # noqa: PLC0415  Imports the simulator.
        count_failures,
        evaluate,
        summarise,
    )

    results = evaluate(
        args.policy, args.tasks.split(","), args.episodes, args.seed, args.processes
    )
    for result in results:
        if not result.success:
            say(f"seed {result.seed}: {result.failure.value}: {result.message}")
    figures, failures = summarise(results), count_failures(results)
    if args.json is not None:
        document = asdict(figures) | {
            "bar": args.bar,
            "first_seed": args.seed,
            "failures": failures,
            "episode": [result.as_dict() for result in results],
        }
        Path(args.json).write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    passed = figures.success_rate >= args.bar
    if not passed:
        say(f"below the bar of {args.bar:g}; failures: {failures}")
    say(figures.line())
    return 0 if passed else 1
