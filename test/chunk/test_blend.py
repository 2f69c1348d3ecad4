# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import pytest

from vla_ros.chunk.blend import cross_fade, switch_gripper
from vla_ros.chunk.curve import Point


def test_a_fade_begins_on_the_old_path_and_ends_on_the_new_one() -> None:
    old = Point(position=(0.0,), velocity=(0.3,))
    new = Point(position=(1.0,), velocity=(-0.2,))
    assert cross_fade(old, new, 0.0, 0.1) == old
    end = cross_fade(old, new, 0.1, 0.1)
    assert end.position == pytest.approx(new.position)
    assert end.velocity == pytest.approx(new.velocity)


@pytest.mark.parametrize(
    ("held", "wanted", "result"),
    [
        (1.0, 0.5, 1.0),
        (0.0, 0.5, 0.0),
        (1.0, 0.36, 1.0),
        (1.0, 0.35, 0.0),
        (0.0, 0.64, 0.0),
        (0.0, 0.65, 1.0),
        (None, 0.64, None),
        (None, 0.36, None),
        (None, 0.65, 1.0),
        (None, 0.35, 0.0),
        (1.0, -7.0, 0.0),
        (0.0, 7.0, 1.0),
    ],
)
def test_the_gripper_switches_with_hysteresis(
    held: float | None, wanted: float, result: float | None
) -> None:
    assert switch_gripper(held, wanted) == result


def test_a_gripper_wish_that_is_not_a_number_changes_nothing() -> None:
    assert switch_gripper(1.0, float("nan")) == 1.0
    assert switch_gripper(0.0, float("nan")) == 0.0
