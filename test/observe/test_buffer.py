# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import math
from dataclasses import dataclass

import pytest

from vla_ros.observe.buffer import Arrival, SampleBuffer

MS = 1_000_000
SECOND = 1000 * MS


@dataclass(frozen=True)
class Sample:
    stamp_ns: int
    arrival_ns: int


@pytest.fixture
def buffer() -> SampleBuffer[Sample]:
    """Return a buffer of three samples, or of three seconds."""
    return SampleBuffer("camera 'front'", span_s=3.0, fastest_hz=1.0)


def fill(buffer: SampleBuffer[Sample], *stamps_ms: int) -> list[Arrival]:
    return [buffer.add(Sample(s * MS, (s + 5) * MS)) for s in stamps_ms]


def test_an_empty_buffer_has_nothing(buffer: SampleBuffer[Sample]) -> None:
    assert buffer.newest is None
    assert buffer.nearest(0) is None
    report = buffer.report(SECOND)
    assert report.age_ms == math.inf
    assert (report.rate_hz, report.received, report.dropped) == (0.0, 0, 0)


def test_only_the_newest_few_are_kept(buffer: SampleBuffer[Sample]) -> None:
    assert fill(buffer, 100, 200, 300, 400) == [Arrival.KEPT] * 4
    assert buffer.newest == Sample(400 * MS, 405 * MS)
    assert buffer.nearest(0) == Sample(200 * MS, 205 * MS)


def test_what_is_older_than_the_span_is_forgotten(buffer: SampleBuffer[Sample]) -> None:
    fill(buffer, 1000, 3000, 4001)
    assert buffer.nearest(0) == Sample(3000 * MS, 3005 * MS)


@pytest.mark.parametrize(("asked", "found"), [(0, 100), (149, 100), (151, 200), (290, 300)])
def test_the_nearest_in_time_is_found(
    buffer: SampleBuffer[Sample], asked: int, found: int
) -> None:
    fill(buffer, 100, 200, 300)
    sample = buffer.nearest(asked * MS)
    assert sample is not None
    assert sample.stamp_ns == found * MS


def test_a_sample_that_comes_late_or_again_is_dropped_and_counted(
    buffer: SampleBuffer[Sample],
) -> None:
    arrivals = fill(buffer, 2000, 2100, 2050, 2100)
    assert arrivals == [Arrival.KEPT, Arrival.KEPT, Arrival.LATE, Arrival.REPEATED]
    assert buffer.newest == Sample(2100 * MS, 2105 * MS)
    report = buffer.report(2200 * MS)
    assert (report.age_ms, report.received, report.dropped) == (100.0, 4, 2)


def test_a_clock_set_back_forgets_everything_before(buffer: SampleBuffer[Sample]) -> None:
    assert fill(buffer, 5000, 5100, 3000) == [Arrival.KEPT, Arrival.KEPT, Arrival.RESTARTED]
    assert buffer.newest == Sample(3000 * MS, 3005 * MS)
    assert buffer.nearest(5000 * MS) == buffer.newest


def test_the_rate_is_of_arrivals(buffer: SampleBuffer[Sample]) -> None:
    fill(buffer, *range(0, 1000, 50))
    assert buffer.report(SECOND).rate_hz == pytest.approx(20.0)


def test_what_cannot_be_decoded_is_counted(buffer: SampleBuffer[Sample]) -> None:
    buffer.refuse()
    report = buffer.report(SECOND)
    assert (report.received, report.dropped) == (1, 1)
