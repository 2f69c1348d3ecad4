# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Everything that executor_node listens to; all of it ends in the gate's mailbox."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from rclpy.node import Node
from rclpy.qos import QoSProfile
from sensor_msgs.msg import JointState, Range
from std_msgs.msg import Bool, Float64

from vla_ros.errors import ObservationError
from vla_ros.gate.mailbox import Mailbox
from vla_ros.msg import ActionChunk as ActionChunkMessage
from vla_ros.msg import Obstacles as ObstaclesMessage
from vla_ros.robot.profile import RobotProfile
from vla_ros.ros.compat import make_qos_events
from vla_ros.ros.control_loop import ControlClock
from vla_ros.ros.decode import (
    decode_chunk,
    decode_distance,
    decode_joint_state,
    decode_obstacles,
)
from vla_ros.ros.heard import find_unheard
from vla_ros.ros.joint_parts import is_about
from vla_ros.ros.qos import CHUNKS, JOINT_STATES, LATCHED, RELIABLE_NEWEST
from vla_ros.ros.stamps import decode_time
from vla_ros.timing.hops import add_rest
from vla_ros.types import JointSample

_REPEAT_S = 5.0  # Of a warning about messages that keep being wrong.


class ExecutorInputs:
    """The subscriptions of executor_node.

    Heartbeats age on CLOCK_MONOTONIC, whatever the control clock does.
    """

    def __init__(
        self, node: Node, profile: RobotProfile, mailbox: Mailbox, clock: ControlClock
    ) -> None:
        """Subscribe.

        Args:
            node: That listens.
            profile: Of the robot; names the topics.
            mailbox: Where everything is left.
            clock: The control clock.
        """
        self._node = node
        self._profile = profile
        self._mailbox = mailbox
        self._clock = clock
        self._speed_scale = 1.0
        self._switching = threading.Lock()  # Messages come while a change of state is under way.
        self._subscriptions = [
            self._listen(*line)
            for line in (
                (JointState, profile.state_topic, self._on_joints, JOINT_STATES),
                (ActionChunkMessage, "action_chunk", self._on_chunk, CHUNKS),
                (Float64, "~/speed_scale", self._on_speed_scale, LATCHED),
            )
        ]
        optional = (
            (Bool, profile.estop, self._on_estop),
            (Bool, profile.driver, self._on_driver),
            (Bool, profile.deadman, self._on_deadman),
            (Range, profile.human, self._on_human),
            (ObstaclesMessage, profile.obstacles, self._on_obstacles),
        )
        for kind, source, callback in optional:
            if source is not None and source != "none":
                self._subscriptions.append(
                    self._listen(kind, source.topic, callback, RELIABLE_NEWEST)
                )

    def attach(self, mailbox: Mailbox, clock: ControlClock) -> None:
        """Leave everything in another mailbox from now on, what operators said included."""
        with self._switching:
            self._mailbox, self._clock = mailbox, clock
            mailbox.put_speed_scale(self._speed_scale)

    def watch(self) -> None:
        """Look for an emergency stop that cannot be heard."""
        estop = self._profile.estop
        if estop != "none":
            unheard = find_unheard(self._node, estop.topic, RELIABLE_NEWEST)
            self._mailbox.put_estop_unheard(unheard)

    def close(self) -> None:
        """Destroy the subscriptions."""
        for subscription in self._subscriptions:
            self._node.destroy_subscription(subscription)

    def _listen(
        self, kind: Any, topic: str, callback: Callable[[Any], None], qos: QoSProfile
    ) -> Any:
        def warn(_: object) -> None:
            unheard = find_unheard(self._node, topic, qos)
            self._node.get_logger().error(unheard or f"a publisher of {topic} cannot be heard")
            self.watch()

        return self._node.create_subscription(
            kind, topic, callback, qos, event_callbacks=make_qos_events(warn)
        )

    # ---- callbacks ----

    def _on_joints(self, message: JointState) -> None:
        now_ns = self._clock.now_ns()
        if not is_about(message, self._profile.joint_names):
            return  # Of the gripper's driver, or of another robot's.
        try:
            sample = decode_joint_state(message, self._profile.joint_names, now_ns)
        except ObservationError:
            sample = JointSample(names=(), stamp_ns=0, arrival_ns=now_ns, position=np.zeros(0))
        self._mailbox.put_joints(sample)

    def _on_chunk(self, message: ActionChunkMessage) -> None:
        chunk = decode_chunk(message)
        shift_ns = self._clock.shift_ns()
        observed_ns, now_ns = chunk.observed_ns - shift_ns, self._clock.now_ns()
        self._mailbox.put_chunk(
            replace(
                chunk,
                observed_ns=observed_ns,
                first_ns=chunk.first_ns - shift_ns,
                hop_ms=add_rest(chunk.hop_ms, "chunk_transport", observed_ns, now_ns),
            )
        )

    def _on_estop(self, message: Bool) -> None:
        self._mailbox.put_estop(pressed=message.data, monotonic_ns=time.monotonic_ns())

    def _on_driver(self, message: Bool) -> None:
        self._mailbox.put_driver(ready=message.data, monotonic_ns=time.monotonic_ns())

    def _on_deadman(self, message: Bool) -> None:
        self._mailbox.put_deadman(held=message.data, monotonic_ns=time.monotonic_ns())

    def _on_human(self, message: Range) -> None:
        self._mailbox.put_human(decode_distance(message), time.monotonic_ns())

    def _on_obstacles(self, message: ObstaclesMessage) -> None:
        now_ns = time.monotonic_ns()
        ros_now_ns = self._node.get_clock().now().nanoseconds
        late_ns = max(ros_now_ns - decode_time(message.header.stamp), 0)
        try:
            boxes = decode_obstacles(message, self._profile.base_frame)
        except ObservationError as error:  # As if nothing had been said; that stops the arm soon.
            self._node.get_logger().warning(f"{error}", throttle_duration_sec=_REPEAT_S)
            return
        self._mailbox.put_obstacles(boxes, now_ns - late_ns)

    def _on_speed_scale(self, message: Float64) -> None:
        scale = message.data
        if not 0.0 <= scale <= 1.0:
            self._node.get_logger().warning(
                f"~/speed_scale is {scale}, wanted 0 to 1: the arm stands still until it is right"
            )
            scale = 0.0
        with self._switching:
            self._speed_scale = scale
            self._mailbox.put_speed_scale(scale)
