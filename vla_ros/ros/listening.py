# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Takes down when the messages of a topic came and what they carried."""

import math
import statistics
import time
import zlib
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, NamedTuple

from rclpy.node import Node
from rclpy.qos import QoSCompatibility, QoSProfile, qos_check_compatible
from rclpy.topic_endpoint_info import TopicEndpointInfo

from vla_ros.doctor.facts import Endpoint, Stream
from vla_ros.ros.definitions import type_name
from vla_ros.ros.ownership import UNKNOWN_NODE, node_of
from vla_ros.ros.stamps import decode_time

_SPEED_SPAN_S = 0.1


class _Heard(NamedTuple):
    """A message: when it came, how old it was then, its stamp, and what it showed."""

    arrival_s: float
    lag_s: float | None
    stamp_ns: int | None
    picture: int | None


class Listening:
    """What comes on one topic. The thread that hears writes, another one may read.

    Attributes:
        newest: The newest message; None before the first.
        pictures: How many different contents of `data` came, of images.
        listened_s: For how long was listened, as far as it is remembered [s].

    Args:
        topic: Full name.
        message_type: Type that is wanted.
        qos: How to listen.
        clock_ns: The clock that stamps should be of.
        window_s: What came earlier than this is forgotten [s].
    """

    def __init__(
        self,
        topic: str,
        message_type: Any,
        qos: QoSProfile,
        clock_ns: Callable[[], int],
        *,
        window_s: float = math.inf,
    ) -> None:
        self.topic = topic
        self.message_type = message_type
        self.qos = qos
        self.newest: Any = None
        self._clock_ns = clock_ns
        self._window_s = window_s
        self._began_s = time.monotonic()
        self._heard: deque[_Heard] = deque()

    @property
    def pictures(self) -> int:
        """How many different pictures came."""
        return len({heard.picture for heard in [*self._heard]} - {None})

    @property
    def listened_s(self) -> float:
        """For how long was listened, as far as it is remembered [s]."""
        return round(min(self._window_s, time.monotonic() - self._began_s), 1)

    def hear(self, message: Any, picture: int | None = None) -> None:
        """Take down a message.

        Args:
            message: It.
            picture: Different for another picture, of images.
        """
        self.hear_stamp(_stamp_ns(message), picture)
        self.newest = message

    def hear_stamp(self, stamp_ns: int | None, picture: int | None = None) -> None:
        """Take down that something came.

        Args:
            stamp_ns: Its stamp [ns]; None if it has none.
            picture: Different for another picture, of images.
        """
        now_s = time.monotonic()
        lag_s = None if stamp_ns is None else (self._clock_ns() - stamp_ns) * 1e-9
        self._heard.append(_Heard(now_s, lag_s, stamp_ns, picture))
        while self._heard[0].arrival_s < now_s - self._window_s:
            self._heard.popleft()

    def hear_picture(self, message: Any) -> None:
        """Take down an image."""
        self.hear(message, zlib.crc32(memoryview(message.data)))

    def pace(self) -> Stream:
        """Return what came; who publishes is left out."""
        now_s = time.monotonic()
        heard = [each for each in [*self._heard] if each.arrival_s >= now_s - self._window_s]
        times_s = [each.arrival_s for each in heard]
        span_s = times_s[-1] - times_s[0] if heard else 0.0
        lags_s = [each.lag_s for each in heard if each.lag_s is not None]
        gaps_s = [later - earlier for earlier, later in pairwise([*times_s, now_s])]
        return Stream(
            topic=self.topic,
            kind=type_name(self.message_type),
            listened_s=self.listened_s,
            count=len(heard),
            rate_hz=(len(heard) - 1) / span_s if span_s > 0.0 else 0.0,
            longest_gap_s=max(gaps_s) if heard else math.inf,
            lag_s=statistics.median(lags_s) if lags_s else math.nan,
            stamps=len({each.stamp_ns for each in heard} - {None}),
        )

    def stream(self, node: Node) -> Stream:
        """Return what came, and who publishes.

        Args:
            node: Asks the graph.
        """
        return with_publishers(self.pace(), node, self.qos)


class JointListening(Listening):
    """What comes on the topic of the joint states.

    Attributes:
        layouts: Every different list of names, in the order of their coming.
        position: Newest position of each joint in them, in the driver's unit.
        velocities: Most numbers in the field `velocity` beside the joints that matter.
        speed: Fastest change of one of the joints that matter, per second.

    Args:
        names: The joints that matter.
        rest: As `Listening`.
    """

    def __init__(self, names: Sequence[str], *rest: Any, **options: Any) -> None:
        super().__init__(*rest, **options)
        self.velocities = 0
        self.speed = 0.0
        self._layouts: dict[tuple[str, ...], float] = {}  # When each came last.
        self._position: dict[str, float] = {}
        self._names = names
        self._is_heard = False
        self._before: tuple[float, dict[str, float]] | None = None

    @property
    def layouts(self) -> tuple[tuple[str, ...], ...]:
        """Every different list of names."""
        oldest_s = time.monotonic() - self._window_s
        return tuple(names for names, at_s in [*self._layouts.items()] if at_s >= oldest_s)

    @property
    def position(self) -> dict[str, float]:
        """Newest position of each joint."""
        here = {name for names in self.layouts for name in names}
        return {name: at for name, at in [*self._position.items()] if name in here}

    def hear(self, message: Any, picture: int | None = None) -> None:
        """Take down a message; those of a gripper alone say nothing about the arm's pace."""
        ours = not set(self._names).isdisjoint(message.name)
        self._is_heard = self._is_heard or ours
        if ours or not self._is_heard:
            super().hear(message, picture)
        now_s = time.monotonic()
        self._layouts[tuple(message.name)] = now_s
        # A driver may forget some: what has no position is not there.
        self._position.update(zip(message.name, map(float, message.position), strict=False))
        if ours:
            self.velocities = max(self.velocities, len(message.velocity))
        self._watch_speed(now_s)

    def _watch_speed(self, now_s: float) -> None:
        if self._before is None:
            self._before = now_s, dict(self._position)
        before_s, before = self._before
        if now_s - before_s < _SPEED_SPAN_S:
            return
        moved = [abs(self._position[n] - before[n]) for n in self._names if n in before]
        self.speed = max(self.speed, max(moved, default=0.0) / (now_s - before_s))
        self._before = now_s, dict(self._position)


def _stamp_ns(message: Any) -> int | None:
    return decode_time(message.header.stamp) if hasattr(message, "header") else None


def with_publishers(stream: Stream, node: Node, wanted: QoSProfile) -> Stream:
    """Return a stream with who publishes it, as the graph says now.

    Args:
        stream: What came.
        node: Asks the graph.
        wanted: How somebody listens.
    """
    publishers = publishers_of(node, stream.topic, wanted)
    elsewhere = () if publishers else topics_with(node, stream.kind)
    return replace(stream, publishers=publishers, elsewhere=elsewhere)


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
        if node_of(info) == publisher
    ]
    return tuple(
        _endpoint(info, offers[0] if offers else info.qos_profile, info.qos_profile)
        for info in infos
    )


def _endpoint(info: TopicEndpointInfo, offered: QoSProfile, wanted: QoSProfile) -> Endpoint:
    compatibility, why = qos_check_compatible(offered, wanted)
    return Endpoint(
        node=None if info.node_name == UNKNOWN_NODE else node_of(info),
        kind=info.topic_type,
        objection=why if compatibility == QoSCompatibility.ERROR else "",
    )
