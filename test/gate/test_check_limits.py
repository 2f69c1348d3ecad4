# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Checks exactly at their limits and just past them, and with what is no number at all."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from vla_ros.gate import ALL_CHECKS, EstopInput, GateInputs, GateMode, Reason
from vla_ros.gate.checks.motion import judge_tool
from vla_ros.gate.config import Box
from vla_ros.gate.tick import ChunkCheck

MS = 1_000_000
NAN, INF = float("nan"), float("inf")
ROWS = np.zeros((16, 2))
ROOM = Box(name="workspace", lower=(-0.3, -0.2, 0.0), upper=(0.3, 0.2, 0.5))
PILLAR = Box(name="pillar", lower=(0.1, 0.1, 0.0), upper=(0.2, 0.2, 0.5))


def reasons(decision: Any) -> set[Reason]:
    return {finding.reason for finding in decision.findings}


def measure(rig: Any, *position: float) -> Any:
    """Let a tick pass with these joints measured."""
    rig.moves_joints = False
    rig.measured = rig.sample(
        position=np.array(position), arrival_ns=rig.now_ns + 10 * MS, stamp_ns=rig.now_ns + 10 * MS
    )
    return rig.tick()


# ---- the situation ----


@pytest.mark.parametrize("age_s", [INF, NAN])
def test_a_button_of_unknown_age_is_a_silent_one(rig: Any, age_s: float) -> None:
    decision = rig.run().tick(estop=EstopInput(pressed=False, age_s=age_s))
    assert (decision.mode, reasons(decision)) == (GateMode.ESTOP, {Reason.ESTOP_LOST})


# Within a tick the elbow (2 rad/s at most) moves 1.5 * 0.02 rad, and its encoder is off by 0.02.
@pytest.mark.parametrize(("move", "right"), [(0.0499, True), (-0.0499, True), (0.0501, False)])
def test_a_joint_may_not_move_faster_than_it_can(make_rig: Any, move: float, right: bool) -> None:
    decision = measure(make_rig(tracking_rad=9.0).arm(), move, 0.0)
    assert (Reason.JS_INVALID in reasons(decision)) is not right


@pytest.mark.parametrize(
    ("joint", "q", "inside"),
    [
        (0, 1.0586, True),
        (0, 1.0588, False),
        (0, -1.0586, True),
        (0, -1.0588, False),
        (1, -2.0586, True),
        (1, -2.0588, False),
    ],
)
def test_a_joint_may_be_half_a_degree_beyond_its_limits(
    make_rig: Any, joint: int, q: float, inside: bool
) -> None:
    rig = make_rig(tracking_rad=9.0)
    rig.position[joint] = np.sign(q) * (1.0 if joint == 0 else 2.0)
    rig.arm()
    position = rig.position.copy()
    position[joint] = np.sign(q) * (abs(rig.position[joint]) + 0.04)
    measure(rig, *position)
    position[joint] = q
    decision = measure(rig, *position)
    assert (Reason.JS_OUT_OF_RANGE in reasons(decision)) is not inside


def test_a_tracking_error_counts_after_its_time(make_rig: Any) -> None:
    rig = make_rig(tracking_warn_rad=9.0).arm()
    measure(rig, 0.04, 0.0)
    for _ in range(5):  # Since 0 to 40 ms.
        assert measure(rig, 0.0501, 0.0).mode is GateMode.ARMED
    assert measure(rig, 0.0501, 0.0).mode is GateMode.PSTOP


def test_a_tracking_error_that_goes_begins_anew(make_rig: Any) -> None:
    rig = make_rig(tracking_warn_rad=9.0).arm()
    for error in [0.04, *[0.0501] * 5, 0.04, *[0.0501] * 5]:
        assert measure(rig, error, 0.0).mode is GateMode.ARMED


# ---- chunks ----


@pytest.mark.parametrize("value", [INF, -INF])
def test_an_infinite_gripper_is_refused(rig: Any, value: float) -> None:
    chunk = rig.arm().chunk(ROWS, gripper=np.full(16, value))
    assert reasons(rig.tick(chunks=(chunk,))) == {Reason.NON_FINITE}


@pytest.mark.parametrize(("age_ns", "admitted"), [(500 * MS, True), (500 * MS + 1, False)])
def test_an_observation_may_be_as_old_as_its_limit(rig: Any, age_ns: int, admitted: bool) -> None:
    rig.arm().ticks(100)
    chunk = rig.chunk(ROWS, observed_ns=rig.now_ns + 10 * MS - age_ns)
    assert (rig.tick(chunks=(chunk,)).mode is GateMode.RUN) is admitted


@pytest.mark.parametrize(("offset", "admitted"), [(0.17, True), (-0.17, True), (-0.1701, False)])
def test_a_plan_may_begin_as_far_away_as_its_limit(
    rig: Any, offset: float, admitted: bool
) -> None:
    chunk = rig.arm().chunk(ROWS + offset)
    assert (rig.tick(chunks=(chunk,)).mode is GateMode.RUN) is admitted


@pytest.mark.parametrize(("jump", "admitted"), [(0.45, True), (-0.45, True), (0.4501, False)])
def test_rows_may_be_as_far_apart_as_their_limit(rig: Any, jump: float, admitted: bool) -> None:
    rows = ROWS.copy()
    rows[8:, 1] = jump
    assert (rig.arm().tick(chunks=(rig.chunk(rows),)).mode is GateMode.RUN) is admitted


@pytest.mark.parametrize(("bend", "limited"), [(0.05, False), (0.0505, True)])
def test_a_chunk_may_ask_for_the_acceleration_that_is_allowed(
    rig: Any, bend: float, limited: bool
) -> None:
    rows = np.zeros((4, 2))
    rows[2:, 0] = bend, bend + 0.09
    rig.arm().tick(chunks=(rig.chunk(rows),))
    decision = rig.ticks(10)  # At the bend.
    assert (Reason.RATE_LIMITED in reasons(decision)) is limited


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("value", [NAN, INF, -INF, 1e300])
def test_what_every_check_of_chunks_missed_is_still_not_published(
    make_rig: Callable[..., Any], value: float
) -> None:
    rig = make_rig(tuple(c for c in ALL_CHECKS if not isinstance(c, ChunkCheck))).run()
    rows = rig.position + 0.0 * ROWS
    rows[:, 1] = value
    rig.tick(chunks=(rig.chunk(rows),))
    rig.ticks(40)
    assert np.isfinite(rig.commands).all()
    assert np.abs(rig.commands).max() <= 2.0


# ---- the plan ----


def test_a_plan_is_left_when_it_is_as_short_as_the_stop(make_rig: Any) -> None:
    rig = make_rig(infer_deadline_s=9.0, execution_max_age_s=9.0).arm()
    rig.tick(chunks=(rig.chunk(ROWS),))
    queues = []
    while (decision := rig.tick()).mode is GateMode.RUN:
        queues.append(decision.queue_s)
    assert reasons(decision) == {Reason.STARVED}
    assert 0.02 <= queues[-1] < 0.031  # At rest the stop takes no time, and two ticks are added.


@pytest.mark.parametrize(("end", "clamped"), [(1.0, False), (-1.0, False), (1.0001, True)])
def test_a_target_may_be_at_the_end_of_the_range(rig: Any, end: float, clamped: bool) -> None:
    rig.position[0] = end * 0.95
    rig.arm()
    rows = np.tile([end, 0.0], (16, 1))
    rig.tick(chunks=(rig.chunk(rows),))
    decision = rig.ticks(40)
    assert (Reason.POS_CLAMPED in reasons(decision)) is clamped
    assert abs(rig.position[0]) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("opening", "clamped"), [(-0.1, False), (1.1, False), (-0.101, True), (1.101, True)]
)
def test_a_regressed_gripper_may_miss_its_ends_a_little(
    rig: Any, opening: float, clamped: bool
) -> None:
    rig.arm().tick(chunks=(rig.chunk(ROWS, gripper=np.full(16, opening)),))
    decision = rig.tick()
    assert (Reason.GRIP_CLAMPED in reasons(decision)) is clamped
    assert decision.command.gripper == (0.0 if opening < 0.0 else 1.0)


# ---- speed and place ----


@pytest.mark.parametrize(
    ("scale", "moved"),
    [(1.0, 1.0), (0.999, 1.0), (0.0, 0.0), (-1.0, 0.0), (NAN, 0.0), (-INF, 0.0)],
)
def test_the_operator_is_never_misread_as_full_speed(rig: Any, scale: float, moved: float) -> None:
    rig.always["speed_scale"] = scale
    rig.arm().tick(chunks=(rig.chunk(),))
    decision = rig.ticks(60)
    assert rig.position[0] == pytest.approx(moved * 0.12, abs=0.01)
    assert (Reason.SPEED_SCALE in reasons(decision)) is (scale != 1.0)


# The plan may use 85 % of what the tool may: 0.2 m/s here.
@pytest.mark.parametrize(("per_row", "slowed"), [(0.0199, False), (0.0201, True)])
def test_a_plan_may_be_as_fast_as_the_tool(make_rig: Any, per_row: float, slowed: bool) -> None:
    rig = make_rig(tool_position=lambda q: (q[0], q[1], 0.0), tcp_speed_m_s=0.2 / 0.85).arm()
    rows = np.hstack((per_row * np.arange(16)[:, None], np.zeros((16, 1))))
    rig.tick(chunks=(rig.chunk(rows),))
    rig.ticks(30)  # The arm has caught up.
    seen = set()
    for _ in range(50):
        seen |= reasons(rig.tick())
    assert (Reason.TCP_SPEED in seen) is slowed


@pytest.mark.parametrize(
    ("point", "reason"),
    [
        ((0.3, -0.2, 0.0), None),
        ((0.3001, 0.0, 0.1), Reason.WORKSPACE),
        ((0.0, -0.2001, 0.1), Reason.WORKSPACE),
        ((0.0, 0.0, -0.0001), Reason.WORKSPACE),
        ((0.0999, 0.15, 0.1), None),
        ((0.1, 0.15, 0.1), Reason.KEEPOUT),
        ((NAN, 0.0, 0.1), Reason.WORKSPACE),
        ((0.0, INF, 0.1), Reason.WORKSPACE),
        ((0.0, 0.0, -INF), Reason.WORKSPACE),
    ],
)
def test_the_edges_of_boxes(
    make_rig: Any, point: tuple[float, float, float], reason: Reason | None
) -> None:
    rig = make_rig(workspace=ROOM, keep_out=(PILLAR,), tool_position=lambda _: (0.0, 0.0, 0.1))
    rig.tick()
    tick = rig.gate._look(rig.gate._turn(rig.state, rig.now_ns), GateInputs(), NAN)
    finding = judge_tool(point, tick)
    assert (None if finding is None else finding.reason) is reason
