# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Where commands go in a dry run: to a ghost of the robot, and to no controller."""

import array

from rclpy.node import Node
from sensor_msgs.msg import JointState
from std_msgs.msg import Header

from vla_ros.gate.state import GateInputs, GateState
from vla_ros.robot.profile import RobotProfile
from vla_ros.ros.command.base import TopicCommander
from vla_ros.types import JointCommand

GHOST = "~/ghost"


class GhostArm(TopicCommander):
    """Publishes every command as the joint state of a robot that follows at once.

    The gripper's joint is there once something was asked of the gripper.
    """

    def __init__(self, node: Node, profile: RobotProfile) -> None:
        """Create the publisher on `~/ghost`."""
        super().__init__(node, JointState, GHOST)
        self._gripper = profile.gripper

    def send(
        self,
        command: JointCommand,
        state: GateState,  # noqa: ARG002 - for others.
        inputs: GateInputs,  # noqa: ARG002 - for others.
    ) -> None:
        """Publish where arm and gripper would be."""
        names, position = list(command.names), array.array("d", command.position)
        velocity = array.array("d", command.velocity)
        if command.gripper is not None:
            names.append(self._gripper.joint)
            position.append(self._gripper.position_of(command.gripper))
            velocity.append(0.0)  # Arrays have one number for each name; nothing else is known.
        stamp = self._node.get_clock().now().to_msg()
        self.publish(
            JointState(
                header=Header(stamp=stamp), name=names, position=position, velocity=velocity
            )
        )

    def find_deaf(self) -> None:
        """Nobody has to listen to a ghost."""

    def find_intruder(self) -> None:
        """Whoever commands the robot meanwhile does not meet us."""


class GhostGripper:
    """Sends nothing: the ghost of the arm shows the gripper as well."""

    def send(self, opening: float) -> None:
        """Leave the gripper as it is."""

    def find_deaf(self) -> None:
        """Nobody has to listen."""

    def find_intruder(self) -> None:
        """Nobody can be in the way."""

    def pause(self) -> None:
        """There is nothing to end."""

    def withdraw(self) -> None:
        """There is nothing to take away."""
