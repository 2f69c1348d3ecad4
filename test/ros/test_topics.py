# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import pytest

pytest.importorskip("rclpy")
pytest.importorskip("vla_ros.msg", reason="the interfaces are not built")

from sensor_msgs.msg import Range
from std_msgs.msg import Bool
from trajectory_msgs.msg import JointTrajectory

from vla_ros.msg import GateState, Observation, Obstacles
from vla_ros.robot.commands import CommandProfile
from vla_ros.robot.parts import (
    DeadmanProfile,
    DriverProfile,
    HumanProfile,
    ObstaclesProfile,
)
from vla_ros.robot.profile import load_robot_profile
from vla_ros.ros.topics import topics_of

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
