# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tasks about the arm alone are judged by where it is and how far its fingers are open."""

import dataclasses
import math

import pytest
from tables import AWAY, holding, item, table

from vla_ros.sim.arm import HOME_TCP
from vla_ros.sim.table import Hand
from vla_ros.sim.tasks import FAMILIES, Task, check

HOME, OPEN, CLOSE = (Task(family=name) for name in ("home", "open", "close"))
CUBE = item("red cube", 0.45, 0.10)
AT_HOME = Hand(at_m=HOME_TCP, yaw_rad=0.0, opening=0.3)


def hand(opening: float) -> Hand:
    return dataclasses.replace(AWAY, opening=opening)


def test_hand_at_home_is_solved_whatever_the_fingers_do() -> None:
    assert check(table(CUBE, hand=AT_HOME), HOME).solved


@pytest.mark.parametrize("away_m", [0.04, -0.04, math.nan])
def test_hand_beside_home_is_not_solved(away_m: float) -> None:
    x, y, z = HOME_TCP
    beside = dataclasses.replace(AT_HOME, at_m=(x, y + away_m, z))
    assert "from home, wanted 3" in check(table(CUBE, hand=beside), HOME).message


def test_hand_that_passes_home_is_not_solved() -> None:
    passing = dataclasses.replace(AT_HOME, speed_m_s=0.2)
    assert "still moves" in check(table(CUBE, hand=passing), HOME).message


@pytest.mark.parametrize(
    ("opening", "is_open", "is_closed"),
    [
        (1.0, True, False),
        (0.91, True, False),
        (0.88, False, False),
        (0.1, False, False),
        (0.02, False, True),
        (math.nan, False, False),
    ],
)
def test_fingers_are_open_or_closed_or_neither(
    opening: float, is_open: bool, is_closed: bool
) -> None:
    now = table(CUBE, hand=hand(opening))
    assert check(now, OPEN).solved == is_open
    assert check(now, CLOSE).solved == is_closed


def test_fingers_closed_upon_an_item_are_closed() -> None:
    held, closed = holding(CUBE, (0.45, 0.10, 0.02))
    assert check(table(held, hand=closed), CLOSE).solved
    half = dataclasses.replace(closed, opening=0.7)
    assert not check(table(held, hand=half), CLOSE).solved


def test_low_hand_rises_before_it_goes_home_and_keeps_what_it_holds() -> None:
    held, low = holding(CUBE, (0.45, 0.10, 0.02))
    waypoint = FAMILIES["home"].decide(table(held, hand=low), HOME)
    assert waypoint.at_m[:2] == low.at_m[:2]
    assert waypoint.at_m[2] > 0.1
    assert waypoint.gripper == 0.0
