# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Whenever chunks arrive, and however they join: what is published never steps in velocity.

VLA_ROS_EXAMPLES sets how many examples are tried, as in test_gate_properties.py.
"""

import os
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from chunk_arrivals import ARRIVALS, MS, Arrival, make_chunk
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vla_ros.gate import GateInputs, GateMode, Request
from vla_ros.gate.feed import Knot, TrajectoryFeed
from vla_ros.types import ActionChunk, Joining

EXAMPLES = max(1, int(os.environ.get("VLA_ROS_EXAMPLES", "2000")) // 100)
TICK_MS = 10
_checked = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


class Line:
    """A gate, what is on its way to it, and all that it publishes."""

    def __init__(self, rig: Any) -> None:
        self.rig = rig
        self.coming: list[tuple[int, ActionChunk]] = []
        self.feed = TrajectoryFeed(rig.gate, 0.05, repeats=False)
        self.told: list[tuple[Knot, ...]] = []
        self.modes: set[GateMode] = set()

    def tick(self, *requests: Request) -> None:
        rig = self.rig
        due_ns = rig.now_ns + TICK_MS * MS
        chunks = tuple(chunk for at_ns, chunk in self.coming if at_ns <= due_ns)
        self.coming = [(at_ns, chunk) for at_ns, chunk in self.coming if at_ns > due_ns]
        decision = rig.tick(*requests, chunks=chunks)
        assert decision.error is None
        assert decision.mode is not GateMode.FAULT, decision.findings
        self.modes.add(decision.mode)
        if decision.command is not None:
            inputs = GateInputs(joints=rig.measured, estop=rig.estop)
            told = self.feed.follow(rig.state, inputs, rig.now_ns, rig.now_ns)
            self.told += [told] if told else []

    def expect(self, chunk: ActionChunk, delay_ms: int) -> None:
        self.coming.append((self.rig.now_ns + delay_ms * MS, chunk))

    def assert_smooth(self) -> None:
        """The plainest arithmetic, over the whole sequence and over each trajectory."""
        top, dt_s = self.rig.gate.config.limits.operating, self.rig.gate.config.dt_s
        q = np.array([self.rig.commands[0]] * 3 + self.rig.commands)
        v = np.diff(q, axis=0) / dt_s
        a = np.diff(v, axis=0) / dt_s
        j = np.diff(a, axis=0) / dt_s
        assert (np.abs(v) <= np.array(top.velocity) * (1 + 1e-6)).all()
        assert (np.abs(a) <= np.array(top.acceleration) * (1 + 1e-6)).all()
        assert (np.abs(j) <= np.array(top.jerk) * (1 + 1e-4)).all()
        for knots in self.told:
            times = np.array([knot.due_ns for knot in knots]) * 1e-9
            speeds = np.array([knot.motion.velocity for knot in knots])
            most = np.array(top.acceleration) * np.diff(times)[:, None]
            assert (np.abs(np.diff(speeds, axis=0)) <= most * (1 + 1e-6) + 1e-9).all()


@pytest.mark.parametrize("joining", list(Joining))
@_checked
@given(arrivals=st.lists(ARRIVALS, min_size=2, max_size=8))
def test_no_published_sequence_steps_in_velocity(
    make_rig: Callable[..., Any], joining: Joining, arrivals: list[Arrival]
) -> None:
    line = Line(make_rig(start_mismatch_rad=9.0, tracking_rad=9.0, tracking_warn_rad=9.0))
    line.tick(Request.ARM)
    for arrival in arrivals:
        chunk = make_chunk(line.rig, arrival, joining)
        line.expect(chunk, arrival.delay_ms)
        if arrival.again:
            line.expect(chunk, arrival.delay_ms + 30)
        for _ in range(arrival.wait_ms // TICK_MS + 1):
            line.tick()
    for _ in range(80):
        line.tick()
    line.assert_smooth()


@pytest.mark.parametrize("joining", list(Joining))
def test_chunks_that_come_late_and_contradict_each_other_move_the_arm(
    make_rig: Callable[..., Any], joining: Joining
) -> None:
    """Without this the property would hold for a gate that lets nothing through."""
    line = Line(make_rig(tracking_rad=9.0, tracking_warn_rad=9.0))
    line.tick(Request.ARM)
    moved = 0.0
    for k in range(8):
        side = 0.8 if k % 2 else -0.8
        arrival = Arrival((side, side), 0.6, 16, 100, 150, 300, 0, again=False, opening=1.0)
        line.expect(make_chunk(line.rig, arrival, joining), 0)
        for _ in range(30):
            line.tick()
        moved = max(moved, float(np.abs(line.rig.position).max()))
    assert GateMode.RUN in line.modes
    assert line.modes <= {GateMode.ARMED, GateMode.RUN}
    assert line.told
    assert moved > 0.05
    line.assert_smooth()
