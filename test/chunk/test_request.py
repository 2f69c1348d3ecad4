# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import math

import pytest

from vla_ros.chunk import RequestTimer

MS = 1_000_000


@pytest.fixture
def timer() -> RequestTimer:
    return RequestTimer(replan_s=0.3, stop_s=0.25, reserve_s=0.1)


def exchange(timer: RequestTimer, sent_ms: int, latency_ms: int) -> None:
    timer.sent(sent_ms * MS)
    timer.answered((sent_ms + latency_ms) * MS)


def test_the_first_request_is_due_at_once(timer: RequestTimer) -> None:
    assert timer.due(0, queue_s=0.0)


def test_a_second_request_waits_for_the_answer(timer: RequestTimer) -> None:
    timer.sent(0)
    assert timer.in_flight
    assert not timer.due(10_000 * MS, queue_s=0.0)
    with pytest.raises(ValueError, match="in flight already"):
        timer.sent(1)


def test_a_chunk_is_executed_for_a_while_before_the_next_request(timer: RequestTimer) -> None:
    exchange(timer, 0, 50)
    assert not timer.due(349 * MS, queue_s=1.5)
    assert timer.due(350 * MS, queue_s=1.5)


def test_a_short_queue_makes_the_request_due_early(timer: RequestTimer) -> None:
    exchange(timer, 0, 500)
    exchange(timer, 1000, 100)
    assert not timer.due(1200 * MS, queue_s=0.46)
    assert timer.due(1200 * MS, queue_s=0.44)
    assert timer.due(1200 * MS, queue_s=math.nan)


def test_the_cold_start_is_kept_out_of_the_latency(timer: RequestTimer) -> None:
    exchange(timer, 0, 5000)
    assert timer.latency_s(0.95) == 0.0
    for k in range(20):
        exchange(timer, 10_000 + 1000 * k, 40 + k)
    assert timer.latency_s(0.5) == pytest.approx(0.049)
    assert timer.latency_s(0.95) == pytest.approx(0.058)
    assert timer.latency_s(1.0) == pytest.approx(0.059)


def test_a_failed_request_may_be_repeated_at_once(timer: RequestTimer) -> None:
    timer.sent(0)
    timer.failed()
    assert timer.due(1, queue_s=0.0)


def test_a_new_goal_asks_at_once_and_remembers_the_latency(timer: RequestTimer) -> None:
    exchange(timer, 0, 50)
    exchange(timer, 1000, 60)
    timer.restart()
    assert timer.due(1061 * MS, queue_s=9.0)
    assert timer.latency_s(0.5) == pytest.approx(0.06)


@pytest.mark.parametrize("value", [math.nan, math.inf, -0.1])
def test_a_time_that_cannot_be_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match=r"replan_s = .* wanted a finite time"):
        RequestTimer(replan_s=value, stop_s=0.2)


def test_an_answer_without_a_request_is_refused(timer: RequestTimer) -> None:
    with pytest.raises(ValueError, match="no request is in flight"):
        timer.answered(0)
