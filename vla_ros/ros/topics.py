# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What is said in the graph of one arm: topics with their types."""

from rcl_interfaces.msg import Log
from sensor_msgs.msg import JointState, Range
from std_msgs.msg import Bool, Float64, Float64MultiArray
from trajectory_msgs.msg import JointTrajectory

from vla_ros.msg import ActionChunk, GateState, Observation, Obstacles
from vla_ros.robot.profile import RobotProfile
from vla_ros.ros.interfaces import import_interface

_COMMANDS = {
    "forward_position": Float64MultiArray,
    "forward_velocity": Float64MultiArray,
    "joint_trajectory": JointTrajectory,
}


def command_topics(robot: RobotProfile) -> dict[str, type]:
    """Return the topics of commands for arm and gripper; an action has none.

    Raises:
        ConfigError: A message is not installed.
    """
    topics = {
        part.topic: _COMMANDS[part.kind]
        for part in (robot.command, robot.gripper)
        if part.kind in _COMMANDS
    }
    if robot.command.kind == "joint_jog":
        topics[robot.command.topic] = import_interface(
            "control_msgs.msg", "JointJog", wanted_by="command.kind: joint_jog"
        )
    return topics


def topics_of(robot: RobotProfile) -> dict[str, type]:
    """Return the topics between observation and command, as executor_node sees them.

    Cameras are left out: an Observation holds their images as the policy sees them, and those
    are small.
    """
    topics = {
        "observation": Observation,
        "action_chunk": ActionChunk,
        "gate_state": GateState,
        "executor_node/speed_scale": Float64,
        robot.state_topic: JointState,
        **command_topics(robot),
        "/rosout": Log,
    }
    if robot.estop != "none":
        topics[robot.estop.topic] = Bool
    optional = ((robot.driver, Bool), (robot.deadman, Bool), (robot.human, Range))
    topics |= {source.topic: kind for source, kind in optional if source is not None}
    if robot.obstacles is not None:
        topics[robot.obstacles.topic] = Obstacles
    return topics
