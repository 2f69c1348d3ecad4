# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import math

import pytest

from vla_ros.chunk.blend import ease, mix, switch_gripper
from vla_ros.chunk.curve import Point


def test_a_mix_begins_on_the_old_path_and_ends_on_the_new_one() -> None:
    old = Point(position=(0.0,), velocity=(0.3,))
    new = Point(position=(1.0,), velocity=(-0.2,))
    assert mix(old, new, *ease(0.0)) == old
    assert mix(old, new, *ease(1.0)) == new
    half = mix(old, new, 0.5, 2.0)
    assert half.position == pytest.approx((0.5,))
    assert half.velocity == pytest.approx((0.05 + 2.0,))


@pytest.mark.parametrize("u", [-math.inf, -1.0, 0.0])
def test_an_easy_way_is_level_before_it_begins(u: float) -> None:
    assert ease(u) == (0.0, 0.0)


@pytest.mark.parametrize("u", [1.0, 2.0, math.inf])
def test_an_easy_way_is_level_after_its_end(u: float) -> None:
    assert ease(u) == (1.0, 0.0)


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
