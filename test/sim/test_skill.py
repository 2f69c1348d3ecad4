# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Each skill names the right next waypoint, from wherever the hand is."""

import dataclasses
import math

import numpy as np
import pytest
from tables import holding, item

from vla_ros.sim.skill import (
    Spot,
    depth,
    fetch,
    grasp_yaw,
    is_held,
    lift,
    move_to,
    push_to,
    retreat,
)
from vla_ros.sim.table import Hand
from vla_ros.sim.things import ITEMS, Kind

CUBE = item("red cube", 0.45, 0.10, yaw_rad=0.3)
OVER = Hand(at_m=(0.45, 0.10, 0.10), yaw_rad=0.3, opening=1.0)
LEFT = (0.0, 1.0)


def at(x_m: float, y_m: float, z_m: float, **more: float) -> Hand:
    return dataclasses.replace(OVER, at_m=(x_m, y_m, z_m), **more)  # type: ignore[arg-type]


def test_low_hand_beside_the_cube_rises_first() -> None:
    waypoint = fetch(at(0.40, 0.0, 0.03), CUBE)
    assert waypoint.at_m[:2] == (0.40, 0.0)
    assert waypoint.at_m[2] > 0.09


def test_low_hand_with_a_wrong_yaw_rises_before_it_turns() -> None:
    waypoint = fetch(at(0.45, 0.10, 0.03, yaw_rad=-0.2), CUBE)
    assert waypoint.yaw_rad == -0.2
    assert waypoint.at_m[2] > 0.09


def test_hand_goes_down_only_with_open_fingers_along_the_cube() -> None:
    assert fetch(OVER, CUBE).at_m[2] < 0.02
    assert fetch(at(0.45, 0.10, 0.10, opening=0.5), CUBE).at_m[2] > 0.09
    assert fetch(at(0.45, 0.10, 0.10, yaw_rad=0.0), CUBE).at_m[2] > 0.09


def test_hand_around_the_cube_closes() -> None:
    assert fetch(at(0.45, 0.10, 0.016), CUBE).gripper == 0.0


def test_hand_that_closed_on_nothing_opens_again() -> None:
    assert fetch(at(0.45, 0.10, 0.017, opening=0.1), CUBE).gripper == 1.0


@pytest.mark.parametrize("kind", ITEMS)
def test_item_is_held_at_its_own_width_only(kind: Kind) -> None:
    held, hand = holding(item(f"red {kind.value}", 0.4, 0.0), (0.4, 0.0, 0.1))
    assert is_held(hand, held)
    for opening in (0.0, 0.8, math.nan):
        assert not is_held(dataclasses.replace(hand, opening=opening), held)


@pytest.mark.parametrize("cube_yaw", np.linspace(-math.pi, math.pi, 17).tolist())
@pytest.mark.parametrize("tool_yaw", [-1.0, 0.0, 1.0])
def test_grasp_yaw_lies_along_a_side_and_within_reach(cube_yaw: float, tool_yaw: float) -> None:
    cube = dataclasses.replace(CUBE, yaw_rad=cube_yaw)
    bar = item("red bar", 0.45, 0.10, yaw_rad=cube_yaw)
    cylinder = item("red cylinder", 0.45, 0.10, yaw_rad=cube_yaw)
    yaw = grasp_yaw(cube, tool_yaw)
    assert abs(yaw) <= 1.1
    assert math.remainder(yaw - cube_yaw, math.pi / 2) == pytest.approx(0.0, abs=1e-9)
    yaw = grasp_yaw(bar, tool_yaw)
    assert abs(yaw) <= 1.65
    assert math.remainder(yaw - cube_yaw, math.pi) == pytest.approx(0.0, abs=1e-9)
    assert grasp_yaw(cylinder, tool_yaw) == tool_yaw


@pytest.mark.parametrize("angle", np.linspace(-math.pi, math.pi, 13).tolist())
@pytest.mark.parametrize("kind", [Kind.CUBE, Kind.CYLINDER])
def test_fingers_keep_clear_of_what_lies_beside(kind: Kind, angle: float) -> None:
    """Where the neighbour is in the way of one grasp, there is another one in reach."""
    mine = item(f"red {kind.value}", 0.45, 0.10, yaw_rad=angle)
    beside = item("blue cylinder", 0.45 + 0.042 * math.cos(angle), 0.10 + 0.042 * math.sin(angle))
    grasps = {grasp_yaw(mine, tool, (beside,)) for tool in (-1.0, 0.0, 1.0)}
    for yaw in grasps:
        x, y = -0.047 * math.sin(yaw), 0.047 * math.cos(yaw)
        for side in (1.0, -1.0):
            assert beside.apart((0.45 + side * x, 0.10 + side * y)) > 0.013
    assert fetch(OVER, mine, (beside,)).yaw_rad in {grasp_yaw(mine, OVER.yaw_rad, (beside,))}


def test_fingers_may_be_over_what_is_lower() -> None:
    on_top = dataclasses.replace(CUBE, at_m=(0.45, 0.10, 0.06))
    below = item("blue bar", 0.45, 0.10, yaw_rad=0.3 + math.pi / 2)
    assert grasp_yaw(on_top, 0.3, (below,)) == pytest.approx(0.3)


def test_bar_that_can_be_gripped_one_way_only_is_gripped_that_way() -> None:
    bar = item("red bar", 0.45, 0.10, yaw_rad=0.3)
    c, s = math.cos(0.3 + math.pi / 2), math.sin(0.3 + math.pi / 2)
    beside = item("blue cube", 0.45 + 0.036 * c, 0.10 + 0.036 * s, yaw_rad=0.3)
    assert grasp_yaw(bar, 0.0, (beside,)) == pytest.approx(0.3)


def test_held_cube_is_brought_high_over_its_spot_then_down_then_let_go() -> None:
    spot = Spot(at_m=(0.50, -0.10), rest_m=0.026)
    waypoints = [
        move_to(hand, cube, spot)
        for cube, hand in (
            holding(CUBE, (0.45, 0.10, 0.03)),
            holding(CUBE, (0.45, 0.10, 0.14)),
            holding(CUBE, (0.50, -0.10, 0.14)),
            holding(CUBE, (0.50, -0.10, 0.05)),
        )
    ]
    assert [w.gripper for w in waypoints] == [0.0, 0.0, 0.0, 1.0]
    assert waypoints[0].at_m[:2] == (0.45, 0.10)
    assert waypoints[1].at_m == (0.50, -0.10, 0.14)
    assert waypoints[2].at_m == pytest.approx((0.50, -0.10, 0.054))


def test_cube_that_slipped_in_the_grip_still_comes_down_to_its_spot() -> None:
    spot = Spot(at_m=(0.50, -0.10), rest_m=0.06, drop_m=0.003)
    held, hand = holding(CUBE, (0.50, -0.10, 0.14))
    high = dataclasses.replace(held, at_m=(0.50, -0.10, 0.155))
    low = dataclasses.replace(held, at_m=(0.50, -0.10, 0.130))
    assert move_to(hand, high, spot).at_m[2] == pytest.approx(0.052)  # Not into what is below.
    assert move_to(hand, low, spot).at_m[2] == pytest.approx(0.073)
    at_last = dataclasses.replace(held, at_m=(0.50, -0.10, 0.072))
    down = dataclasses.replace(hand, at_m=(0.50, -0.10, 0.053))
    assert move_to(down, at_last, spot).gripper == 1.0


def test_cube_at_its_spot_is_left_alone() -> None:
    spot = Spot(at_m=(0.45, 0.10), rest_m=0.02)
    assert move_to(at(0.45, 0.10, 0.02, opening=0.476), CUBE, spot).gripper == 1.0
    assert move_to(at(0.45, 0.10, 0.02), CUBE, spot).at_m[2] > 0.15
    assert move_to(at(0.45, 0.10, 0.17), CUBE, spot).done


def test_cube_is_lifted_and_kept() -> None:
    held, hand = holding(CUBE, (0.45, 0.10, 0.03))
    assert lift(hand, held, 0.16).at_m[2] > 0.16
    held, hand = holding(CUBE, (0.45, 0.10, 0.17))
    assert lift(hand, held, 0.16).done
    assert lift(hand, held, 0.16).gripper == 0.0
    assert not lift(OVER, CUBE, 0.16).done


def test_push_begins_behind_the_item_with_closed_fingers() -> None:
    closed = at(0.40, 0.0, 0.20, opening=0.0)
    start = push_to(closed, CUBE, LEFT)
    assert start.gripper == 0.0
    assert start.at_m[0] == pytest.approx(0.45)
    assert 0.04 < 0.10 - start.at_m[1] < 0.07
    assert start.at_m[2] > 0.09
    down = push_to(at(*start.at_m[:2], 0.10, opening=0.0), CUBE, LEFT)
    assert down.at_m[2] < 0.03
    assert push_to(at(*start.at_m[:2], 0.10, opening=1.0), CUBE, LEFT).at_m[2] > 0.09
    forth = push_to(at(*start.at_m[:2], 0.018, opening=0.0), CUBE, LEFT)
    assert forth.at_m[1] > start.at_m[1] + 0.03


@pytest.mark.parametrize("aside_m", [-0.01, 0.01])
def test_push_steers_to_the_middle_of_the_item(aside_m: float) -> None:
    waypoint = push_to(at(0.45 + aside_m, 0.06, 0.018, opening=0.0), CUBE, LEFT)
    assert (waypoint.at_m[0] - 0.45 - aside_m) * aside_m < 0.0


@pytest.mark.parametrize("where", [(0.45, 0.14), (0.49, 0.10), (0.45, 0.0)])
def test_low_hand_that_is_not_behind_rises(where: tuple[float, float]) -> None:
    waypoint = push_to(at(*where, 0.018, opening=0.0), CUBE, LEFT)
    assert waypoint.at_m[:2] == where
    assert waypoint.at_m[2] > 0.09


@pytest.mark.parametrize("aside_m", [-0.025, 0.0, 0.025])
@pytest.mark.parametrize("behind_m", [0.045, 0.06, 0.085])
def test_hand_goes_down_wherever_it_is_well_behind(aside_m: float, behind_m: float) -> None:
    hand = at(0.45 + aside_m, 0.10 - behind_m, 0.06, opening=0.0)
    assert push_to(hand, CUBE, LEFT).at_m[2] < 0.03


def test_push_lets_go_of_what_it_happens_to_hold() -> None:
    held, hand = holding(CUBE, (0.45, 0.10, 0.02))
    assert push_to(hand, held, LEFT).gripper == 1.0
    around = at(0.45, 0.10, 0.02)
    assert push_to(around, held, LEFT).at_m[2] > 0.1


def test_hand_draws_back_before_it_rises() -> None:
    low = retreat(at(0.45, 0.06, 0.018, opening=0.0), LEFT)
    assert low.at_m[1] < 0.06
    assert not low.done
    assert retreat(at(0.45, 0.03, 0.17, opening=0.0), LEFT).done


def test_depth_of_a_bar_depends_on_its_turn() -> None:
    bar = item("red bar", 0.4, 0.0)
    assert depth(bar, (1.0, 0.0)) == pytest.approx(0.04)
    assert depth(bar, (0.0, -1.0)) == pytest.approx(0.015)
    assert depth(item("red cylinder", 0.4, 0.0), (0.6, 0.8)) == pytest.approx(0.018)
