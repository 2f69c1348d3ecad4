# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Hears a camera's CameraInfo, whether it comes with each picture or came once and is latched."""

from collections.abc import Callable

from rclpy.node import Node
from rclpy.qos import DurabilityPolicy
from sensor_msgs.msg import CameraInfo

from vla_ros.ros.qos import IMAGES, LATCHED

_LOOK_S = 0.2


class LensEar:
    """Subscriptions to the CameraInfo of a camera.

    A subscription to what is latched hears only who latches, and everybody else warns that it asks
    too much: it is made once there is somebody who latches. He is heard twice from then on.

    Args:
        node: That listens.
        topic: Of the CameraInfo.
        callback: Called with each.
    """

    def __init__(self, node: Node, topic: str, callback: Callable[[CameraInfo], None]) -> None:
        self._node = node
        self._topic = node.resolve_topic_name(topic)
        self._callback = callback
        self._subscriptions = [node.create_subscription(CameraInfo, topic, callback, IMAGES)]
        self._timer = node.create_timer(_LOOK_S, self._look)

    def close(self) -> None:
        """Hear no more."""
        self._node.destroy_timer(self._timer)
        for subscription in self._subscriptions:
            self._node.destroy_subscription(subscription)

    def _look(self) -> None:
        publishers = self._node.get_publishers_info_by_topic(self._topic)
        latched = DurabilityPolicy.TRANSIENT_LOCAL
        if any(publisher.qos_profile.durability == latched for publisher in publishers):
            self._timer.cancel()
            self._subscriptions.append(
                self._node.create_subscription(CameraInfo, self._topic, self._callback, LATCHED)
            )
