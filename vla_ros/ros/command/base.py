# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What every command kind can do, and what those that publish on a topic have in common."""

from typing import TYPE_CHECKING, Any, Protocol

from rclpy.duration import Duration
from rclpy.node import Node
from rclpy.qos import LivelinessPolicy, QoSProfile

from vla_ros.gate.state import GateInputs, GateState
from vla_ros.ros.ownership import find_deaf, find_intruder
from vla_ros.types import JointCommand

if TYPE_CHECKING:
    from rclpy.publisher import Publisher

_LEASE_S = 0.2
# Whoever wants to know within 200 ms that this process died may ask for the lease.
COMMAND_QOS = QoSProfile(
    depth=1,
    liveliness=LivelinessPolicy.AUTOMATIC,
    liveliness_lease_duration=Duration(nanoseconds=int(_LEASE_S * 1e9)),
)


class Commander(Protocol):
    """What a watch in another thread may ask, twice a second; blocks never."""

    def find_deaf(self) -> str | None:
        """Return in words which controller is not there or refuses; None if all is well."""

    def find_intruder(self) -> str | None:
        """Return in words who else commands the same controller; None if nobody does."""

    def pause(self) -> None:
        """Leave the controller alone until the next `send`: the gate falls silent."""

    def withdraw(self) -> None:
        """Command nothing ever again; may be called again."""


class ArmCommander(Commander, Protocol):
    """Brings the gate's commands to the arm.

    Attributes:
        told_ticks: So many ticks the controller goes on by itself, as the gate would; 0 if it
            waits for each command.
    """

    told_ticks: int

    def send(self, command: JointCommand, state: GateState, inputs: GateInputs) -> None:
        """Bring one command to the controller; control thread, never blocks.

        Args:
            command: Of this tick.
            state: Of the gate, after this tick.
            inputs: Of this tick.
        """

    def pass_over(self, state: GateState) -> None:
        """Note the command of a tick that never came; the next `send` follows at once.

        Only for kinds whose controller goes on by itself.

        Args:
            state: Of the gate, after that tick.
        """


class GripperCommander(Commander, Protocol):
    """Brings the gripper's target to its controller."""

    def send(self, opening: float) -> None:
        """Bring the wanted opening (0 closed, 1 open) there; every tick, control thread."""


class TopicCommander:
    """The one publisher on a topic of a controller."""

    told_ticks = 0

    def __init__(self, node: Node, message: type, topic: str) -> None:
        """Create the publisher.

        Args:
            node: It belongs to.
            message: Type of the messages.
            topic: Of the controller.
        """
        self._node = node
        self._topic = topic
        self._publisher: Publisher | None = node.create_publisher(message, topic, COMMAND_QOS)

    def publish(self, message: Any) -> None:
        """Send a message; nothing after `withdraw`."""
        publisher = self._publisher  # Another thread may take it away.
        if publisher is not None:
            publisher.publish(message)

    def find_deaf(self) -> str | None:
        """Return in words why nobody obeys; None if somebody does."""
        return None if self._publisher is None else find_deaf(self._node, [self._publisher])

    def find_intruder(self) -> str | None:
        """Return in words who else publishes on the topic; None if nobody does."""
        return find_intruder(self._node, (self._topic,))

    def pass_over(self, state: GateState) -> None:
        """Nothing: a controller that waits for each command hears the next one."""

    def pause(self) -> None:
        """Nothing: who holds a position needs no last word."""

    def withdraw(self) -> None:
        """Take the publisher off the graph."""
        publisher, self._publisher = self._publisher, None
        if publisher is not None:
            self._node.destroy_publisher(publisher)
