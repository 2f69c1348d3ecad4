# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import json
from dataclasses import replace
from pathlib import Path

import pytest

from vla_ros import __version__
from vla_ros.cli import main as cli
from vla_ros.gate.audit import FORMAT, End, Entry, Header, Link, digest, write_line
from vla_ros.gate.fingerprint import make_fingerprint
from vla_ros.gate.record import PublishedCommand
from vla_ros.gate.state import Event
from vla_ros.gate.vocabulary import GateMode
from vla_ros.resources import urdf_path
from vla_ros.robot.profile import load_robot_profile

ROBOT = load_robot_profile("sim_arm")
URDF = urdf_path(ROBOT.urdf)
ZEROS = (0.0,) * 6
HEADER = Header(
    format=FORMAT,
    package=__version__,
    chain="5eed",
    file=0,
    opened="2026-01-01T00:00:00+00:00",
    node="/vla/executor_node",
    config_sha256=make_fingerprint(ROBOT, URDF.read_bytes()),
    dt_s=0.01,
    robot=ROBOT,
    urdf=str(URDF),
    urdf_sha256=digest(URDF.read_bytes()),
)
REST = PublishedCommand(
    stamp_ns=2,
    names=ROBOT.joint_names,
    position=ROBOT.home,
    velocity=ZEROS,
    acceleration=ZEROS,
    gripper=None,
    mode=GateMode.ARMED,
    emergency=False,
    epoch=1,
    armed_ns=1,
    measured=ROBOT.home,
    source_epoch=None,
    observed_ns=None,
)
EVENT = Event(number=4, stamp_ns=1_500_000_000, mode=GateMode.ARMED, reasons=(), message="armed")
ENTRIES = (EVENT, REST, REST, REST, End(cause="deactivated"))


def write(path: Path, *entries: Entry) -> list[bytes]:
    link, lines = Link(), []
    for entry in entries:
        line, link = write_line(entry, link)
        lines.append(line)
    path.write_bytes(b"".join(lines))
    return lines


def figures(text: str) -> dict[str, str]:
    return dict(word.split("=") for word in text.splitlines()[-1].split())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "audit_1_0000.jsonl"


def test_a_whole_log_passes(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(path, HEADER, *ENTRIES)
    assert cli.main(["replay-audit", "--events", str(path)]) == 0
    written = capsys.readouterr().out
    assert figures(written) == {
        "logs": "1",
        "files": "1",
        "lines": "6",
        "commands": "3",
        "judged": "3",
        "events": "1",
        "broken": "0",
        "lost": "0",
        "breaches": "0",
        "good": "1",
    }
    assert "1.500 s  event 4  ARMED: armed" in written


def test_a_changed_line_fails_and_is_named(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = write(path, HEADER, *ENTRIES)
    lines[3] = lines[3].replace(b'"stamp_ns":2', b'"stamp_ns":3')
    path.write_bytes(b"".join(lines))
    assert cli.main(["replay-audit", str(path)]) == 1
    assert f"broken: {path}:4: was changed" in capsys.readouterr().out


def test_a_command_that_breaks_an_invariant_fails_and_is_told(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    jump = replace(REST, position=(1.0, *ROBOT.home[1:]))
    write(path, HEADER, REST, REST, REST, jump, End(cause=""))
    figures_path = tmp_path / "figures.json"
    assert cli.main(["replay-audit", str(path), "--json", str(figures_path)]) == 1
    assert f"breach: {path}:5: INVARIANT_I" in capsys.readouterr().out
    document = json.loads(figures_path.read_text())
    assert document["breaches"] == 1
    assert document["breaches_at"][0]["line"] == 5


def test_a_folder_stands_for_its_files_in_order(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in (2, 1):
        header = replace(HEADER, chain=str(number))
        write(tmp_path / f"audit_{number}_0000.jsonl", header, *ENTRIES)
    assert cli.main(["replay-audit", str(tmp_path)]) == 0
    assert figures(capsys.readouterr().out)["logs"] == "2"


def test_an_empty_folder_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["replay-audit", str(tmp_path)]) == 2
    assert "no audit_*.jsonl in" in capsys.readouterr().err


def test_another_urdf_is_refused_and_can_be_given(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = tmp_path / "old.urdf"
    old.write_bytes(URDF.read_bytes() + b"<!-- then -->")
    header = replace(HEADER, package="0.0.9", urdf_sha256=digest(old.read_bytes()))
    write(path, header, *ENTRIES)
    assert cli.main(["replay-audit", str(path)]) == 2
    assert "is not the URDF that the log was written with" in capsys.readouterr().err
    assert cli.main(["replay-audit", str(path), "--urdf", str(old)]) == 0


def test_a_header_with_wider_limits_than_the_gate_had_is_refused(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    robot = ROBOT.model_copy(update={"tcp_speed_m_s": 1.0})
    write(path, replace(HEADER, robot=robot), *ENTRIES)
    assert cli.main(["replay-audit", str(path)]) == 2
    assert "the header was changed" in capsys.readouterr().err
