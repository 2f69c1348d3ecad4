# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Hop 2: the newest few samples of one stream, in the order of their stamps."""

import math
from bisect import bisect_left
from collections import deque
from dataclasses import dataclass
from enum import Enum
from typing import Generic, Protocol, TypeVar

from vla_ros.types import JointSample

_LATE_NS = 1_000_000_000  # A stamp further back than this is a clock set back, not a late sample.
_RATE_SAMPLES = 31


class Stamped(Protocol):
    """Something that was measured at one time and arrived at another."""

    @property
    def stamp_ns(self) -> int:
        """When it was measured, node clock [ns]."""

    @property
    def arrival_ns(self) -> int:
        """When it arrived, node clock [ns]."""


_Sample = TypeVar("_Sample", bound=Stamped)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ArmSample:
    """One measured state of arm and gripper.

    Attributes:
        joints: The arm joints, in the robot profile's order.
        gripper: Opening: 0 is closed, 1 is open.
    """

    joints: JointSample
    gripper: float

    @property
    def stamp_ns(self) -> int:
        """When it was measured, node clock [ns]."""
        return self.joints.stamp_ns

    @property
    def arrival_ns(self) -> int:
        """When it arrived, node clock [ns]."""
        return self.joints.arrival_ns


class Arrival(Enum):
    """What became of a sample that arrived."""

    KEPT = "kept"
    REPEATED = "repeated"  # Its stamp is the newest's; it is left out.
    LATE = "late"  # Its stamp is older than the newest's; it is left out.
    RESTARTED = "restarted"  # The clock was set back; everything before it is forgotten.


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamReport:
    """How a stream does.

    Attributes:
        name: Of the stream.
        age_ms: Since the newest stamp [ms]; infinite before the first sample.
        rate_hz: Arrivals per second, of the newest few; 0 before the second.
        received: Samples that arrived.
        dropped: Samples of them that could not be used.
        frozen: True for a camera that repeats itself.
    """

    name: str
    age_ms: float
    rate_hz: float
    received: int
    dropped: int
    frozen: bool = False


class SampleBuffer(Generic[_Sample]):
    """The newest few samples of one stream. Not for two threads at once.

    Args:
        name: What messages call the stream.
        span_s: How far they reach back from the newest one [s].
        fastest_hz: Of a stream that is faster, as many are kept as of one that is so fast.
    """

    def __init__(self, name: str, *, span_s: float, fastest_hz: float) -> None:
        self.name = name
        self._span_ns = round(span_s * 1e9)
        self._samples: deque[_Sample] = deque(maxlen=math.ceil(span_s * fastest_hz))
        self._arrivals_ns: deque[int] = deque(maxlen=_RATE_SAMPLES)
        self._received = 0
        self._dropped = 0

    @property
    def newest(self) -> _Sample | None:
        """The sample with the newest stamp; None before the first."""
        return self._samples[-1] if self._samples else None

    def add(self, sample: _Sample) -> Arrival:
        """Take a sample that has just arrived."""
        self._received += 1
        arrival = self._judge(sample)
        if arrival is Arrival.RESTARTED:
            self._samples.clear()
            self._arrivals_ns.clear()
        if arrival in {Arrival.LATE, Arrival.REPEATED}:
            self._dropped += 1
        else:
            self._samples.append(sample)
            while self._samples[0].stamp_ns < sample.stamp_ns - self._span_ns:
                self._samples.popleft()
            self._arrivals_ns.append(sample.arrival_ns)
        return arrival

    def refuse(self) -> None:
        """Count a sample that could not even be decoded."""
        self._received += 1
        self._dropped += 1

    def nearest(self, stamp_ns: int) -> _Sample | None:
        """Return the sample measured closest to a time; None before the first."""
        after = bisect_left(self._samples, stamp_ns, key=lambda sample: sample.stamp_ns)
        beside = [self._samples[k] for k in (after - 1, after) if 0 <= k < len(self._samples)]
        return min(beside, key=lambda sample: abs(sample.stamp_ns - stamp_ns), default=None)

    def report(self, now_ns: int, *, frozen: bool = False) -> StreamReport:
        """Return how the stream does."""
        newest = self.newest
        return StreamReport(
            name=self.name,
            age_ms=float("inf") if newest is None else (now_ns - newest.stamp_ns) * 1e-6,
            rate_hz=self._rate_hz(),
            received=self._received,
            dropped=self._dropped,
            frozen=frozen,
        )

    def _judge(self, sample: _Sample) -> Arrival:
        newest = self.newest
        if newest is None or sample.stamp_ns > newest.stamp_ns:
            return Arrival.KEPT
        if sample.stamp_ns == newest.stamp_ns:
            return Arrival.REPEATED
        if sample.stamp_ns < newest.stamp_ns - _LATE_NS:
            return Arrival.RESTARTED
        return Arrival.LATE

    def _rate_hz(self) -> float:
        if len(self._arrivals_ns) < 2:
            return 0.0
        span_ns = self._arrivals_ns[-1] - self._arrivals_ns[0]
        return (len(self._arrivals_ns) - 1) * 1e9 / span_ns if span_ns > 0 else 0.0
