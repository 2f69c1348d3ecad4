# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A driver for any arm that a profile describes: it goes where it is told, and has no physics."""

import sys
import time

import numpy as np
import rclpy
from rclpy.executors import ExternalShutdownException
from rclpy.node import Node
from sensor_msgs.msg import JointState
from std_msgs.msg import Float64MultiArray
from trajectory_msgs.msg import JointTrajectory

from vla_ros.errors import SimulationError
from vla_ros.resources import ensure_fastdds_profile
from vla_ros.robot.profile import load_robot_profile
from vla_ros.ros.simulation import decode_trajectory
from vla_ros.sim.driver import Driver

_PERIOD_S = 0.01
_DEPTH = 10


class StandIn(Node):
    """Obeys commands at the speed of the arm's hard limits, and reports its joints."""

    def __init__(self) -> None:
        super().__init__("sim_node")
        source = self.declare_parameter("robot", "").value
        self._profile = load_robot_profile(str(source))
        self._driver = Driver(
            self._profile.joint_names,
            np.array([joint.hard.velocity_rad_s for joint in self._profile.joints]),
            self._profile.driver_command_timeout_s,
            self._profile.gripper.opening_of,
        )
        self._position = np.array(self._profile.home)
        self._driver.place(self._position, 1.0)
        command, gripper = self._profile.command, self._profile.gripper
        kinds = {
            "forward_position": (Float64MultiArray, self._on_positions),
            "joint_trajectory": (JointTrajectory, self._on_trajectory),
        }
        kind, callback = kinds[command.kind]
        self.create_subscription(kind, command.topic, callback, _DEPTH)
        self.create_subscription(kinds[gripper.kind][0], gripper.topic, lambda _: None, _DEPTH)
        self._out = self.create_publisher(JointState, self._profile.state_topic, _DEPTH)
        self.create_timer(_PERIOD_S, self._advance)

    def _on_positions(self, message: Float64MultiArray) -> None:
        try:
            self._driver.command_positions(message.data, time.monotonic_ns())
        except SimulationError as error:
            self.get_logger().error(f"arm command refused: {error}")

    def _on_trajectory(self, message: JointTrajectory) -> None:
        now_ns = time.monotonic_ns()
        try:  # Its stamp may be of a simulated clock that jumps: it counts from now.
            points = decode_trajectory(message, 0, now_ns)
            self._driver.command_trajectory(message.joint_names, points, now_ns)
        except SimulationError as error:
            self.get_logger().error(f"trajectory refused: {error}")

    def _advance(self) -> None:
        last = self._position
        self._position = self._driver.advance(time.monotonic_ns(), _PERIOD_S)
        velocity = (self._position - last) / _PERIOD_S
        message = JointState(
            name=[*self._profile.joint_names, self._profile.gripper.joint],
            position=[*self._position.tolist(), self._profile.gripper.open],
            velocity=[*velocity.tolist(), 0.0],
        )
        message.header.stamp = self.get_clock().now().to_msg()
        self._out.publish(message)


def main() -> int:
    """Drive until told to end."""
    ensure_fastdds_profile()
    rclpy.init(args=sys.argv)
    node = StandIn()
    try:
        rclpy.spin(node)
    except (KeyboardInterrupt, ExternalShutdownException):
        pass
    finally:
        node.destroy_node()
        rclpy.try_shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main())
