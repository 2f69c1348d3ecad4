# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""An item on the right side of another thing, as the arm sees it, is solved."""

import pytest
from tables import container, holding, item, moved, noun, table

from vla_ros.errors import SimulationError
from vla_ros.sim.table import Container, Item
from vla_ros.sim.tasks import Task, Where, check

CUBE = item("red cube", 0.40, 0.20)
BOWL = container("blue bowl", 0.47, -0.05)
OTHER = container("green bowl", 0.50, -0.20)
REACH = BOWL.shape.reach_m
SPOTS = {
    Where.LEFT_OF: (0.47, -0.05 + REACH + 0.05),
    Where.RIGHT_OF: (0.47, -0.05 - REACH - 0.05),
    Where.BEHIND: (0.47 + REACH + 0.05, -0.05),
    Where.IN_FRONT_OF: (0.47 - REACH - 0.05, -0.05),
}


def task(where: Where) -> Task:
    return Task(family="place", object=noun("red cube"), target=noun("blue bowl"), where=where)


@pytest.mark.parametrize("asked", Where)
@pytest.mark.parametrize("went", SPOTS)
def test_only_the_side_asked_for_is_solved(asked: Where, went: Where) -> None:
    found = check(table(moved(CUBE, SPOTS[went]), BOWL, OTHER), task(asked))
    assert found.solved == (asked in (went, Where.NEXT_TO))
    assert found.solved or f"is not {asked.value} the blue bowl" in found.message


@pytest.mark.parametrize("where", Where)
@pytest.mark.parametrize(
    "at_m",
    [
        (0.47, -0.05, 0.026),  # in it
        (0.40, 0.20, 0.02),  # where it was
        (0.47, -0.05 + REACH + 0.005, 0.02),  # touching it
        (0.47, -0.05 + REACH + 0.12, 0.02),  # too far away
        (0.62, 0.10, 0.02),  # behind and to the left, and too far away
    ],
)
def test_in_it_at_it_or_far_from_it_is_not_solved(
    where: Where, at_m: tuple[float, float, float]
) -> None:
    assert not check(table(moved(CUBE, at_m), BOWL, OTHER), task(where)).solved


def test_held_above_the_spot_is_not_solved() -> None:
    held, hand = holding(CUBE, (*SPOTS[Where.LEFT_OF], 0.10))
    found = check(table(held, BOWL, hand=hand), task(Where.LEFT_OF))
    assert "10.0 cm high, not on the table" in found.message


def test_diagonal_is_next_to_it_but_on_no_side() -> None:
    across = (REACH + 0.05) * 0.707
    diagonal = moved(CUBE, (0.47 + across, -0.05 + across))
    judged = {w: check(table(diagonal, BOWL), task(w)).solved for w in Where}
    assert judged == {w: w is Where.NEXT_TO for w in Where}


def test_target_may_be_an_item_and_must_be_there() -> None:
    beside = Task(
        family="place", object=noun("red cube"), target=noun("black bar"), where=Where.NEXT_TO
    )
    bar = item("black bar", 0.50, 0.20)
    assert check(table(moved(CUBE, (0.40, 0.20)), bar), beside).solved
    with pytest.raises(SimulationError, match="no black bar"):
        check(table(CUBE, BOWL), beside)


TRAY = container("yellow tray", 0.47, -0.05)
BAR = item("black bar", 0.47, -0.05)
SIDE = TRAY.shape.reach_m / 2**0.5  # From its middle to the middle of a side.


@pytest.mark.parametrize(
    ("target", "aside_m", "is_beside"),
    [
        (TRAY, SIDE + 0.02, True),  # within the circle around it
        (TRAY, SIDE + 0.01, False),
        (BAR, BAR.shape.half_m[1] + 0.02, True),  # along its long side, within its circle
        (BAR, BAR.shape.half_m[1] + 0.01, False),
    ],
)
def test_how_near_it_lies_counts_from_the_outline(
    target: Item | Container, aside_m: float, is_beside: bool
) -> None:
    asked = Task(
        family="place", object=noun("red cube"), target=noun(target.name), where=Where.LEFT_OF
    )
    lies = moved(CUBE, (0.47, -0.05 + aside_m))
    assert check(table(lies, target), asked).solved == is_beside
