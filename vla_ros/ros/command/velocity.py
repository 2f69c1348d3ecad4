# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Velocities for a forward velocity controller or MoveIt Servo.

A velocity goes on for as long as nobody says another one. So these kinds are for drivers that
stop by themselves within 0.1 s of silence (`driver_command_timeout_s`; the profile refuses them
otherwise), and zero is the last thing that is said.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from rclpy.node import Node
from std_msgs.msg import Float64MultiArray

from vla_ros.errors import ConfigError
from vla_ros.gate.gate import Gate
from vla_ros.gate.state import GateInputs, GateState
from vla_ros.gate.velocity import VelocityLaw, VelocityStream
from vla_ros.robot.profile import RobotProfile
from vla_ros.ros.command.base import TopicCommander
from vla_ros.ros.encode import encode_jog, encode_velocities
from vla_ros.ros.interfaces import import_interface
from vla_ros.types import FloatArray, JointCommand


class VelocityCommander(TopicCommander):
    """Publishes, every tick, the velocity that keeps the arm on the gate's commands."""

    def __init__(self, node: Node, profile: RobotProfile, gate: Gate) -> None:
        """Create the publisher on `profile.command.topic`.

        Raises:
            ConfigError: The message is not installed, or the profile names no gain.
        """
        gain = profile.command.gain_per_s
        if gain is None:
            raise ConfigError(
                f"robot profile '{profile.name}': command.kind: {profile.command.kind} needs "
                "command.gain_per_s"
            )
        self._names = profile.joint_names
        limits = gate.config.limits.operating
        law = VelocityLaw(
            limit_rad_s=np.array(limits.velocity),
            gain_per_s=gain,
            stale_s=gate.config.joint_state_stale_s,
        )
        self._stream = VelocityStream(law, np.array(limits.acceleration) * gate.config.dt_s)
        message, self._encode = self._make_encoder(node, profile)
        super().__init__(node, message, profile.command.topic)

    def send(
        self,
        command: JointCommand,
        state: GateState,
        inputs: GateInputs,  # noqa: ARG002 - for others.
    ) -> None:
        """Publish one velocity for each joint."""
        now_ns = command.stamp_ns if state.tick_ns is None else state.tick_ns
        self.publish(self._encode(self._stream.follow(command, state.joints, now_ns)))

    def pause(self) -> None:
        """Say zero, since nothing more is said for a while."""
        self._stream.rest()
        self.publish(self._encode(np.zeros(len(self._names))))

    def withdraw(self) -> None:
        """Say zero, and nothing after it."""
        self.pause()
        super().withdraw()

    def _make_encoder(
        self, node: Node, profile: RobotProfile
    ) -> tuple[type, Callable[[FloatArray], Any]]:
        if profile.command.kind == "forward_velocity":
            return Float64MultiArray, encode_velocities
        wanted_by = f"command.kind: {profile.command.kind}"
        jog = import_interface("control_msgs.msg", "JointJog", wanted_by=wanted_by)

        def encode(velocity: FloatArray) -> Any:
            stamp_ns = int(node.get_clock().now().nanoseconds)
            return encode_jog(jog, self._names, velocity, stamp_ns)

        return jog, encode
