# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Targets for a gripper: sent when they change, and now and then for a driver that missed one."""

import time

from rclpy.node import Node
from std_msgs.msg import Float64MultiArray
from trajectory_msgs.msg import JointTrajectory

from vla_ros.robot.profile import RobotProfile
from vla_ros.ros.command.base import TopicCommander
from vla_ros.ros.encode import encode_gripper

_REPEAT_NS = 100_000_000
_MESSAGES = {"forward_position": Float64MultiArray, "joint_trajectory": JointTrajectory}


class TopicGripper(TopicCommander):
    """Publishes the gripper's target on a topic."""

    def __init__(self, node: Node, profile: RobotProfile) -> None:
        """Create the publisher on `profile.gripper.topic`."""
        super().__init__(node, _MESSAGES[profile.gripper.kind], profile.gripper.topic)
        self._profile = profile.gripper
        self._sent: float | None = None
        self._sent_ns = 0

    def send(self, opening: float) -> None:
        """Publish a target that is new, or was last published a while ago."""
        now_ns = time.monotonic_ns()
        if opening == self._sent and now_ns - self._sent_ns < _REPEAT_NS:
            return
        self._sent, self._sent_ns = opening, now_ns
        self.publish(encode_gripper(opening, self._profile))
