# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import math

import numpy as np
import pytest

from vla_ros.chunk.stretch import stretch
from vla_ros.types import ActionChunk

STEP_NS = 100_000_000


def make_chunk(rows: int = 5) -> ActionChunk:
    return ActionChunk(
        goal_id="0" * 32,
        session=1,
        epoch=1,
        sequence=1,
        last=False,
        observed_ns=0,
        first_ns=0,
        step_ns=STEP_NS,
        joint_names=("a", "b"),
        position_rad=np.stack((np.arange(rows) * 0.1, np.arange(rows) * -0.2), axis=1),
        gripper=np.array([1.0] * 2 + [0.0] * (rows - 2)),
    )


def test_full_speed_changes_nothing() -> None:
    chunk = make_chunk()
    assert stretch(chunk, 1.0) is chunk


@pytest.mark.parametrize("scale", [0.5, 0.3, 0.1, 0.9])
def test_every_row_lies_on_the_same_path_at_its_later_time(scale: float) -> None:
    slow = stretch(make_chunk(), scale)
    k = np.arange(len(slow.position_rad))
    np.testing.assert_allclose(slow.position_rad[:, 0], k * scale * 0.1, atol=1e-12)
    assert slow.step_ns == STEP_NS


def test_half_speed_takes_twice_as_long_and_ends_at_the_last_row() -> None:
    slow = stretch(make_chunk(), 0.5)
    assert len(slow.position_rad) == 9
    np.testing.assert_allclose(slow.position_rad[-1], [0.4, -0.8])


def test_the_gripper_is_never_averaged() -> None:
    slow = stretch(make_chunk(), 0.25)
    assert set(slow.gripper.tolist()) == {0.0, 1.0}
    assert slow.gripper[:8].tolist() == [1.0] * 8
    assert slow.gripper[8] == 0.0


@pytest.mark.parametrize("scale", [0.5, 0.25])
def test_the_way_to_row_0_is_stretched_as_well(scale: float) -> None:
    chunk = make_chunk()
    begin = np.array([-0.1, 0.2])
    slow = stretch(chunk, scale, begin)
    k = np.arange(len(slow.position_rad))
    np.testing.assert_allclose(slow.position_rad[:, 0], -0.1 + (k + 1) * scale * 0.1, atol=1e-12)
    np.testing.assert_allclose(slow.position_rad[-1], chunk.position_rad[-1])


def test_a_single_row_is_reached_more_slowly() -> None:
    slow = stretch(make_chunk(1), 0.5, np.array([-0.1, 0.2]))
    np.testing.assert_allclose(slow.position_rad[:, 0], [-0.05, 0.0])


@pytest.mark.parametrize("scale", [0.0, -0.5, 1.01, math.nan, math.inf, -math.inf])
def test_a_scale_outside_the_range_is_refused(scale: float) -> None:
    with pytest.raises(ValueError, match="wanted 0 < scale <= 1"):
        stretch(make_chunk(), scale)


def test_the_end_of_a_goal_stays_the_end_of_a_goal() -> None:
    end = make_chunk(2)
    empty = ActionChunk(
        goal_id=end.goal_id,
        session=1,
        epoch=1,
        sequence=2,
        last=True,
        observed_ns=0,
        first_ns=0,
        step_ns=STEP_NS,
        joint_names=end.joint_names,
        position_rad=np.zeros((0, 2)),
        gripper=np.zeros(0),
    )
    assert stretch(empty, 0.5) is empty
