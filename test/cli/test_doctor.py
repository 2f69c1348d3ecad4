# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import argparse
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from healthy import GRAPH, HEALTHY, node, with_images

from vla_ros.cli import doctor
from vla_ros.cli import main as cli
from vla_ros.doctor.examine import Seen

MISSING = with_images(publishers=(), count=0)


@pytest.fixture
def seeing(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Set `seen` to what is there to see; `args` is how it was looked for."""
    fake = SimpleNamespace(seen=HEALTHY, args=None)

    def look(args: argparse.Namespace, environment: object) -> Seen:
        fake.args = args
        return fake.seen

    monkeypatch.setattr(doctor, "look", look)
    return fake


def test_a_healthy_robot_is_zero(seeing: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["doctor"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1].endswith(" PASS, 0 WARN, 0 FAIL")
    assert all(line.startswith(("PASS", "INFO")) for line in lines[:-1])


def test_a_fault_is_one_with_one_line_of_what_to_do(
    seeing: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    seeing.seen = MISSING
    assert cli.main(["doctor"]) == doctor.EXIT_FAIL
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("FAIL")]
    assert len(lines) == 1
    assert "camera.wrist.topic" in lines[0]
    assert "nobody publishes /wrist/image_raw. Start the camera's driver, or correct" in lines[0]


def test_a_program_gets_one_object(seeing: Any, capsys: pytest.CaptureFixture[str]) -> None:
    seeing.seen = MISSING
    assert cli.main(["doctor", "--json"]) == doctor.EXIT_FAIL
    told = json.loads(capsys.readouterr().out)
    assert (told["robot"], told["policy"], told["exit_code"]) == ("sim_arm", "tabletop", 1)
    failing = [line for line in told["lines"] if line["level"] == "FAIL"]
    assert [line["check"] for line in failing] == ["camera.wrist.topic"]
    assert failing[0]["remedy"].startswith("Start the camera's driver")


@pytest.mark.parametrize("listen", ["0", "nan", "inf", "-1", "61"])
def test_a_time_that_makes_no_sense_is_two(
    seeing: Any, capsys: pytest.CaptureFixture[str], listen: str
) -> None:
    assert cli.main(["doctor", f"--listen={listen}"]) == cli.EXIT_ERROR
    assert "wanted 0.5 to 60 s" in capsys.readouterr().err


def test_the_profiles_are_those_of_the_nodes() -> None:
    assert doctor._asked(GRAPH.nodes, "policy") == "tabletop"


def test_without_a_node_to_ask_the_profile_has_to_be_given() -> None:
    with pytest.raises(doctor.ConfigError, match=r"no node says which robot .* or give --robot"):
        doctor._asked((), "robot")


def test_the_audit_log_is_looked_for_where_the_node_writes_it(tmp_path: Path) -> None:
    pytest.importorskip("rclpy", reason="needs ROS 2")
    (tmp_path / "audit").mkdir()
    said = {"audit_folder": str(tmp_path / "audit"), "audit_file_mb": 2.0, "audit_files": 3}
    seen = doctor.see_machine(
        {"FASTRTPS_DEFAULT_PROFILES_FILE": "/no"}, [node("executor_node", **said)]
    )
    assert seen.audit_folder == tmp_path / "audit"
    assert seen.audit_mb == 6.0
    assert seen.free_mb > 0.0
    assert (seen.fastdds_file, seen.fastdds_readable) == ("/no", False)


def test_a_folder_that_is_not_there_yet_has_the_room_of_the_one_above(tmp_path: Path) -> None:
    assert doctor._room_mb(tmp_path / "a" / "b") == pytest.approx(
        doctor._room_mb(tmp_path), rel=0.1
    )
