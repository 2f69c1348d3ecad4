# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Whatever a policy sends, what is published keeps the limits; checked by its own arithmetic."""

from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vla_ros.gate import GateMode, Request

_SETTINGS = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
_HOSTILE = st.one_of(
    st.floats(-1.2, 1.2),
    st.sampled_from([0.0, 1.0, -1.0, 0.025, 2.0, -2.0, 1e300, float("nan"), float("inf")]),
)
_BENIGN = st.floats(-0.9, 0.9)


def _rows(values: st.SearchStrategy[float]) -> st.SearchStrategy[Any]:
    row = st.lists(values, min_size=2, max_size=2)
    return st.lists(row, min_size=1, max_size=8)


_STEP = st.tuples(
    st.one_of(_rows(_BENIGN), _rows(_HOSTILE)),
    st.sampled_from([5_000_000, 50_000_000, 100_000_000]),
    st.integers(1, 25),
    st.sampled_from([None] * 12 + list(Request)),
    st.floats(0.0, 1.0),
)


def assert_within_limits(rig: Any, commands: list[np.ndarray], *, emergency: bool) -> None:
    """Compare backward differences of the commands of one epoch with the limits."""
    limits = rig.gate.config.limits
    rates = limits.hard if emergency else limits.operating
    q = np.vstack([commands[0]] * 3 + commands)
    assert np.isfinite(q).all()
    assert (q >= np.array(limits.lower) - 1e-6).all()
    assert (q <= np.array(limits.upper) + 1e-6).all()
    v = np.diff(q, axis=0) / 0.01
    a = np.diff(v, axis=0) / 0.01
    j = np.diff(a, axis=0) / 0.01
    assert (np.abs(v) <= np.array(rates.velocity) * (1 + 1e-6)).all()
    assert (np.abs(a) <= np.array(rates.acceleration) * (1 + 1e-6)).all()
    assert (np.abs(j) <= np.array(rates.jerk) * (1 + 1e-4)).all()


@_SETTINGS
@given(steps=st.lists(_STEP, min_size=1, max_size=8))
def test_no_chunk_moves_the_arm_beyond_its_limits(
    make_rig: Callable[..., Any], steps: list[Any]
) -> None:
    rig = make_rig(start_mismatch_rad=4.0, tracking_rad=9.0).arm()
    emergency = False
    for rows, step_ns, count, request, scale in steps:
        chunk = rig.chunk(rows, step_ns=step_ns)
        requests = () if request is None else (request,)
        decision = rig.tick(*requests, chunks=(chunk,), speed_scale=scale)
        for _ in range(count):
            decision = rig.tick(speed_scale=scale)
            assert decision.mode is not GateMode.FAULT, decision.findings
            assert decision.error is None
        emergency = emergency or decision.mode is GateMode.ESTOP
        if rig.state.mode is GateMode.IDLE:
            assert_within_limits(rig, rig.commands, emergency=emergency)
            rig.commands.clear()
            emergency = False
            rig.arm()
    rig.tick(Request.STOP)
    rig.ticks(60)
    assert rig.state.resting
    assert_within_limits(rig, rig.commands, emergency=emergency)


@_SETTINGS
@given(
    goals=st.lists(st.tuples(st.floats(-0.4, 0.4), st.floats(-0.4, 0.4)), min_size=1, max_size=4)
)
def test_a_gentle_plan_passes_without_any_intervention(
    make_rig: Callable[..., Any], goals: list[tuple[float, float]]
) -> None:
    rig = make_rig().arm()
    for goal in goals:
        u = np.linspace(0.0, 1.0, 16)[:, None]
        smooth = u**3 * (10.0 - 15.0 * u + 6.0 * u**2)
        rows = rig.position + (np.array(goal) - rig.position) * smooth
        decision = rig.tick(chunks=(rig.chunk(rows),))
        for _ in range(145):
            decision = rig.tick()
            assert decision.verdict == 0, decision.findings
        np.testing.assert_allclose(rig.position, goal, atol=1e-3)
    assert decision.interventions == 0
