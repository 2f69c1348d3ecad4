# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Does any command of the gate break an invariant, whatever its policy sends?

Thirty generators of hostile chunks drive the gate in simulated time, each with its share of the
commands. A checker that shares no code with the gate judges every command; for every n-th one,
distances are measured here and along the stop, and a physics engine is asked what touches.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # Before NumPy reads it.

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path

from adversarial_chunks import GENERATORS
from adversarial_contacts import Contacts
from adversarial_distance import Distances
from adversarial_judge import Judge
from adversarial_run import Tally, run_generator
from measure import report

from vla_ros.gate.config import make_gate_config
from vla_ros.gate.gate import Gate
from vla_ros.robot.kinematics import make_kinematics
from vla_ros.robot.profile import load_robot_profile

_ROBOTS = Path(__file__).parent / "robots"


@dataclass(slots=True)
class Result:
    """What came of one process: its tallies by generator, and the smallest distances [m]."""

    tallies: dict[str, Tally] = field(default_factory=dict)
    least_m: dict[str, float] = field(default_factory=dict)
    pair: str = ""
    measured: int = 0
    contacts: int = 0


def work(args: argparse.Namespace, shares: dict[str, int]) -> Result:
    """Run some generators, in a process of their own."""
    profile = load_robot_profile(args.robot)
    kinematics = make_kinematics(profile)
    config = make_gate_config(profile, kinematics)
    gate = Gate(config)
    contacts = Contacts(profile) if args.contacts else None
    judge = Judge(config, Distances(profile), contacts, args.every)
    result = Result()
    for generator in GENERATORS:
        share = shares.get(generator.__name__, 0)
        if share:
            tally = run_generator(gate, judge, generator, share, args.seed)
            result.tallies[generator.__name__] = tally
    result.least_m = {
        "min_self": judge.least_self_m,
        "min_env": judge.least_env_m,
        "min_excess": judge.least_excess_m,
        "min_excess_estop": judge.least_emergency_m,
    }
    result.pair, result.measured = judge.least_pair, judge.measured
    result.contacts = judge.contacts
    return result


def main() -> int:
    """Drive, judge and print; the exit code."""
    args = _parse()
    began = time.monotonic()
    shares = _shares(args.commands, args.processes)
    if args.processes == 1:
        results = [work(args, shares[0])]
    else:
        with ProcessPoolExecutor(args.processes, mp_context=get_context("spawn")) as pool:
            results = list(pool.map(work, [args] * len(shares), shares))
    tallies = {name: tally for result in results for name, tally in result.tallies.items()}
    figures = _figures(results, tallies, time.monotonic() - began)
    if args.verbose:
        _show(tallies)
    return report(figures, args.json, _missed(tallies, figures, args.commands))


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--commands", type=int, default=1_000_000, help="default: 1000000")
    parser.add_argument(
        "--robot", default="sim_arm", help="a profile's name or path, or one of benchmarks/robots"
    )
    parser.add_argument("--processes", type=int, default=1, help="default: 1")
    parser.add_argument("--seed", type=int, default=1, help="default: 1")
    parser.add_argument(
        "--every", type=int, default=10, help="measure distances for every n-th command (10)"
    )
    parser.add_argument(
        "--no-contacts",
        dest="contacts",
        action="store_false",
        help="ask no physics engine, which cannot read every URDF with meshes",
    )
    parser.add_argument("--verbose", action="store_true", help="print a line for each generator")
    parser.add_argument("--json", type=Path, help="write the figures to this file as well")
    args = parser.parse_args()
    ours = _ROBOTS / f"{args.robot}.yaml"
    args.robot = str(ours) if ours.is_file() else args.robot
    return args


def _shares(commands: int, processes: int) -> list[dict[str, int]]:
    """Deal the generators out to processes, each with its number of commands."""
    each = -(-commands // len(GENERATORS))
    names = [generator.__name__ for generator in GENERATORS]
    return [dict.fromkeys(names[k::processes], each) for k in range(processes)]


def _figures(results: list[Result], tallies: dict[str, Tally], seconds: float) -> dict[str, float]:
    figures: dict[str, float] = {
        "commands": sum(tally.commands for tally in tallies.values()),
        "violations": sum(tally.violations for tally in tallies.values()),
        "generators": len(tallies),
        "moving_share": sum(tally.moving for tally in tallies.values())
        / max(1, sum(tally.commands for tally in tallies.values())),
        "armings": sum(tally.armings for tally in tallies.values()),
        "latches": sum(tally.latches for tally in tallies.values()),
        "distances": sum(result.measured for result in results),
        "contacts": sum(result.contacts for result in results),
    }
    for name in results[0].least_m:
        figures[f"{name}_mm"] = 1e3 * min(result.least_m[name] for result in results)
    figures["wall_s"] = seconds
    return figures


def _missed(tallies: dict[str, Tally], figures: dict[str, float], commands: int) -> list[str]:
    missed = [f"{name}: {text}" for name, tally in tallies.items() for text in tally.texts]
    missed += [f"{name} moved nothing" for name, tally in tallies.items() if not tally.moving]
    if figures["commands"] < commands:
        missed.append(f"{figures['commands']:.0f} commands were published, wanted {commands}")
    return missed


def _show(tallies: dict[str, Tally]) -> None:
    for name, tally in tallies.items():
        print(
            f"{name}: commands={tally.commands} moving={tally.moving} armings={tally.armings} "
            f"latches={tally.latches} violations={tally.violations}"
        )


if __name__ == "__main__":
    sys.exit(main())
