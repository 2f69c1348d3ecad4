# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A slower goal goes the same way in more time, also with a policy that looks again and again."""

from typing import Any

import numpy as np
import pytest

from vla_ros.gate import GateMode, Reason

STEP_S = 0.1
ROWS = 17
LATENCY = 12  # Ticks from an observation to its chunk.
PERIOD = 30  # Ticks from one chunk to the next.
LENGTH_S = 4.0


def way(progress_s: Any) -> Any:
    """A curve through joint space; where it is after some time at full speed. Shape (..., 2)."""
    u = np.clip(np.asarray(progress_s) / LENGTH_S, 0.0, 1.0)
    s = u * u * (3.0 - 2.0 * u)
    return np.stack((0.8 * s, 0.5 * np.sin(np.pi * s)), axis=-1)


def progress_s(position: Any) -> float:
    """Where on the way the arm is: what a policy sees in its pictures."""
    at = np.linspace(0.0, LENGTH_S, 2001)
    return float(at[np.argmin(np.linalg.norm(way(at) - position, axis=1))])


def follow(rig: Any, scale: float = 1.0, **inputs: Any) -> tuple[float, Any, set[Reason]]:
    """Send the arm along the way; the time it takes [s], where it went, and the objections."""
    rig.arm()
    began_ns, reasons, went = rig.now_ns, set(), []
    for tick in range(3000):
        if tick % PERIOD == 0:
            seen_ns, seen = rig.now_ns, rig.position.copy()
        chunks = ()
        if tick % PERIOD == LATENCY:
            rows = way(progress_s(seen) + STEP_S * np.arange(ROWS))
            rows[0] = seen
            first_ns = rig.now_ns if tick == LATENCY else seen_ns
            chunks = (rig.chunk(rows, observed_ns=seen_ns, first_ns=first_ns, speed_scale=scale),)
        decision = rig.tick(chunks=chunks, **inputs)
        reasons |= {finding.reason for finding in decision.findings}
        went.append(rig.position)
        if progress_s(rig.position) > 0.95 * LENGTH_S:
            break
        assert tick <= LATENCY or decision.mode is GateMode.RUN, decision.findings
    return (rig.now_ns - began_ns) * 1e-9 - LATENCY * 0.01, np.array(went), reasons


def distance(went: Any) -> float:
    """How far the arm was from the way, at most [rad]."""
    at = way(np.linspace(0.0, LENGTH_S, 2001))
    return max(float(np.linalg.norm(at - q, axis=1).min()) for q in went)


@pytest.mark.parametrize("scale", [1.0, 0.5, 0.3])
def test_a_goal_takes_its_time_on_the_same_way_and_nothing_is_objected(
    make_rig: Any, scale: float
) -> None:
    time_s, went, reasons = follow(make_rig(), scale)
    assert time_s * scale == pytest.approx(0.95 * LENGTH_S, rel=0.12)
    assert distance(went) < 0.004
    assert reasons == set()


def test_an_operator_slows_down_like_a_goal_and_that_is_said(make_rig: Any) -> None:
    time_s, went, reasons = follow(make_rig(), speed_scale=0.3)
    assert time_s * 0.3 == pytest.approx(0.95 * LENGTH_S, rel=0.12)
    assert distance(went) < 0.004
    assert reasons == {Reason.SPEED_SCALE}


@pytest.mark.parametrize(("goal", "operator"), [(0.5, 0.25), (0.25, 0.5), (0.25, 1.0)])
def test_the_least_speed_wins(rig: Any, goal: float, operator: float) -> None:
    rig.arm()
    rig.tick(chunks=(rig.chunk(speed_scale=goal),), speed_scale=operator)
    rig.ticks(50, speed_scale=operator)
    assert rig.state.schedule.scale == 0.25
    assert rig.position[0] == pytest.approx(0.25 * 0.2 * 0.5, abs=0.01)


def test_a_slow_goal_begins_slowly(rig: Any) -> None:
    rig.arm()
    rig.tick(chunks=(rig.chunk(speed_scale=0.3),))
    assert rig.state.schedule.scale == 0.3


def test_the_rows_of_a_slow_goal_become_late_more_slowly(rig: Any) -> None:
    rig.arm()
    late = {"first_ns": rig.now_ns - 800_000_000}
    assert rig.tick(chunks=(rig.chunk(**late),)).mode is GateMode.ARMED
    assert rig.tick(chunks=(rig.chunk(**late, speed_scale=0.3),)).mode is GateMode.RUN


def test_what_is_too_fast_may_be_slow_enough_for_a_slow_goal(rig: Any) -> None:
    rig.arm()
    fast = rig.position + 0.15 * np.arange(6)[:, None] * np.ones(2)
    decision = rig.tick(chunks=(rig.chunk(fast, speed_scale=0.5),))
    assert decision.mode is GateMode.RUN
    assert decision.findings == ()


def test_after_a_hold_the_speed_rises_from_nothing_to_that_of_the_goal(rig: Any) -> None:
    rig.arm()
    rig.tick(chunks=(rig.chunk(speed_scale=0.4),))
    while rig.tick().mode is GateMode.RUN:
        pass
    rig.ticks(50)
    rig.tick(chunks=(rig.chunk(speed_scale=0.4),))
    scales = []
    for _ in range(60):
        rig.tick()
        scales.append(rig.state.schedule.scale)
    np.testing.assert_allclose(np.diff(scales[:35]), 0.01, atol=1e-9)
    assert max(scales) == 0.4
