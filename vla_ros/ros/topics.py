# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What is said in the graph of one arm: topics with their types."""

from rcl_interfaces.msg import Log
from sensor_msgs.msg import JointState, Range
from std_msgs.msg import Bool, Float64, Float64MultiArray
from trajectory_msgs.msg import JointTrajectory

from vla_ros.msg import ActionChunk, GateState, Observation, Obstacles
from vla_ros.robot.profile import RobotProfile

COMMANDS = {"forward_position": Float64MultiArray, "joint_trajectory": JointTrajectory}


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
        robot.command.topic: COMMANDS[robot.command.kind],
        robot.gripper.topic: COMMANDS[robot.gripper.kind],
        "/rosout": Log,
    }
    if robot.estop != "none":
        topics[robot.estop.topic] = Bool
    optional = ((robot.driver, Bool), (robot.deadman, Bool), (robot.human, Range))
    topics |= {source.topic: kind for source, kind in optional if source is not None}
    if robot.obstacles is not None:
        topics[robot.obstacles.topic] = Obstacles
    return topics
