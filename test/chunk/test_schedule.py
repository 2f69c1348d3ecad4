# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest

from vla_ros.chunk import ChunkSchedule
from vla_ros.types import ActionChunk

SECOND = 1_000_000_000


def chunk(rows: list[float], first_ns: int = 0, gripper: float = 1.0) -> ActionChunk:
    """Return a chunk of one joint, a row every 0.1 s."""
    return ActionChunk(
        goal_id="a" * 32,
        session=1,
        epoch=1,
        sequence=1,
        last=False,
        observed_ns=first_ns,
        first_ns=first_ns,
        step_ns=SECOND // 10,
        joint_names=("joint",),
        position_rad=np.array(rows)[:, None],
        gripper=np.full(len(rows), gripper),
    )


def position(schedule: ChunkSchedule, now_s: float) -> float | None:
    target = schedule.sample(round(now_s * SECOND))
    return None if target is None else target.position[0]


def test_the_clock_chooses_the_row() -> None:
    schedule = ChunkSchedule().admit(chunk([0.0, 0.1, 0.3]), 0)
    assert position(schedule, 0.1) == pytest.approx(0.1)
    assert position(schedule, 0.2) == pytest.approx(0.3)


def test_a_row_past_its_time_is_not_sent() -> None:
    schedule = ChunkSchedule().admit(chunk([0.0, 0.1, 0.2]), 150_000_000)
    assert position(schedule, 0.15) == pytest.approx(0.15, abs=0.02)


def test_the_end_of_a_chunk_is_not_the_last_row_again() -> None:
    schedule = ChunkSchedule().admit(chunk([0.0, 0.1]), 0)
    assert position(schedule, 0.199) == pytest.approx(0.1)
    assert position(schedule, 0.2) is None


def test_nothing_is_due_before_the_first_row() -> None:
    schedule = ChunkSchedule().admit(chunk([0.5, 0.5], first_ns=SECOND), 0)
    assert position(schedule, 0.5) is None
    assert position(schedule, 1.0) == 0.5


def test_an_empty_schedule_has_no_target_and_no_queue() -> None:
    assert ChunkSchedule().sample(0) is None
    assert ChunkSchedule().queue_s(0) == 0.0


def test_a_new_chunk_takes_over_without_a_step() -> None:
    old = ChunkSchedule().admit(chunk([0.0] * 16), 0)
    both = old.admit(chunk([0.1] * 16, first_ns=SECOND // 2), SECOND // 2)
    assert position(both, 0.5) == pytest.approx(0.0)
    assert position(both, 0.55) == pytest.approx(0.05)
    assert position(both, 0.6) == pytest.approx(0.1)
    samples = [position(both, 0.5 + 0.001 * k) for k in range(110)]
    assert np.abs(np.diff(np.array(samples, dtype=float))).max() < 0.002


def test_the_velocity_is_the_derivative_of_the_position_also_while_fading() -> None:
    old = ChunkSchedule().admit(chunk([0.0, 0.02, 0.05, 0.03, 0.0] * 3), 0)
    both = old.admit(chunk([0.1, 0.15, 0.12] * 5, first_ns=SECOND // 2), SECOND // 2)
    for now in np.arange(0.505, 0.8, 0.01):
        left, right = position(both, now - 1e-4), position(both, now + 1e-4)
        target = both.sample(round(now * SECOND))
        assert left is not None
        assert right is not None
        assert target is not None
        assert target.velocity[0] == pytest.approx((right - left) / 2e-4, abs=0.02)


def test_the_old_chunk_is_forgotten_once_replaced() -> None:
    schedule = ChunkSchedule()
    for k in range(10):
        now = k * SECOND // 2
        schedule = schedule.admit(chunk([0.0] * 16, first_ns=now), now)
    assert len(schedule.tracks) <= 2


def test_the_old_chunk_moves_on_until_a_future_chunk_is_due() -> None:
    schedule = ChunkSchedule().admit(chunk([0.0] * 16), 0)
    schedule = schedule.admit(chunk([0.1] * 16, first_ns=SECOND // 2), SECOND // 10)
    assert position(schedule, 0.4) == pytest.approx(0.0)
    assert position(schedule, 0.7) == pytest.approx(0.1)


def test_between_two_rows_the_path_stays_between_them() -> None:
    rows = [0.0, 0.1, 0.1, -0.2, 0.3, 0.3]
    schedule = ChunkSchedule().admit(chunk(rows), 0)
    for k in range(len(rows) - 1):
        low, high = sorted(rows[k : k + 2])
        for u in np.linspace(0.0, 0.99, 20):
            value = position(schedule, 0.1 * (k + float(u)))
            assert value is not None
            assert low - 1e-9 <= value <= high + 1e-9


def test_half_speed_takes_twice_as_long_along_the_same_path() -> None:
    full = ChunkSchedule().admit(chunk([0.0, 0.1, 0.3, 0.4]), 0)
    half = ChunkSchedule().at_scale(0.5, 0).admit(chunk([0.0, 0.1, 0.3, 0.4]), 0)
    for now in np.arange(0.0, 0.39, 0.03):
        assert position(half, 2.0 * now) == pytest.approx(position(full, now))
    target = half.sample(round(0.1 * SECOND))
    assert target is not None
    whole = full.sample(round(0.05 * SECOND))
    assert whole is not None
    assert target.velocity[0] == pytest.approx(0.5 * whole.velocity[0])


def test_a_change_of_speed_does_not_move_the_target() -> None:
    schedule = ChunkSchedule().admit(chunk([0.0, 0.1, 0.3, 0.4]), 0)
    slow = schedule.at_scale(0.1, 150_000_000)
    assert position(slow, 0.15) == pytest.approx(position(schedule, 0.15))
    assert slow.queue_s(150_000_000) == pytest.approx(2.5)


def test_queue_is_the_time_left_of_the_newest_chunk() -> None:
    schedule = ChunkSchedule().admit(chunk([0.0] * 16), 0)
    assert schedule.queue_s(SECOND) == pytest.approx(0.6)
    assert schedule.queue_s(2 * SECOND) == 0.0


def test_the_gripper_is_taken_from_the_newest_row_and_never_averaged() -> None:
    schedule = ChunkSchedule().admit(chunk([0.0] * 16, gripper=0.0), 0)
    schedule = schedule.admit(chunk([0.0] * 16, first_ns=SECOND // 2, gripper=1.0), SECOND // 2)
    seen = {schedule.sample(round(now * SECOND)).gripper for now in np.arange(0.45, 0.65, 0.01)}  # type: ignore[union-attr]
    assert seen <= {0.0, 1.0}


@pytest.mark.parametrize("scale", [0.0, 5e-324, 0.9e-3, -1.0, float("nan")])
def test_a_scale_next_to_nothing_stands_still(scale: float) -> None:
    assert ChunkSchedule().at_scale(scale, 0).scale == 0.0
    assert ChunkSchedule().at_scale(1e-3, 0).scale == 1e-3


def test_the_same_plan_gives_the_same_numbers_at_any_time() -> None:
    samples = []
    for begin in (0, 987_654_321_123_456_789):
        schedule = ChunkSchedule().at_scale(0.7, begin).flush()
        for k in range(3):
            now = begin + k * SECOND // 3
            schedule = schedule.admit(chunk([0.0, 0.1, 0.3, 0.4] * 4, first_ns=now), now)
        ticks = (schedule.sample(begin + SECOND + 7_000_001 * k) for k in range(50))
        samples.append([target.position for target in ticks if target is not None])
    assert samples[0] == samples[1]
    assert len(samples[0]) == 50
