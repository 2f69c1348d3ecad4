# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

from vla_ros.doctor.line import Level
from vla_ros.doctor.policy import see_policy
from vla_ros.doctor.robot import check_robot, see_robot
from vla_ros.gate.config import make_gate_config
from vla_ros.resources import config_path, urdf_path
from vla_ros.robot.kinematics import make_kinematics


def test_a_profile_that_is_right_has_the_gates_own_fingerprint() -> None:
    seen = see_robot("sim_arm")
    assert seen.profile is not None
    assert (seen.objection, seen.arm_objection, seen.collision_objection) == ("", "", "")
    config = make_gate_config(seen.profile, make_kinematics(seen.profile))
    assert seen.gate_sha256 == config.sha256


def test_a_profile_that_does_not_exist_is_told_in_its_own_words() -> None:
    seen = see_robot("sim_arn")
    assert seen.profile is None
    (line,) = check_robot(seen)
    assert line.level is Level.FAIL
    assert "Did you mean 'sim_arm'?" in line.text
    assert "Did you mean 'tabletop'?" in see_policy("tabletp").objection


def test_a_collision_model_that_cannot_be_made_is_told_apart_from_the_arm(tmp_path: Path) -> None:
    text = config_path("robots", "sim_arm").read_text()
    profile = tmp_path / "sim_arm.yaml"
    profile.write_text(text.replace("links: [left_finger_link", "links: [middle_finger_link"))
    seen = see_robot(str(profile))
    assert seen.arm_objection == ""
    assert "middle_finger_link" in seen.collision_objection
    assert seen.gate_sha256 == ""
    failing = [line.check for line in check_robot(seen) if line.level is Level.FAIL]
    assert failing == ["robot.collision"]


def test_a_urdf_that_is_none_is_a_line_and_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "mine.urdf").write_text(urdf_path("sim_arm").read_text()[:500])
    profile = tmp_path / "sim_arm.yaml"
    text = config_path("robots", "sim_arm").read_text()
    profile.write_text(text.replace("urdf: sim_arm", "urdf: mine.urdf"))
    (line,) = check_robot(see_robot(str(profile)))
    assert line.check == "robot.profile"
    assert "mine.urdf: is not XML" in line.text
