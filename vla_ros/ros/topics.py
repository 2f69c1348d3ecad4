# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What is said in the graph of one arm: topics with their types."""

from rcl_interfaces.msg import Log
from sensor_msgs.msg import JointState, Range
from std_msgs.msg import Bool, Float64, String

from vla_ros.msg import ActionChunk, GateState, Observation, Obstacles
from vla_ros.robot.profile import RobotProfile
from vla_ros.ros.interfaces import import_interface

# What each kind of `command` and `gripper` speaks; some packages are not in every installation.
COMMANDS = {
    "forward_position": "std_msgs/msg/Float64MultiArray",
    "forward_velocity": "std_msgs/msg/Float64MultiArray",
    "joint_trajectory": "trajectory_msgs/msg/JointTrajectory",
    "joint_jog": "control_msgs/msg/JointJog",
    "follow_joint_trajectory": "control_msgs/action/FollowJointTrajectory",
    "gripper_command": "control_msgs/action/GripperCommand",
    "parallel_gripper_command": "control_msgs/action/ParallelGripperCommand",
}


def full_name(topic: str, namespace: str) -> str:
    """Return the full name of a topic or action as a node understands it.

    Args:
        topic: As a profile says it: `/absolute` or `relative`.
        namespace: Of the node.
    """
    return topic if topic.startswith("/") else f"{namespace.rstrip('/')}/{topic}"


def topics_of(robot: RobotProfile) -> dict[str, type]:
    """Return the topics between observation and command, as executor_node sees them.

    Cameras are left out: an Observation holds their images as the policy sees them, and those
    are small. So are commands that are goals of an action.
    """
    topics = {
        "observation": Observation,
        "action_chunk": ActionChunk,
        "gate_state": GateState,
        "instruction": String,
        "executor_node/ghost": JointState,  # In a dry run.
        "executor_node/speed_scale": Float64,
        robot.state_topic: JointState,
        "/rosout": Log,
    }
    for section in (robot.command, robot.gripper):
        package, folder, name = COMMANDS[section.kind].split("/")
        if folder != "action":
            topics[section.topic] = import_interface(
                f"{package}.{folder}", name, wanted_by=f"kind: {section.kind}"
            )
    if robot.estop != "none":
        topics[robot.estop.topic] = Bool
    optional = ((robot.driver, Bool), (robot.deadman, Bool), (robot.human, Range))
    topics |= {source.topic: kind for source, kind in optional if source is not None}
    if robot.obstacles is not None:
        topics[robot.obstacles.topic] = Obstacles
    return topics


def is_action(interface: str) -> bool:
    """Say whether an interface of `COMMANDS` is an action; else it is a message."""
    return interface.split("/")[1] == "action"
