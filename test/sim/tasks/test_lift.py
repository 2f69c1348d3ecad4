# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The right item high in the hand, and still, is solved."""

import dataclasses

import pytest
from tables import AWAY, holding, item, moved, noun, table

from vla_ros.sim.tasks import Task, check

TASK = Task(family="lift", object=noun("red cube"))
CUBE, OTHER = item("red cube", 0.45, 0.10), item("red bar", 0.40, -0.10)


def test_cube_high_in_the_hand_is_solved() -> None:
    held, hand = holding(CUBE, (0.45, 0.10, 0.16))
    assert check(table(held, OTHER, hand=hand), TASK).solved


@pytest.mark.parametrize("height_m", [0.02, 0.08, float("nan")])
def test_cube_in_the_hand_but_low_is_not_solved(height_m: float) -> None:
    held, hand = holding(CUBE, (0.45, 0.10, height_m))
    assert "high, wanted 10" in check(table(held, OTHER, hand=hand), TASK).message


def test_other_item_in_the_hand_is_not_solved() -> None:
    held, hand = holding(OTHER, (0.40, -0.10, 0.16))
    assert not check(table(CUBE, held, hand=hand), TASK).solved


def test_cube_that_flies_is_not_solved() -> None:
    flying = moved(CUBE, (0.45, 0.10, 0.16))
    assert "not in the hand" in check(table(flying, hand=AWAY), TASK).message


def test_cube_that_is_swung_is_not_solved() -> None:
    held, hand = holding(CUBE, (0.45, 0.10, 0.16))
    swung = dataclasses.replace(held, speed_m_s=0.2)
    assert "still moves" in check(table(swung, hand=hand), TASK).message
