# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""An item on top of the right one, let go and at rest, is solved."""

import dataclasses

import pytest
from tables import holding, item, moved, noun, table

from vla_ros.sim.tasks import Task, check

TASK = Task(family="stack", object=noun("red cube"), target=noun("blue cube"))
CUBE = item("red cube", 0.45, 0.10)
BELOW = item("blue cube", 0.50, -0.10)
OTHER = item("green cube", 0.40, -0.20)


@pytest.mark.parametrize("aside_m", [0.0, 0.015, -0.02])
def test_cube_on_the_other_is_solved(aside_m: float) -> None:
    on_top = moved(CUBE, (0.50, -0.10 + aside_m, 0.06))
    assert check(table(on_top, BELOW, OTHER), TASK).solved


@pytest.mark.parametrize(
    "at_m",
    [
        (0.45, 0.10, 0.02),  # where it was
        (0.50, -0.06, 0.02),  # beside the other
        (0.50, -0.10, 0.075),  # held above it
        (0.50, -0.072, 0.055),  # sliding off
        (0.40, -0.20, 0.06),  # on the wrong one
        (float("nan"), -0.10, 0.06),
    ],
)
def test_cube_elsewhere_is_not_solved(at_m: tuple[float, float, float]) -> None:
    found = check(table(moved(CUBE, at_m), BELOW, OTHER), TASK)
    assert not found.solved
    assert "the red cube is not on the blue cube" in found.message


def test_the_other_on_the_cube_is_not_solved() -> None:
    assert not check(table(CUBE, moved(BELOW, (0.45, 0.10, 0.06))), TASK).solved


def test_cube_in_the_hand_on_the_other_is_not_solved() -> None:
    held, hand = holding(CUBE, (0.50, -0.10, 0.06))
    assert "has not let go" in check(table(held, BELOW, hand=hand), TASK).message


def test_cylinder_is_higher_than_a_cube() -> None:
    task = dataclasses.replace(TASK, object=noun("red cylinder"))
    standing = item("red cylinder", 0.50, -0.10, 0.07)
    assert check(table(standing, BELOW), task).solved
    assert not check(table(moved(standing, (0.50, -0.10, 0.058)), BELOW), task).solved
