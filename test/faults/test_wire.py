# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The commands as heard are held against the limits; a lost one is neither made up nor blamed."""

import math

import numpy as np
import pytest

pytest.importorskip("rclpy", reason="ROS is not installed")

from vla_ros.faults.recording import Command
from vla_ros.faults.wire import WireReport, find_beginnings, judge_wire
from vla_ros.gate.limits import JointLimits, RateLimits

DT_S = 0.01
TOP = RateLimits(velocity=(1.0, 1.0), acceleration=(5.0, 5.0), jerk=(100.0, 100.0))
HARD = RateLimits(velocity=(2.0, 2.0), acceleration=(10.0, 10.0), jerk=(400.0, 400.0))
LIMITS = JointLimits(
    names=("a", "b"),
    lower=(-1.0, -1.0),
    upper=(1.0, 1.0),
    hard_lower=(-1.1, -1.1),
    hard_upper=(1.1, 1.1),
    operating=TOP,
    hard=HARD,
)


def commands(positions: list[float], first: int = 1, publisher: bytes = b"x") -> list[Command]:
    """Joint a at some positions, a period apart."""
    return [
        Command(DT_S * (first + k), (q, 0.0), DT_S * (first + k), first + k, publisher)
        for k, q in enumerate(positions)
    ]


def sweep(count: int = 100) -> list[float]:
    """From rest to a steady speed, at the limit of the jerk."""
    jerk = np.where(np.arange(count) < 4, 100.0, np.where(np.arange(count) < 8, -100.0, 0.0))
    acceleration = np.cumsum(jerk) * DT_S
    velocity = np.cumsum(acceleration) * DT_S
    return [0.0, *(float(q) for q in np.cumsum(velocity)[:-1] * DT_S)]


def judge(
    heard: list[Command], begins: frozenset[int] = frozenset({0}), *, emergency: bool = False
) -> WireReport:
    return judge_wire(heard, set(begins), lambda _: emergency, LIMITS, DT_S)


def test_a_motion_at_the_limits_keeps_them() -> None:
    report = judge(commands(sweep()))
    assert (report.judged, report.lost, report.breaches) == (100, 0, [])
    assert report.closest_s == pytest.approx(DT_S)


@pytest.mark.parametrize("scale", [1.001, -1.001])
def test_a_motion_beyond_the_jerk_is_a_breach(scale: float) -> None:
    report = judge(commands([scale * q for q in sweep()]))
    assert report.breaches == ["I5: a reaches 100.1, limit 100"]


def test_a_jump_breaks_every_rate() -> None:
    report = judge(commands([0.0] * 5 + [0.02] * 5))
    assert [text[:2] for text in report.breaches] == ["I3", "I4", "I5"]


def test_an_emergency_stop_may_use_the_hard_acceleration_and_jerk_but_no_more_speed() -> None:
    double = commands([2.0 * q for q in sweep(10)])
    assert judge(double, emergency=True).breaches == []
    assert judge(double).breaches != []
    fast = commands([0.015 * k for k in range(20)])
    assert judge(fast, frozenset(), emergency=True).breaches == ["I3: a reaches 1.5, limit 1"]


@pytest.mark.parametrize("position", [1.1, -1.1, math.nan, math.inf])
def test_a_position_out_of_range_is_a_breach(position: float) -> None:
    report = judge(commands([position] * 3))
    assert report.breaches[0] == "I2: a is commanded out of its range"


def test_an_epoch_begins_at_rest_and_what_came_before_does_not_count() -> None:
    heard = [*commands(sweep()), *commands([-0.5] * 5, first=130)]
    assert judge(heard, frozenset({0, 100})).breaches == []
    assert judge(heard).breaches != []


def test_a_motion_that_was_joined_late_is_judged_from_its_second_command_on() -> None:
    assert judge(commands([0.01 * k for k in range(10)]), frozenset()).breaches == []
    assert judge(commands([0.01 * k for k in range(10)])).breaches != []


def test_a_lost_command_is_counted_and_bounds_the_average_speed_only() -> None:
    heard = commands(sweep())
    del heard[50]
    report = judge(heard)
    assert (report.judged, report.lost, report.breaches) == (99, 1, [])
    far = [*heard[:50], *commands([5.0], first=60)]
    assert any(text.startswith("I3") for text in judge(far).breaches)


def test_without_numbers_the_time_tells_how_many_are_lost() -> None:
    heard = [command._replace(number=None) for command in commands(sweep())]
    del heard[50:52]
    assert judge(heard).lost == 2


def test_a_burst_is_a_breach_and_one_late_command_is_none() -> None:
    late = [command._replace(sent_s=round(command.time_s, 2)) for command in commands(sweep(20))]
    late[10] = late[10]._replace(sent_s=late[10].sent_s + 0.009)
    report = judge(late)
    assert report.breaches == []
    assert report.closest_s == pytest.approx(0.001)
    assert report.near == 1
    burst = [command._replace(sent_s=max(command.sent_s, 0.10)) for command in commands(sweep(20))]
    (breach,) = judge(burst).breaches
    assert breach.startswith("I10: 6 commands within")
    assert breach.endswith("the gate catches up")


def test_nothing_heard_is_nothing_judged() -> None:
    report = judge([], frozenset())
    assert (report.judged, report.lost, report.breaches) == (0, 0, [])


def test_an_epoch_begins_after_the_longest_silence_near_the_word_of_it() -> None:
    heard = [*commands([0.0] * 5), *commands([0.0] * 5, first=40), *commands([0.0] * 5, first=90)]
    assert find_beginnings(heard, [0.905], DT_S) == {10}
    assert find_beginnings(heard, [0.39, 0.91], DT_S) == {5, 10}
    assert find_beginnings(heard, [5.0], DT_S) == set()
    assert find_beginnings([], [1.0], DT_S) == set()
    late = [*heard, *commands([0.0] * 5, first=100)]  # Its first tick is late, and so is the word.
    assert find_beginnings(late, [1.0], DT_S) == {10}


def test_another_publisher_begins_without_silence() -> None:
    heard = [*commands([0.0] * 3), *commands([0.0] * 3, first=4, publisher=b"y")]
    assert find_beginnings(heard, [0.04], DT_S) == {3}
    assert judge(heard).breaches == []
