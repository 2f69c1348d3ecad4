# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Who plays in a fault, and what each is told, comes from the profile of the robot."""

from pathlib import Path

import pytest

from vla_ros.errors import ConfigError
from vla_ros.faults import stage
from vla_ros.faults.fault import Setting
from vla_ros.robot.parts import DeadmanProfile, EstopProfile, ObstaclesProfile
from vla_ros.robot.profile import RobotProfile, load_robot_profile

PROFILE = load_robot_profile("sim_arm")
SEVEN = Path(__file__).parents[2] / "benchmarks" / "robots" / "seven_joint.yaml"


@pytest.fixture(scope="module")
def seven() -> RobotProfile:
    estop = EstopProfile(topic="/estop", timeout_s=0.2)
    return load_robot_profile(SEVEN).model_copy(update={"estop": estop})


def test_another_arm_than_the_simulated_one_has_a_stand_in(seven: RobotProfile) -> None:
    assert stage.has_simulation(PROFILE)
    assert not stage.has_simulation(seven)


@pytest.mark.parametrize(
    ("part", "kind"), [("command", "forward_velocity"), ("gripper", "gripper_command")]
)
def test_a_kind_of_command_that_nobody_can_judge_is_named(part: str, kind: str) -> None:
    changed = getattr(PROFILE, part).model_copy(update={"kind": kind})
    stage.check_kinds(PROFILE)
    with pytest.raises(ConfigError, match=f"'sim_arm' has {part}.kind: {kind}; faults are made"):
        stage.check_kinds(PROFILE.model_copy(update={part: changed}))


def test_the_joints_are_those_of_the_profile(seven: RobotProfile) -> None:
    _, told = stage.script(seven, "policy", "/vla")
    assert told is not None
    assert told["joints"] == seven.joint_names
    assert len(told["home"]) == 7
    _, told = stage.script(seven, "relay", "/vla")
    assert told is not None
    assert told["joint"] == "shoulder_yaw"


def test_a_joint_swings_to_the_side_with_more_room() -> None:
    home = (2.0, *PROFILE.home[1:-1], -2.0)
    _, told = stage.script(PROFILE.model_copy(update={"home": home}), "policy", "/vla")
    assert told is not None
    assert told["sides"] == [-1.0, 1.0]


def test_sources_that_the_profile_names_are_played() -> None:
    assert "surroundings" not in stage.cast(PROFILE, Setting.USUAL)
    named = PROFILE.model_copy(
        update={
            "deadman": DeadmanProfile(topic="/held"),
            "obstacles": ObstaclesProfile(topic="/boxes"),
        }
    )
    assert "surroundings" in stage.cast(named, Setting.USUAL)
    _, told = stage.script(named, "surroundings", "/vla")
    assert told == {"frame": "base_link", "deadman": "/held", "obstacles": "/boxes"}


def test_a_simulated_clock_is_played_where_it_is_asked_for() -> None:
    assert "clock" in stage.cast(PROFILE, Setting.CLOCK)
    assert "clock" not in stage.cast(PROFILE, Setting.USUAL)


def test_perception_takes_part_where_a_camera_does() -> None:
    assert "perception_node" in stage.nodes(Setting.CAMERA)
    assert "imager" in stage.cast(PROFILE, Setting.CAMERA)
    assert stage.nodes(Setting.USUAL) == ("sim_node", "executor_node")
    assert stage.simulator(Setting.USUAL) == {}


@pytest.mark.parametrize(
    ("setting", "transport"), [(Setting.CAMERA, "raw"), (Setting.JPEG, "compressed")]
)
def test_a_camera_at_fault_has_a_size_and_a_rate(
    tmp_path: Path, setting: Setting, transport: str
) -> None:
    camera = load_robot_profile(stage.write_profile(PROFILE, tmp_path, setting)).cameras[0]
    assert (camera.transport, camera.size) == (transport, (128, 128))
    assert str(camera.rate_hz) == stage.simulator(setting)["camera_rate_hz"]
    _, told = stage.script(PROFILE, "imager", "/vla", setting)
    assert told is not None
    assert told["jpeg"] is (setting is Setting.JPEG)
    _, told = stage.script(PROFILE, "policy", "/vla", setting)
    assert told is not None
    assert told["looks"]


def test_an_arm_without_a_joint_between_two_is_refused() -> None:
    short = PROFILE.model_copy(update={"joints": PROFILE.joints[:2]})
    with pytest.raises(ConfigError, match="has 2 joints; faults are made on arms with 3 or more"):
        stage.cast(short, Setting.USUAL)


def test_the_gate_is_given_a_profile_of_its_own(tmp_path: Path, seven: RobotProfile) -> None:
    written = load_robot_profile(stage.write_profile(seven, tmp_path))
    assert written.state_topic == "/faults/joint_states"
    assert written.estop != "none"
    assert written.estop.topic == "/faults/estop"
    assert written.joints == seven.joints
