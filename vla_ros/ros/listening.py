# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Takes down when the messages of a topic came and what they carried, for `vla_ros doctor`."""

import statistics
import time
import zlib
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from rclpy.node import Node
from rclpy.qos import QoSCompatibility, QoSProfile, qos_check_compatible
from rclpy.topic_endpoint_info import TopicEndpointInfo

from vla_ros.doctor.facts import Endpoint, Stream
from vla_ros.ros.ownership import UNKNOWN_NODE
from vla_ros.ros.stamps import decode_time

_SPEED_SPAN_S = 0.1


class Listening:
    """What comes on one topic. The thread that hears writes, another one reads at the end.

    Attributes:
        newest: The newest message; None before the first.
        pictures: How many different contents of `data` came, of images.

    Args:
        topic: Full name.
        message_type: Type that is wanted.
        qos: How to listen.
        clock_ns: The clock that stamps should be of.
    """

    def __init__(
        self, topic: str, message_type: Any, qos: QoSProfile, clock_ns: Callable[[], int]
    ) -> None:
        self.topic = topic
        self.message_type = message_type
        self.qos = qos
        self.newest: Any = None
        self._clock_ns = clock_ns
        self._arrivals_s: list[float] = []
        self._lags_s: list[float] = []
        self._stamps: set[int] = set()
        self._pictures: set[int] = set()

    @property
    def pictures(self) -> int:
        """How many different pictures came."""
        return len(self._pictures)

    def hear(self, message: Any) -> None:
        """Take down a message."""
        self._arrivals_s.append(time.monotonic())
        if hasattr(message, "header"):
            stamp_ns = decode_time(message.header.stamp)
            self._stamps.add(stamp_ns)
            self._lags_s.append((self._clock_ns() - stamp_ns) * 1e-9)
        self.newest = message

    def hear_picture(self, message: Any) -> None:
        """Take down an image."""
        self.hear(message)
        self._pictures.add(zlib.crc32(memoryview(message.data)))

    def stream(self, node: Node, listened_s: float) -> Stream:
        """Return what came.

        Args:
            node: Asks the graph who publishes.
            listened_s: For how long was listened [s].
        """
        arrivals_s = [*self._arrivals_s]
        span_s = arrivals_s[-1] - arrivals_s[0] if arrivals_s else 0.0
        publishers = publishers_of(node, self.topic, self.qos)
        kind = kind_of(self.message_type)
        gaps_s = [later - earlier for earlier, later in pairwise([*arrivals_s, time.monotonic()])]
        return Stream(
            topic=self.topic,
            kind=kind,
            listened_s=listened_s,
            publishers=publishers,
            elsewhere=() if publishers else topics_with(node, kind),
            count=len(arrivals_s),
            rate_hz=(len(arrivals_s) - 1) / span_s if span_s > 0.0 else 0.0,
            longest_gap_s=max(gaps_s) if arrivals_s else float("inf"),
            lag_s=statistics.median([*self._lags_s]) if self._lags_s else float("nan"),
            stamps=len(self._stamps),
        )


class JointListening(Listening):
    """What comes on the topic of the joint states.

    Attributes:
        layouts: Every different list of names.
        position: Newest position of each joint, in the driver's unit.
        velocities: Most numbers in the field `velocity` beside the joints that matter.
        speed: Fastest change of one of the joints that matter, per second.

    Args:
        names: The joints that matter.
        rest: As `Listening`.
    """

    def __init__(self, names: Sequence[str], *rest: Any) -> None:
        super().__init__(*rest)
        self.layouts: dict[tuple[str, ...], None] = {}
        self.position: dict[str, float] = {}
        self.velocities = 0
        self.speed = 0.0
        self._names = names
        self._heard = False
        self._before: tuple[float, dict[str, float]] | None = None

    def hear(self, message: Any) -> None:
        """Take down a message; those of a gripper alone say nothing about the arm's pace."""
        ours = not set(self._names).isdisjoint(message.name)
        self._heard = self._heard or ours
        if ours or not self._heard:
            super().hear(message)
        self.layouts[tuple(message.name)] = None
        # A driver may forget some: what has no position is not there.
        self.position.update(zip(message.name, map(float, message.position), strict=False))
        if ours:
            self.velocities = max(self.velocities, len(message.velocity))
        self._watch_speed(time.monotonic())

    def _watch_speed(self, now_s: float) -> None:
        if self._before is None:
            self._before = now_s, dict(self.position)
        before_s, before = self._before
        if now_s - before_s < _SPEED_SPAN_S:
            return
        moved = [abs(self.position[n] - before[n]) for n in self._names if n in before]
        self.speed = max(self.speed, max(moved, default=0.0) / (now_s - before_s))
        self._before = now_s, dict(self.position)


def kind_of(message_type: Any) -> str:
    """Return the name of a message type, for example sensor_msgs/msg/Image."""
    package = message_type.__module__.partition(".msg")[0]
    return f"{package}/msg/{message_type.__name__}"


def publishers_of(node: Node, topic: str, wanted: QoSProfile) -> tuple[Endpoint, ...]:
    """Return who publishes on a topic, and whether one who listens like this can hear it."""
    infos = node.get_publishers_info_by_topic(topic)
    return tuple(_endpoint(info, info.qos_profile, wanted) for info in infos)


def topics_with(node: Node, kind: str) -> tuple[str, ...]:
    """Return the topics on which somebody publishes messages of a type."""
    return tuple(
        topic
        for topic, kinds in node.get_topic_names_and_types()
        if kind in kinds and node.count_publishers(topic)
    )


def listeners_of(node: Node, topic: str, publisher: str) -> tuple[Endpoint, ...]:
    """Return who listens on a topic, and whether it can hear a node that publishes there.

    What the graph says is held against what the graph says: it writes an endless deadline as a
    number, and a profile of ours leaves it out, which would not fit.

    Args:
        node: Asks the graph.
        topic: Full name.
        publisher: Full name of that node; where it does not publish, nobody has an objection.
    """
    infos = node.get_subscriptions_info_by_topic(topic)
    offers = [
        info.qos_profile
        for info in node.get_publishers_info_by_topic(topic)
        if _full_name(info) == publisher
    ]
    return tuple(
        _endpoint(info, offers[0] if offers else info.qos_profile, info.qos_profile)
        for info in infos
    )


def _endpoint(info: TopicEndpointInfo, offered: QoSProfile, wanted: QoSProfile) -> Endpoint:
    compatibility, why = qos_check_compatible(offered, wanted)
    return Endpoint(
        node=None if info.node_name == UNKNOWN_NODE else _full_name(info),
        kind=info.topic_type,
        objection=why if compatibility == QoSCompatibility.ERROR else "",
    )


def _full_name(info: TopicEndpointInfo) -> str:
    return f"{info.node_namespace.rstrip('/')}/{info.node_name}"
