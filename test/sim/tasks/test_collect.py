# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""`clear` and `sort` are solved when the last item is in; stages count those that are."""

import pytest
from tables import container, holding, item, moved, noun, table

from vla_ros.errors import SimulationError
from vla_ros.sim.table import Item
from vla_ros.sim.tasks import FAMILIES, Task, check, stages

CLEAR = Task(family="clear", object=noun("red cube"), target=noun("blue bowl"))
SORT = Task(family="sort")
FIRST, SECOND = item("red cube", 0.45, 0.10), item("red cube", 0.40, 0.20)
GREEN = item("green cube", 0.38, -0.05)
BLUE = container("blue bowl", 0.50, -0.10)
IN_BLUE, ALSO_IN_BLUE = (0.50, -0.074, 0.026), (0.50, -0.126, 0.026)
RED_BOWL, GREEN_TRAY = container("red bowl", 0.50, -0.15), container("green tray", 0.40, 0.10)
IN_RED, IN_GREEN = (0.50, -0.15, 0.026), (0.43, 0.12, 0.024)


def test_all_of_them_in_the_bowl_is_solved() -> None:
    both = (moved(FIRST, IN_BLUE), moved(SECOND, ALSO_IN_BLUE))
    assert check(table(*both, GREEN, BLUE), CLEAR).solved


def test_one_upon_the_other_in_the_bowl_is_solved() -> None:
    both = (moved(FIRST, (0.50, -0.10, 0.026)), moved(SECOND, (0.50, -0.10, 0.066)))
    assert check(table(*both, BLUE), CLEAR).solved


@pytest.mark.parametrize(
    "second",
    [
        SECOND,
        moved(SECOND, (0.50, -0.03, 0.02)),  # beside the bowl
        moved(SECOND, (0.50, -0.10, 0.15)),  # above it
    ],
)
def test_one_of_two_is_not_solved(second: Item) -> None:
    found = check(table(moved(FIRST, IN_BLUE), second, GREEN, BLUE), CLEAR)
    assert not found.solved
    assert "1 of 2 are done; the red cube is not in the blue bowl" in found.message


def test_wrong_color_does_not_count() -> None:
    assert not check(table(FIRST, SECOND, moved(GREEN, IN_BLUE), BLUE), CLEAR).solved


def test_stages_count_what_is_inside() -> None:
    held, hand = holding(SECOND, (0.45, 0.0, 0.14))
    now = stages(table(moved(FIRST, IN_BLUE), held, BLUE, hand=hand), CLEAR)
    assert {stage.name: stage.reached for stage in now} == {
        "1 of 2 lifted": True,
        "1 of 2 inside": True,
        "2 of 2 lifted": True,
        "2 of 2 inside": False,
        "solved": False,
    }


def test_nothing_to_clear_is_an_error() -> None:
    with pytest.raises(SimulationError, match="there is no red cube"):
        check(table(GREEN, BLUE), CLEAR)


def test_each_in_its_own_color_is_sorted() -> None:
    sorted_ = (moved(FIRST, IN_RED), moved(GREEN, IN_GREEN))
    assert check(table(*sorted_, RED_BOWL, GREEN_TRAY), SORT).solved


def test_swapped_colors_are_not_sorted() -> None:
    swapped = (moved(FIRST, IN_GREEN), moved(GREEN, IN_RED))
    found = check(table(*swapped, RED_BOWL, GREEN_TRAY), SORT)
    assert "0 of 2 are done; the red cube is not in the red bowl" in found.message


def test_nothing_to_sort_is_an_error() -> None:
    with pytest.raises(SimulationError, match="nothing to sort"):
        check(table(GREEN, BLUE), SORT)


@pytest.mark.parametrize("task", [CLEAR, SORT])
def test_item_in_the_hand_comes_first(task: Task) -> None:
    """A held item is brought on, even past one that lies nearer."""
    bowl = BLUE if task is CLEAR else RED_BOWL
    held, hand = holding(SECOND, (0.45, 0.10, 0.14))
    things = (FIRST, held, bowl) if task is CLEAR else (held, GREEN, bowl, GREEN_TRAY)
    waypoint = FAMILIES[task.family].decide(table(*things, hand=hand), task)
    assert waypoint.gripper == 0.0
    assert waypoint.at_m[1] < 0.0
