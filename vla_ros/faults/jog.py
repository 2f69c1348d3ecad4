# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Moves an arm past the gate, as its maker's own controls do when a person jogs it."""

import time

import numpy as np
from rclpy.node import Node
from std_msgs.msg import Float64MultiArray
from trajectory_msgs.msg import JointTrajectory

from vla_ros.gate.feed import Knot
from vla_ros.gate.stop import at_rest
from vla_ros.robot.profile import RobotProfile
from vla_ros.ros.encode import encode_positions, encode_trajectory
from vla_ros.types import JointCommand

JOG_RAD = 0.15
_JOG_S = 0.6
_PERIOD_S = 0.01
_AHEAD_NS = 50_000_000  # A trajectory that is over when it arrives is refused.
_SETTLE_S = 0.4  # Until the last command arrived, and the arm rests where it was sent.


def jog(node: Node, profile: RobotProfile, start: tuple[float, ...]) -> None:
    """Move the first joint from where it is to the side where home is.

    Args:
        node: That commands meanwhile.
        profile: Of the robot.
        start: Where the arm is [rad].
    """
    kind = Float64MultiArray if profile.command.kind == "forward_position" else JointTrajectory
    out = node.create_publisher(kind, profile.command.topic, 1)
    side = -1.0 if start[0] > profile.home[0] else 1.0
    try:
        time.sleep(_SETTLE_S)  # Until the driver has heard of us.
        steps = round(_JOG_S / _PERIOD_S)
        for k in range(1, steps + 1):
            position = np.array(start)
            position[0] += side * JOG_RAD * k / steps
            now_ns = int(node.get_clock().now().nanoseconds)
            command = JointCommand(
                stamp_ns=now_ns,
                names=profile.joint_names,
                position=position,
                velocity=np.zeros(len(start)),
                acceleration=np.zeros(len(start)),
                gripper=None,
            )
            if kind is Float64MultiArray:
                out.publish(encode_positions(command))
            else:
                knot = Knot(now_ns + _AHEAD_NS, at_rest(position.tolist()))
                out.publish(encode_trajectory(command.names, (knot,)))
            time.sleep(_PERIOD_S)
        time.sleep(_SETTLE_S)
    finally:
        node.destroy_publisher(out)
