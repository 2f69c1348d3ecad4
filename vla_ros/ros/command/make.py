# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which commander a robot profile asks for."""

from rclpy.node import Node

from vla_ros.gate.gate import Gate
from vla_ros.robot.commands import ACTION_GRIPPERS
from vla_ros.robot.profile import RobotProfile
from vla_ros.ros.command.base import ArmCommander, GripperCommander
from vla_ros.ros.command.follow import make_follow_commander
from vla_ros.ros.command.gripper import TopicGripper
from vla_ros.ros.command.gripper_action import make_action_gripper
from vla_ros.ros.command.position import PositionCommander
from vla_ros.ros.command.trajectory import TrajectoryCommander
from vla_ros.ros.command.velocity import VelocityCommander


def make_arm_commander(node: Node, profile: RobotProfile, gate: Gate) -> ArmCommander:
    """Return what brings commands to the arm.

    Args:
        node: That commands.
        profile: Names the kind of command and the controller.
        gate: Knows what it would command next; for kinds that send a future along.

    Raises:
        ConfigError: The kind needs messages that are not installed.
    """
    if profile.command.kind == "forward_position":
        return PositionCommander(node, profile)
    if profile.command.is_velocity:
        return VelocityCommander(node, profile, gate)
    if profile.command.kind == "follow_joint_trajectory":
        return make_follow_commander(node, profile, gate)
    return TrajectoryCommander(node, profile, gate)


def make_gripper_commander(node: Node, profile: RobotProfile) -> GripperCommander:
    """Return what brings targets to the gripper.

    Args:
        node: That commands.
        profile: Names the kind of command and the controller.
    """
    if profile.gripper.kind in ACTION_GRIPPERS:
        return make_action_gripper(node, profile)
    return TopicGripper(node, profile)
