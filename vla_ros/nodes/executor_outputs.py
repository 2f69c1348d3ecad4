# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Everything that executor_node publishes. Used by its control thread, closed by its node."""

from collections.abc import Sequence

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from rclpy.node import Node

from vla_ros.gate.gate import Gate
from vla_ros.gate.state import Decision, GateInputs, GateState
from vla_ros.msg import GateState as GateStateMessage
from vla_ros.robot.profile import RobotProfile
from vla_ros.ros.command import (
    ArmCommander,
    GripperCommander,
    make_arm_commander,
    make_gripper_commander,
)
from vla_ros.ros.command.ghost import GhostArm, GhostGripper
from vla_ros.ros.gate_state import encode_gate_diagnostics, encode_gate_state, encode_inactive
from vla_ros.ros.qos import DIAGNOSTICS, LATCHED
from vla_ros.types import JointCommand

DRY_RUN = "dry run, nothing moves: "  # Before all that is said in one.


class ExecutorOutputs:
    """The publishers of executor_node."""

    def __init__(
        self, node: Node, profile: RobotProfile, gate: Gate, *, dry_run: bool = False
    ) -> None:
        """Create the publishers.

        Args:
            node: They belong to.
            profile: Of the robot.
            gate: Whose commands are published.
            dry_run: Command a ghost instead of the robot.
        """
        self._node = node
        self._profile = profile
        self._config = gate.config
        self._notice = DRY_RUN if dry_run else ""
        self._arm: ArmCommander
        self._hand: GripperCommander
        if dry_run:
            self._arm, self._hand = GhostArm(node, profile), GhostGripper()
        else:
            self._arm = make_arm_commander(node, profile, gate)
            self._hand = make_gripper_commander(node, profile)
        self._states = node.create_publisher(GateStateMessage, "gate_state", LATCHED)
        self._diagnostics = node.create_publisher(DiagnosticArray, "/diagnostics", DIAGNOSTICS)

    @property
    def told_ticks(self) -> int:
        """So many ticks the controller of the arm goes on by itself, as the gate would."""
        return self._arm.told_ticks

    def find_intruder(self) -> str | None:
        """Return in words who else commands the arm or the gripper; None if nobody does."""
        return self._arm.find_intruder() or self._hand.find_intruder()

    def find_deaf(self) -> str | None:
        """Return in words which command reaches no controller; None if all do."""
        return self._arm.find_deaf() or self._hand.find_deaf()

    def withdraw(self) -> None:
        """Command nothing ever again."""
        self._arm.withdraw()
        self._hand.withdraw()

    def send(self, command: JointCommand, state: GateState, inputs: GateInputs) -> None:
        """Publish a command for arm and gripper.

        Args:
            command: Of this tick.
            state: Of the gate, after this tick.
            inputs: Of this tick.
        """
        self._arm.send(command, state, inputs)
        if command.gripper is not None:
            self._hand.send(command.gripper)

    def pass_over(self, state: GateState) -> None:
        """Note the command of a tick that never came; the next `send` follows at once."""
        self._arm.pass_over(state)

    def pause(self) -> None:
        """Fall silent until the next `send`."""
        self._arm.pause()
        self._hand.pause()

    def show(self, decision: Decision, state: GateState, now_ns: int) -> None:
        """Publish what the gate decided."""
        self._publish(
            encode_gate_state(
                decision, state, self._config, now_ns=now_ns, stamp_ns=self._now_ns()
            )
        )

    def show_inactive(self, state: GateState) -> None:
        """Publish that the gate does not run."""
        self._publish(encode_inactive(state, self._config, stamp_ns=self._now_ns()))

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
        gate = encode_gate_diagnostics(
            decision, state, now_ns=now_ns, late_ms=late_ms, hardware_id=self._profile.name
        )
        gate.message = f"{self._notice}{gate.message}"
        message.status = [gate, *others]
        self._diagnostics.publish(message)

    def close(self) -> None:
        """Destroy the publishers."""
        self.withdraw()
        for publisher in (self._states, self._diagnostics):
            self._node.destroy_publisher(publisher)

    def _publish(self, message: GateStateMessage) -> None:
        message.message = f"{self._notice}{message.message}"
        self._states.publish(message)

    def _now_ns(self) -> int:
        return int(self._node.get_clock().now().nanoseconds)
