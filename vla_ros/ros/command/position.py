# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Positions for a forward position controller: it goes where it is told, at once."""

from rclpy.node import Node
from std_msgs.msg import Float64MultiArray

from vla_ros.gate.state import GateInputs, GateState
from vla_ros.robot.profile import RobotProfile
from vla_ros.ros.command.base import TopicCommander
from vla_ros.ros.encode import encode_positions
from vla_ros.types import JointCommand


class PositionCommander(TopicCommander):
    """Publishes the positions of every tick."""

    def __init__(self, node: Node, profile: RobotProfile) -> None:
        """Create the publisher on `profile.command.topic`."""
        super().__init__(node, Float64MultiArray, profile.command.topic)

    def send(
        self,
        command: JointCommand,
        state: GateState,  # noqa: ARG002 - for kinds that look ahead, as the next.
        inputs: GateInputs,  # noqa: ARG002
    ) -> None:
        """Publish one target for each joint."""
        self.publish(encode_positions(command))
