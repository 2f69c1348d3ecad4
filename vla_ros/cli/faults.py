# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""`vla_ros faults`: make faults on purpose, and see that the gate stops the arm in time."""

import argparse
import contextlib
import itertools
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from vla_ros.cli.graph import isolate
from vla_ros.cli.json_file import make_room, write_json
from vla_ros.cli.screen import say
from vla_ros.errors import ConfigError

if TYPE_CHECKING:
    from vla_ros.faults.bench import Bench
    from vla_ros.faults.bounds import Bounds
    from vla_ros.faults.fault import Fault
    from vla_ros.faults.trial import Trial
    from vla_ros.gate.audit import Header
    from vla_ros.robot.profile import RobotProfile

_MOST_VOID = 0.1  # Of the repeats.
_MOST = 5  # Breaches that are shown.
_TRIES = 5  # For one repeat on a machine that is late.


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `vla_ros faults`."""
    parser.add_argument("--robot", default="sim_arm", help="profile of a simulated robot")
    parser.add_argument("--repeat", type=int, default=1, help="how often each fault is made")
    parser.add_argument("--only", default="", help="names of faults, with commas between")
    parser.add_argument("--list", action="store_true", help="show the faults and end")
    parser.add_argument("--out", type=Path, help="folder for logs; a temporary one if left out")
    parser.add_argument("--json", type=Path, help="write every repeat to this file")


def run(args: argparse.Namespace) -> int:
    """Make the faults; 0 when every one ended as it has to."""
    make_room(args.json)
    isolate()
    from vla_ros.faults.bounds import make_bounds  # noqa: PLC0415  ROS, after isolate().
    from vla_ros.faults.stage import has_simulation  # noqa: PLC0415
    from vla_ros.robot.profile import load_robot_profile  # noqa: PLC0415

    faults = _choose(args.only)
    if args.list:
        for fault in faults:
            say(f"{fault.name:20} {fault.what}")
        return 0
    if args.repeat < 1:
        raise ConfigError(f"--repeat {args.repeat}: wanted 1 or more")
    profile = load_robot_profile(args.robot)
    if not profile.simulated:
        raise ConfigError(
            f"robot '{profile.name}' is no simulation (simulated: false); faults are made on "
            "purpose in simulations only"
        )
    if args.out is not None and args.out.is_dir() and any(args.out.iterdir()):
        raise ConfigError(
            f"--out {args.out}: it is not empty, and audit logs of an earlier run would be judged "
            "with those of this one. Name another folder"
        )
    with tempfile.TemporaryDirectory(prefix="vla_ros_faults_") as scratch:
        folder = args.out or Path(scratch)
        say(_line("fault", "expected", "bound", "worst", "") + "  (times to standstill in s)")
        told: dict[str, list[Trial]] = {}
        for setting, group in itertools.groupby(faults, lambda fault: fault.setting):
            rows = list(group)
            if setting.sees and not has_simulation(profile):
                say(f"left out: {', '.join(row.name for row in rows)}: no camera is simulated")
                continue
            place = folder / setting.value
            told |= _try_all(args, profile, make_bounds(profile), rows, place)
        audit = _check_audits(folder)
    return _report(args, told, audit)


def _choose(only: str) -> "tuple[Fault, ...]":
    from vla_ros.faults.table import FAULTS  # noqa: PLC0415

    names = [name for name in only.split(",") if name]
    known = {fault.name: fault for fault in FAULTS}
    for name in names:
        if name not in known:
            raise ConfigError(f"--only: there is no fault '{name}'. There are: {', '.join(known)}")
    return tuple(fault for fault in FAULTS if not names or fault.name in names)


def _try_all(
    args: argparse.Namespace,
    profile: "RobotProfile",
    bounds: "Bounds",
    rows: "list[Fault]",
    folder: Path,
) -> "dict[str, list[Trial]]":
    """Make some faults on one bench."""
    from vla_ros.faults.bench import Bench  # noqa: PLC0415

    told = {}
    with Bench(profile, args.robot, folder, rows[0].setting) as bench:
        for fault in rows:
            trials = [t for _ in range(args.repeat) for t in _repeat(bench, fault, bounds)]
            told[fault.name] = trials
            _show(fault, trials)
    return told


def _repeat(bench: "Bench", fault: "Fault", bounds: "Bounds") -> "list[Trial]":
    """Make a fault until the machine was punctual; all trials, the valid one last."""
    from vla_ros.faults.trial import failed_trial, try_fault  # noqa: PLC0415

    trials = []
    for _ in range(_TRIES):
        try:
            trials.append(try_fault(bench, fault, bounds))
        except Exception as error:  # noqa: BLE001  Whatever it is, the repeat has failed.
            trials.append(failed_trial(error))
            with contextlib.suppress(OSError):  # Who died meanwhile is started by the next one.
                bench.undo()
        if not trials[-1].void:
            break
    return trials


def _show(fault: "Fault", trials: "list[Trial]") -> None:
    valid = [trial for trial in trials if not trial.void]
    failed = [trial for trial in valid if not trial.passed]
    worst = max((trial.standstill_s for trial in valid), default=float("nan"))
    bound = next((t.bound_s for t in trials if t.bound_s is not None), None)
    void = len(trials) - len(valid)
    verdict = f"FAIL {len(failed)}/{len(valid)}: {failed[0].message}" if failed else "pass"
    if not valid:
        verdict = "VOID: the machine is too late"
    elif void:
        verdict += f" ({void} void)"
    said = "/".join(dict.fromkeys(reason.name for reason in (*fault.hints, *fault.reasons)))
    expected = f"{fault.wanted.value}: {said}" if said else fault.wanted.value
    moves = "-" if bound is None else f"{worst:.3f}"
    say(_line(fault.name, expected, "-" if bound is None else f"{bound:.3f}", moves, verdict))


def _line(name: str, expected: str, bound: str, worst: str, verdict: str) -> str:
    return f"{name:20} {expected:36} {bound:>7} {worst:>7}  {verdict}"


def _check_audits(folder: Path) -> dict[str, int]:
    """Have every published command judged once more, from the audit logs."""
    from vla_ros.cli.replay_audit import make_judge  # noqa: PLC0415
    from vla_ros.faults.spacing import SpacingJudge  # noqa: PLC0415
    from vla_ros.gate.audit_check import AuditCheck  # noqa: PLC0415

    spacings: list[SpacingJudge] = []

    def judge(header: "Header") -> SpacingJudge:
        spacings.append(SpacingJudge(make_judge(header, None), header.dt_s))
        return spacings[-1]

    judged, breaches, broken = 0, 0, 0
    for logs in sorted(folder.glob("*/audit")):
        if not logs.is_dir():
            continue
        check = AuditCheck(judge)
        for path in sorted(logs.glob("audit_*.jsonl")):
            with path.open("rb") as lines:
                check.read(str(path), lines)
        report = check.end()
        judged += report.judged
        breaches += len(report.breaches)
        broken += len(report.broken) + report.lost
        for remark in (*report.breaches, *report.broken)[:_MOST]:
            say(f"breach: {remark}")
    for spacing in spacings:
        if not spacing.is_kept:
            breaches += 1
            say(f"breach: I10: two ticks are {spacing.closest:.3f} periods apart")
    return {"commands": judged, "breaches": breaches, "broken": broken}


def _report(
    args: argparse.Namespace, told: "dict[str, list[Trial]]", audit: dict[str, int]
) -> int:
    trials = [trial for row in told.values() for trial in row]
    void = sum(trial.void for trial in trials)
    failed = sum(not trial.void and not trial.passed for trial in trials)
    valid = [sum(not trial.void for trial in row) for row in told.values()]
    missing = sum(max(args.repeat - count, 0) for count in valid)
    figures = {
        "faults": len(told),
        "trials": len(trials),
        "void": void,
        "failed": failed,
        "missing": missing,
        "heard": sum(trial.judged for trial in trials),
        "lost": sum(trial.lost for trial in trials),
        **audit,
    }
    rows = {name: [asdict(trial) for trial in row] for name, row in told.items()}
    write_json(args.json, {**figures, "trial": rows})
    late = void > _MOST_VOID * len(trials)
    if late:
        say(f"{void} of {len(trials)} trials are void: this machine is too late to judge a gate")
    say(" ".join(f"{name}={value}" for name, value in figures.items()))
    unproved = any(trial.reasons for trial in trials) and not audit["commands"]
    if unproved:
        say("no command is in the audit logs, so none was judged")
    bad = failed or missing or audit["breaches"] or audit["broken"] or late or unproved
    return 1 if bad else 0
