# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import threading

import pytest

from vla_ros.ros.control_loop import ControlLoop, SimulatedClock, SteadyClock, next_deadline

MS = 1_000_000


class FakeClock:
    """Time passes only while somebody sleeps, plus what each tick is said to take."""

    def __init__(self) -> None:
        self.time_ns = 0

    def now_ns(self) -> int:
        return self.time_ns

    def sleep_until(self, deadline_ns: int, stop: threading.Event) -> None:
        self.time_ns = max(self.time_ns, deadline_ns)

    def shift_ns(self) -> int:
        return 0


def run_ticks(durations_ms: list[int]) -> list[int]:
    """Run a loop whose ticks take so long; return when they began [ms]."""
    clock = FakeClock()
    began: list[int] = []
    done = threading.Event()

    def tick(now_ns: int) -> None:
        began.append(now_ns // MS)
        if len(began) == len(durations_ms):
            done.set()
            loop._stop.set()
        clock.time_ns += durations_ms[len(began) - 1] * MS

    loop = ControlLoop(clock, 0.01, tick, pytest.fail)
    loop.start()
    assert done.wait(5.0)
    loop.stop()
    return began


def test_deadlines_are_absolute() -> None:
    assert run_ticks([1, 1, 0, 1, 1]) == [10, 20, 30, 40, 50]


def test_a_late_tick_is_not_made_up_for() -> None:
    assert run_ticks([35, 1, 1]) == [10, 53, 63]


def test_what_a_long_tick_sends_at_its_end_is_not_followed_at_once() -> None:
    assert run_ticks([1, 5, 1, 1]) == [10, 20, 33, 43]


def test_two_ticks_are_never_much_closer_than_a_period() -> None:
    assert next_deadline(100 * MS, 109 * MS, 109 * MS, 10 * MS) == 118 * MS
    assert next_deadline(100 * MS, 100 * MS, 101 * MS, 10 * MS) == 110 * MS


def test_a_tick_that_raises_is_reported_and_the_loop_goes_on() -> None:
    clock = FakeClock()
    reported: list[str] = []
    ticks: list[int] = []
    done = threading.Event()

    def tick(now_ns: int) -> None:
        ticks.append(now_ns)
        if len(ticks) == 2:
            loop._stop.set()
            done.set()
        raise RuntimeError("broken")

    loop = ControlLoop(clock, 0.01, tick, reported.append)
    loop.start()
    assert done.wait(5.0)
    loop.stop()
    assert len(reported) == 2
    assert "RuntimeError: broken" in reported[0]


def test_the_steady_clock_agrees_with_ros_at_the_start_and_ignores_its_jumps() -> None:
    ros = [5_000_000_000]
    clock = SteadyClock(lambda: ros[0])
    assert abs(clock.now_ns() - ros[0]) < 1_000_000_000
    before = clock.now_ns()
    ros[0] += 3_600_000_000_000
    assert clock.now_ns() - before < 1_000_000_000
    assert clock.shift_ns() > 3_599_000_000_000


def test_a_simulated_clock_that_goes_back_ends_the_wait() -> None:
    times = iter([1000, 1001, *range(5000)])
    SimulatedClock(lambda: next(times)).sleep_until(2000, threading.Event())

    assert next(times) < 10


def test_the_next_call_is_never_further_away_than_a_period() -> None:
    assert next_deadline(100_000, 50, 51, 10) == 61
    assert next_deadline(100_000, 100_000, 50, 10) == 60
