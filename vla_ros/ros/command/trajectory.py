# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Trajectories for a joint trajectory controller: each of them ends at rest."""

from rclpy.node import Node
from trajectory_msgs.msg import JointTrajectory

from vla_ros.gate.gate import Gate
from vla_ros.gate.state import GateInputs, GateState
from vla_ros.gate.tail import make_tail
from vla_ros.robot.profile import RobotProfile
from vla_ros.ros.command.base import TopicCommander
from vla_ros.ros.encode import encode_trajectory
from vla_ros.types import JointCommand


class TrajectoryCommander(TopicCommander):
    """Publishes, every tick, its command and the stop that was proved for it."""

    def __init__(self, node: Node, profile: RobotProfile, gate: Gate) -> None:
        """Create the publisher on `profile.command.topic`."""
        super().__init__(node, JointTrajectory, profile.command.topic)
        self._dt_s = gate.config.dt_s

    def send(
        self,
        command: JointCommand,
        state: GateState,
        inputs: GateInputs,  # noqa: ARG002
    ) -> None:
        """Publish a command and the way to rest from there."""
        now_ns = int(self._node.get_clock().now().nanoseconds)
        self.publish(encode_trajectory(command, make_tail(state, self._dt_s), now_ns))
