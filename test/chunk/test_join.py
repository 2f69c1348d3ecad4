# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What each way of joining a chunk promises, and what all of them promise."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vla_ros.chunk import ChunkSchedule
from vla_ros.chunk.join import ALIGN_S, ENSEMBLE_DECAY, SWITCH_S, TIRED
from vla_ros.chunk.schedule import MOST_TRACKS, Target
from vla_ros.types import ActionChunk, Joining

S = 1_000_000_000
MS = 1_000_000
STEP_S = 0.1
ALL = list(Joining)


def chunk(
    rows: Sequence[float] | np.ndarray,
    joining: Joining,
    first_s: float = 0.0,
    gripper: float = 1.0,
    step_s: float = STEP_S,
) -> ActionChunk:
    """Return a chunk of one joint."""
    first_ns = round(first_s * S)
    return ActionChunk(
        goal_id="a" * 32,
        session=1,
        epoch=1,
        sequence=first_ns,
        last=False,
        observed_ns=first_ns,
        first_ns=first_ns,
        step_ns=round(step_s * S),
        joint_names=("joint",),
        position_rad=np.array(rows, dtype=np.float64)[:, None],
        gripper=np.full(len(rows), gripper),
        joining=joining,
    )


def at(schedule: ChunkSchedule, now_s: float) -> Target:
    target = schedule.sample(round(now_s * S))
    assert target is not None
    return target


def position(schedule: ChunkSchedule, now_s: float) -> float:
    return at(schedule, now_s).position[0]


def two(joining: Joining, *, at_s: float = 0.55, apart: float = 0.1) -> ChunkSchedule:
    """Return a plan that moves at 0.2 rad/s, joined by one that moves at -0.1 rad/s."""
    plan = ChunkSchedule().admit(chunk(0.02 * np.arange(16), joining), 0)
    rows = 0.02 * 5.5 + apart - 0.01 * np.arange(16)
    return plan.admit(chunk(rows, joining, first_s=at_s - 0.05), round(at_s * S))


# ---- what all promise ----

CHUNKS = st.lists(
    st.tuples(
        st.lists(st.floats(-1.0, 1.0), min_size=2, max_size=20),  # rows
        st.integers(0, 900),  # how long after the one before it arrives [ms]
        st.integers(-150, 900),  # how old it is when it arrives [ms]
        st.sampled_from([0.01, 0.04, 0.1]),  # step [s]
        st.sampled_from([1.0, 1.0, 0.5, 0.07]),  # speed from then on
    ),
    min_size=2,
    max_size=8,
)


@settings(max_examples=200, deadline=None)
@given(arrivals=CHUNKS, joinings=st.lists(st.sampled_from(ALL), min_size=8, max_size=8))
def test_no_join_is_a_jump_in_position_or_velocity(
    arrivals: list[tuple[list[float], int, int, float, float]], joinings: list[Joining]
) -> None:
    schedule, now_ns = ChunkSchedule(), 0
    for (rows, wait_ms, age_ms, step_s, scale), joining in zip(arrivals, joinings, strict=False):
        now_ns += wait_ms * MS
        before = schedule.sample(now_ns)
        first_s = (now_ns - age_ms * MS) * 1e-9
        schedule = schedule.admit(chunk(rows, joining, first_s, step_s=step_s), now_ns)
        after = schedule.sample(now_ns)
        if before is not None and after is not None:
            assert after.position == pytest.approx(before.position, abs=1e-9)
            assert after.velocity == pytest.approx(before.velocity, abs=1e-6)
        slower = schedule.at_scale(scale, now_ns)
        if after is not None:
            target = slower.sample(now_ns)
            assert target is not None
            assert target.position == pytest.approx(after.position, abs=1e-9)
        schedule = slower


@settings(max_examples=150, deadline=None)
@given(arrivals=CHUNKS, joining=st.sampled_from(ALL))
def test_the_velocity_is_the_derivative_of_the_position_whatever_joins(
    arrivals: list[tuple[list[float], int, int, float, float]], joining: Joining
) -> None:
    schedule, now_ns = ChunkSchedule(), 0
    for rows, wait_ms, age_ms, step_s, scale in arrivals:
        now_ns += wait_ms * MS
        first_s = (now_ns - age_ms * MS) * 1e-9
        schedule = schedule.admit(chunk(rows, joining, first_s, step_s=step_s), now_ns)
        schedule = schedule.at_scale(scale, now_ns)
        for ms in (1, 7, 19, 55, 130):
            here = [schedule.sample(now_ns + ms * MS + us * 1000) for us in (-10, 0, 10)]
            if None in here:
                continue
            left, target, right = (each for each in here if each is not None)
            rate = (right.position[0] - left.position[0]) / 20e-6
            around = sorted((left.velocity[0], target.velocity[0], right.velocity[0]))
            slack = 1e-3 + 2.0 * (around[2] - around[0])  # At a row the acceleration changes.
            assert around[0] - slack <= rate <= around[2] + slack


@pytest.mark.parametrize("joining", ALL)
def test_what_has_joined_leads_to_the_new_path(joining: Joining) -> None:
    schedule = two(joining)
    fresh = ChunkSchedule().admit(chunk(0.21 - 0.01 * np.arange(16), joining, 0.5), S // 2)
    assert position(schedule, 1.95) == pytest.approx(position(fresh, 1.95), abs=1e-9)


@pytest.mark.parametrize("joining", ALL)
def test_a_row_that_is_past_moves_nothing(joining: Joining) -> None:
    late, clean = (
        np.concatenate((past, 0.02 * np.arange(13))) for past in (np.ones(3), np.zeros(3))
    )
    plans = [
        ChunkSchedule()
        .admit(chunk(np.zeros(16), joining), 0)
        .admit(chunk(rows, joining, first_s=0.5), 950 * MS)
        for rows in (late, clean)
    ]
    for now_s in np.arange(0.95, 2.0, 0.01):
        assert position(plans[0], now_s) == position(plans[1], now_s)


@pytest.mark.parametrize("joining", ALL)
def test_a_slower_arm_follows_the_same_path(joining: Joining) -> None:
    full, half = ChunkSchedule(), ChunkSchedule().at_scale(0.5, 0)
    for k in range(4):
        rows = np.sin(np.arange(16) * 0.3 + k)
        full = full.admit(chunk(rows, joining, 0.3 * k), round(0.3 * k * S))
        half = half.admit(chunk(rows, joining, 0.6 * k), round(0.6 * k * S))
    for now_s in np.arange(0.9, 2.4, 0.03):
        assert position(half, 2.0 * now_s) == pytest.approx(position(full, now_s), abs=1e-9)
        assert at(half, 2.0 * now_s).velocity[0] == pytest.approx(
            0.5 * at(full, now_s).velocity[0], abs=1e-6
        )


@pytest.mark.parametrize("joining", ALL)
def test_a_flood_of_chunks_keeps_the_plan_short(joining: Joining) -> None:
    schedule, most = ChunkSchedule(), 0
    for k in range(200):
        now_ns = k * 2 * MS
        schedule = schedule.admit(chunk(np.zeros(16), joining, now_ns * 1e-9), now_ns)
        most = max(most, len(schedule.tracks))
    # An aligned chunk needs none but the one before it.
    assert most == (2 if joining is Joining.OFFSET_ALIGNMENT else MOST_TRACKS + 1)


@pytest.mark.parametrize("joining", ALL)
def test_a_gripper_is_never_in_between(joining: Joining) -> None:
    schedule = ChunkSchedule().admit(chunk(np.zeros(16), joining, gripper=0.0), 0)
    schedule = schedule.admit(chunk(np.zeros(16), joining, 0.5, gripper=1.0), S // 2)
    seen = [at(schedule, now_s).gripper for now_s in np.arange(0.5, 1.9, 0.01)]
    assert set(seen) <= {0.0, 1.0}
    assert seen[-1] == 1.0


# ---- what each promises ----


def test_hold_and_switch_changes_over_within_a_few_ticks() -> None:
    schedule = two(Joining.HOLD_AND_SWITCH)
    assert position(schedule, 0.55) == pytest.approx(0.11)
    assert position(schedule, 0.55 + SWITCH_S) == pytest.approx(0.21 - 0.005 - 0.1 * SWITCH_S)


def test_an_ensemble_is_the_mean_with_the_weights_of_act() -> None:
    schedule = ChunkSchedule()
    levels = [0.0, 0.3, 1.0]
    for k, level in enumerate(levels):
        rows = np.full(16, level)
        schedule = schedule.admit(
            chunk(rows, Joining.TEMPORAL_ENSEMBLING, 0.3 * k), k * 3 * S // 10
        )
    weights = np.exp(-ENSEMBLE_DECAY * np.arange(3))
    assert position(schedule, 1.0) == pytest.approx(np.average(levels, weights=weights))
    # The first is at its last row at 1.5 s; it is over at 1.6 s, and has left 0.1 s later.
    tired = weights * [TIRED, 1.0, 1.0]
    assert position(schedule, 1.5) == pytest.approx(np.average(levels, weights=tired))
    tired = weights * [0.0, TIRED, 1.0]
    assert position(schedule, 1.8) == pytest.approx(np.average(levels, weights=tired))


def test_an_ensemble_of_one_way_goes_it_at_one_speed() -> None:
    """Each chunk rests at its last row; the mean does not slow down there."""
    schedule = ChunkSchedule()
    for k in range(6):
        rows = 0.3 * (0.3 * k + STEP_S * np.arange(16))
        schedule = schedule.admit(
            chunk(rows, Joining.TEMPORAL_ENSEMBLING, 0.3 * k), k * 3 * S // 10
        )
    speeds = [at(schedule, now_s).velocity[0] for now_s in np.arange(0.3, 2.8, 0.01)]
    assert speeds == pytest.approx([0.3] * len(speeds), rel=0.1)


def test_an_aligned_chunk_keeps_its_shape_and_loses_its_offset() -> None:
    schedule = two(Joining.OFFSET_ALIGNMENT)
    fresh = ChunkSchedule().admit(
        chunk(0.21 - 0.01 * np.arange(16), Joining.OFFSET_ALIGNMENT, 0.5), S // 2
    )
    times = np.linspace(0.55, 0.55 + ALIGN_S, 50)
    apart = np.array([position(fresh, now_s) - position(schedule, now_s) for now_s in times])
    assert apart[0] == pytest.approx(0.095)
    assert apart[-1] == pytest.approx(0.0, abs=1e-9)
    assert (apart[1:] <= apart[:-1] + 1e-9).all()
    assert at(schedule, 0.55).velocity[0] == pytest.approx(0.2)


def test_a_frozen_prefix_is_the_running_plan_and_what_follows_has_the_weights_of_rtc() -> None:
    running = ChunkSchedule().admit(chunk(np.zeros(16), Joining.REAL_TIME_CHUNKING), 0)
    schedule = running.admit(chunk(np.ones(16), Joining.REAL_TIME_CHUNKING, 0.5), 570 * MS)
    for now_s in np.arange(0.57, 0.6, 0.005):  # Row 1 of the new chunk is due at 0.6 s.
        assert position(schedule, now_s) == pytest.approx(0.0, abs=1e-12)
    count = 9  # Rows from there to the last one of the running plan, which is due at 1.5 s.
    for k in range(1, count + 1):
        c = (count - k) / count
        old = c * (math.exp(c) - 1.0) / (math.e - 1.0)
        assert position(schedule, 0.6 + 0.1 * k) == pytest.approx(1.0 - old)


def test_a_gripper_waits_for_the_end_of_a_frozen_prefix() -> None:
    running = ChunkSchedule().admit(chunk(np.zeros(16), Joining.REAL_TIME_CHUNKING), 0)
    new = chunk(np.ones(16), Joining.REAL_TIME_CHUNKING, 0.5, gripper=0.0)
    schedule = running.admit(new, 570 * MS)
    assert at(schedule, 0.59).gripper == 1.0
    assert at(schedule, 0.61).gripper == 0.0


def test_a_plan_that_is_nearly_over_guides_nothing_and_fades() -> None:
    running = ChunkSchedule().admit(chunk(np.zeros(4), Joining.REAL_TIME_CHUNKING), 0)
    schedule = running.admit(chunk(np.ones(16), Joining.REAL_TIME_CHUNKING, 0.3), 350 * MS)
    assert position(schedule, 0.35) == pytest.approx(0.0)
    assert position(schedule, 0.46) == pytest.approx(1.0)
