# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Trajectories for a joint trajectory controller on its topic: each of them ends at rest."""

from rclpy.node import Node
from trajectory_msgs.msg import JointTrajectory

from vla_ros.gate.feed import TrajectoryFeed
from vla_ros.gate.gate import Gate
from vla_ros.gate.state import GateInputs, GateState
from vla_ros.robot.profile import RobotProfile
from vla_ros.ros.command.base import TopicCommander
from vla_ros.ros.encode import encode_trajectory
from vla_ros.types import JointCommand


class TrajectoryCommander(TopicCommander):
    """Publishes what the gate would command next, and the stop behind it, when that changes."""

    def __init__(self, node: Node, profile: RobotProfile, gate: Gate) -> None:
        """Create the publisher on `profile.command.topic`."""
        super().__init__(node, JointTrajectory, profile.command.topic)
        self._feed = TrajectoryFeed(gate, profile.command.window_s, repeats=True)
        self.told_ticks = self._feed.window - 1

    def send(self, command: JointCommand, state: GateState, inputs: GateInputs) -> None:
        """Publish a trajectory if the one before does not hold any more, or runs out."""
        now_ns = int(self._node.get_clock().now().nanoseconds)
        knots = self._feed.follow(state, inputs, command.stamp_ns, now_ns)
        if knots:
            self.publish(encode_trajectory(command.names, knots))

    def pass_over(self, state: GateState) -> None:
        """Note the command of a tick that never came."""
        self._feed.pass_over(state)
