# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
from typing import get_args

import pytest

pytest.importorskip("rclpy")
pytest.importorskip("vla_ros.msg", reason="the interfaces are not built")

from sensor_msgs.msg import Range
from std_msgs.msg import Bool
from trajectory_msgs.msg import JointTrajectory

from vla_ros.msg import GateState, Observation, Obstacles
from vla_ros.robot.commands import CommandProfile, GripperProfile
from vla_ros.robot.parts import DeadmanProfile, DriverProfile, HumanProfile, ObstaclesProfile
from vla_ros.robot.profile import load_robot_profile
from vla_ros.ros.topics import COMMANDS, full_name, is_action, topics_of
from vla_ros.strict_yaml import StrictModel

ROBOT = load_robot_profile("sim_arm")


def test_all_between_observation_and_command_is_there() -> None:
    topics = topics_of(ROBOT)
    assert topics["observation"] is Observation
    assert topics["gate_state"] is GateState
    wanted = {ROBOT.state_topic, ROBOT.command.topic, ROBOT.gripper.topic, "/rosout"}
    assert wanted | {"/estop", "executor_node/speed_scale"} <= set(topics)


def test_what_a_profile_names_beyond_is_there_too() -> None:
    robot = ROBOT.model_copy(
        update={
            "estop": "none",
            "command": CommandProfile(kind="joint_trajectory", topic="/arm", rate_hz=100.0),
            "driver": DriverProfile(topic="/ready"),
            "deadman": DeadmanProfile(topic="/held"),
            "human": HumanProfile(topic="/near", speed_m_s=1.6, margin_m=0.5),
            "obstacles": ObstaclesProfile(topic="/boxes"),
        }
    )
    topics = topics_of(robot)
    assert topics["/arm"] is JointTrajectory
    assert topics["/ready"] is topics["/held"] is Bool
    assert topics["/near"] is Range
    assert topics["/boxes"] is Obstacles
    assert "/estop" not in topics


@pytest.mark.parametrize("section", [CommandProfile, GripperProfile])
def test_every_kind_of_command_has_an_interface(section: type[StrictModel]) -> None:
    assert set(get_args(section.model_fields["kind"].annotation)) <= set(COMMANDS)


def test_a_goal_of_an_action_is_no_topic() -> None:
    command = ROBOT.command.model_copy(update={"kind": "follow_joint_trajectory", "topic": "/arm"})
    assert is_action(COMMANDS[command.kind])
    assert "/arm" not in topics_of(ROBOT.model_copy(update={"command": command}))


@pytest.mark.parametrize(("topic", "full"), [("/arm/x", "/arm/x"), ("x", "/vla/x")])
def test_a_name_is_understood_as_the_node_understands_it(topic: str, full: str) -> None:
    assert full_name(topic, "/vla") == full


def test_the_root_namespace_has_no_double_slash() -> None:
    assert full_name("x", "/") == "/x"
