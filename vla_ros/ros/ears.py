# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Subscriptions that last only while they are of use: what nobody watches costs nobody time."""

from collections.abc import Callable, Sequence
from typing import Any

from rclpy.node import Node
from rclpy.qos import QoSProfile

Source = tuple[Any, str, Callable[[Any], None], QoSProfile]


class Ears:
    """Some subscriptions that begin and end together.

    Attributes:
        open: They are there.
    """

    def __init__(self, node: Node, sources: Sequence[Source]) -> None:
        """Subscribe to nothing yet.

        Args:
            node: That listens.
            sources: Type, topic, callback and quality of service of each.
        """
        self.open = False
        self._node = node
        self._sources = sources
        self._subscriptions: list[Any] = []

    def listen(self, *, wanted: bool) -> None:
        """Subscribe if that is of use, and else no longer."""
        if wanted == self.open:
            return
        self.open = wanted
        for subscription in self._subscriptions:
            self._node.destroy_subscription(subscription)
        self._subscriptions = [
            self._node.create_subscription(*source) for source in (self._sources if wanted else ())
        ]
