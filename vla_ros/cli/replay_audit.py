# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""`vla_ros replay-audit`: is an audit log whole, and was every published command right?"""

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from vla_ros import __version__
from vla_ros.cli.json_file import make_room, write_json
from vla_ros.cli.screen import say
from vla_ros.errors import ConfigError

if TYPE_CHECKING:
    from vla_ros.gate.audit import Header
    from vla_ros.gate.audit_check import Judge, Report
    from vla_ros.gate.state import Event

_MOST = 20  # Remarks of one kind that are shown.


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "files",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="audit log, or a folder of them; files are read in the order of their names",
    )
    parser.add_argument("--urdf", type=Path, help="of the robot, if it is not where it was")
    parser.add_argument("--events", action="store_true", help="show the events")
    parser.add_argument("--json", type=Path, help="write figures and remarks to this file")


def run(args: argparse.Namespace) -> int:
    """Check; 0 if the logs are whole and every command keeps every invariant."""
    from vla_ros.gate.audit_check import AuditCheck  # noqa: PLC0415  Help stays instant.

    make_room(args.json)
    check = AuditCheck(lambda header: make_judge(header, args.urdf))
    for path in _files(args.files):
        with path.open("rb") as lines:
            check.read(str(path), lines)
    report = check.end()
    if args.events:
        for event in report.events:
            say(_describe(event))
    _show(report)
    write_json(args.json, _document(report))
    say(" ".join(f"{name}={value}" for name, value in _figures(report).items()))
    return 0 if report.good else 1


def make_judge(header: "Header", urdf: Path | None) -> "Judge":
    """Return the final checker as the gate had it.

    Args:
        header: Of the file whose commands are to be judged.
        urdf: Of the robot, if it is not where it was.

    Raises:
        ConfigError: There is no such URDF, or it or the robot is another one than then.
    """
    from vla_ros.gate.audit import digest  # noqa: PLC0415
    from vla_ros.gate.config import make_gate_config  # noqa: PLC0415
    from vla_ros.gate.final import ThoroughChecker, make_envelope  # noqa: PLC0415
    from vla_ros.robot.kinematics import make_kinematics  # noqa: PLC0415

    there = Path(header.urdf)
    path = urdf or (there if there.is_file() else header.robot.urdf_file())
    if digest(path.read_bytes()) != header.urdf_sha256:
        raise ConfigError(
            f"{path} is not the URDF that the log was written with (SHA-256 "
            f"{header.urdf_sha256}). Give that one: --urdf PATH"
        )
    robot = header.robot.model_copy(update={"urdf": str(path)})
    config = make_gate_config(robot, make_kinematics(robot))
    if header.package == __version__ and config.sha256 != header.config_sha256:
        raise ConfigError(
            f"the robot in file {header.file} of log {header.chain} is not the one that its "
            f"config_sha256 names: the header was changed. It says {header.config_sha256}, the "
            f"robot gives {config.sha256}"
        )
    return ThoroughChecker(make_envelope(config))


def _files(paths: list[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        found += path.glob("audit_*.jsonl") if path.is_dir() else [path]
    if not found:
        raise ConfigError(f"no audit_*.jsonl in {', '.join(map(str, paths))}")
    return sorted(found, key=lambda path: path.name)


def _show(report: "Report") -> None:
    for what, remarks in (
        ("note", report.notes),
        ("broken", report.broken),
        ("breach", report.breaches),
    ):
        for remark in remarks[:_MOST]:
            say(f"{what}: {remark}")
        if len(remarks) > _MOST:
            say(f"{what}: {len(remarks) - _MOST} more")


def _describe(event: "Event") -> str:
    return (
        f"{event.stamp_ns * 1e-9:.3f} s  event {event.number}  {event.mode.name}: {event.message}"
    )


def _figures(report: "Report") -> dict[str, int]:
    return {
        "logs": report.logs,
        "files": report.files,
        "lines": report.lines,
        "commands": report.commands,
        "judged": report.judged,
        "events": len(report.events),
        "broken": len(report.broken),
        "lost": report.lost,
        "breaches": len(report.breaches),
        "good": int(report.good),
    }


def _document(report: "Report") -> dict[str, object]:
    remarks = {"broken": report.broken, "breaches": report.breaches, "notes": report.notes}
    lists = {f"{name}_at": [asdict(r) for r in found] for name, found in remarks.items()}
    return {**_figures(report), **lists}
