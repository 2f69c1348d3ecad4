# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Some faults of the table, once each: over real processes and DDS."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.ros, pytest.mark.integration]

SOME = (
    "policy_killed",
    "chunks_nan",
    "joint_states_drop",
    "joint_states_block",
    "estop_pressed",
    "arm_jogged",
    "gate_killed",
)


def faults(*words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "vla_ros.cli.main", "faults", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=170.0, check=False)


def test_the_gate_stops_the_arm_in_time(tmp_path: Path) -> None:
    path = tmp_path / "faults.json"
    ended = faults("--only", ",".join(SOME), "--json", str(path))
    told = json.loads(path.read_text(encoding="utf-8"))
    assert (told["failed"], told["breaches"], told["broken"]) == (0, 0, 0), ended.stdout
    assert told["commands"] > 500
    assert told["heard"] > 500
    assert set(told["trial"]) == set(SOME)
    judged = [name for name, trials in told["trial"].items() if not trials[-1]["void"]]
    assert len(judged) >= len(SOME) / 2, ended.stdout  # The others: this machine was too late.
    late = "too late to judge" in ended.stdout or told["missing"] > 0
    assert ended.returncode == int(late), ended.stdout


def test_a_fault_that_is_not_there_is_named() -> None:
    ended = faults("--only", "earthquake")
    assert ended.returncode == 2
    assert "there is no fault 'earthquake'. There are: policy_killed," in ended.stderr


def test_an_old_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "audit").mkdir()
    ended = faults("--only", "estop_pressed", "--out", str(tmp_path))
    assert ended.returncode == 2
    assert "is not empty, and audit logs of an earlier run would be judged" in ended.stderr


def test_faults_are_not_made_on_a_real_robot(tmp_path: Path) -> None:
    source = Path(__file__).parents[2] / "config" / "robots" / "sim_arm.yaml"
    real = source.read_text(encoding="utf-8").replace("simulated: true", "simulated: false")
    real = real.replace("name: sim_arm", "name: real_arm")
    real = real.replace("tcp_speed_m_s: 0.5", "tcp_speed_m_s: 0.25")
    path = tmp_path / "real_arm.yaml"
    path.write_text(real, encoding="utf-8")
    ended = faults("--robot", str(path))
    assert ended.returncode == 2
    assert "robot 'real_arm' is no simulation" in ended.stderr
