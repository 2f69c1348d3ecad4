# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Everything that executor_node publishes. Used by its control thread, closed by its node."""

import time
from collections.abc import Sequence
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from rclpy.duration import Duration
from rclpy.node import Node
from rclpy.qos import LivelinessPolicy, QoSProfile
from std_msgs.msg import Float64MultiArray
from trajectory_msgs.msg import JointTrajectory

from vla_ros.gate.config import GateConfig
from vla_ros.gate.state import Decision, GateState
from vla_ros.gate.tail import make_tail
from vla_ros.msg import GateState as GateStateMessage
from vla_ros.robot.profile import RobotProfile
from vla_ros.ros.encode import encode_gripper, encode_positions, encode_trajectory
from vla_ros.ros.gate_state import encode_gate_diagnostics, encode_gate_state, encode_inactive
from vla_ros.ros.ownership import find_deaf
from vla_ros.ros.qos import LATCHED
from vla_ros.types import JointCommand

_LEASE_S = 0.2
_GRIPPER_REPEAT_NS = 100_000_000
_DIAGNOSTICS_DEPTH = 10


class ExecutorOutputs:
    """The publishers of executor_node."""

    def __init__(self, node: Node, profile: RobotProfile, config: GateConfig) -> None:
        """Create the publishers.

        Args:
            node: They belong to.
            profile: Of the robot.
            config: The gate's constants.
        """
        self._node = node
        self._profile = profile
        self._config = config
        self._gripper: float | None = None
        self._gripper_ns = 0
        # Whoever wants to know within 200 ms that this process died may ask for the lease.
        qos = QoSProfile(
            depth=1,
            liveliness=LivelinessPolicy.AUTOMATIC,
            liveliness_lease_duration=Duration(nanoseconds=int(_LEASE_S * 1e9)),
        )
        kinds = {"forward_position": Float64MultiArray, "joint_trajectory": JointTrajectory}
        self._arm = node.create_publisher(kinds[profile.command.kind], profile.command.topic, qos)
        self._hand = node.create_publisher(kinds[profile.gripper.kind], profile.gripper.topic, qos)
        self._commands: tuple[Any, ...] = (self._arm, self._hand)
        self._states = node.create_publisher(GateStateMessage, "gate_state", LATCHED)
        self._diagnostics = node.create_publisher(
            DiagnosticArray, "/diagnostics", _DIAGNOSTICS_DEPTH
        )

    @property
    def command_topics(self) -> tuple[str, str]:
        """The topics that nobody else may publish on."""
        return self._profile.command.topic, self._profile.gripper.topic

    def find_deaf(self) -> str | None:
        """Return in words which command reaches no controller; None if all do."""
        return find_deaf(self._node, self._commands)

    def withdraw(self) -> None:
        """Command nothing ever again."""
        for publisher in self._commands:
            self._node.destroy_publisher(publisher)
        self._commands = ()

    def send(self, command: JointCommand, state: GateState) -> None:
        """Publish a command for arm and gripper."""
        if self._profile.command.kind == "forward_position":
            self._arm.publish(encode_positions(command))
        else:
            tail = make_tail(state, self._config.dt_s)
            self._arm.publish(encode_trajectory(command, tail, self._now_ns()))
        if command.gripper is not None and self._gripper_due(command.gripper):
            self._hand.publish(encode_gripper(command.gripper, self._profile.gripper))

    def show(self, decision: Decision, state: GateState, now_ns: int) -> None:
        """Publish what the gate decided."""
        stamp_ns = self._now_ns()
        self._states.publish(
            encode_gate_state(decision, state, self._config, now_ns=now_ns, stamp_ns=stamp_ns)
        )

    def show_inactive(self, state: GateState) -> None:
        """Publish that the gate does not run."""
        self._states.publish(encode_inactive(state, self._config, stamp_ns=self._now_ns()))

    def diagnose(
        self,
        decision: Decision,
        state: GateState,
        *,
        now_ns: int,
        late_ms: float,
        others: Sequence[DiagnosticStatus] = (),
    ) -> None:
        """Publish the gate's line in /diagnostics, and other lines of the node."""
        message = DiagnosticArray()
        message.header.stamp = self._node.get_clock().now().to_msg()
        message.status = [
            encode_gate_diagnostics(
                decision,
                state,
                now_ns=now_ns,
                late_ms=late_ms,
                hardware_id=self._profile.name,
            ),
            *others,
        ]
        self._diagnostics.publish(message)

    def close(self) -> None:
        """Destroy the publishers."""
        self.withdraw()
        for publisher in (self._states, self._diagnostics):
            self._node.destroy_publisher(publisher)

    def _gripper_due(self, opening: float) -> bool:
        """Send a gripper target when it changes, and now and then for a driver that missed it."""
        now_ns = time.monotonic_ns()
        if opening == self._gripper and now_ns - self._gripper_ns < _GRIPPER_REPEAT_NS:
            return False
        self._gripper, self._gripper_ns = opening, now_ns
        return True

    def _now_ns(self) -> int:
        return int(self._node.get_clock().now().nanoseconds)
