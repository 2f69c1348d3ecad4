# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the table will look like a step later: a small kinematic model, no physics.

The expert thinks ahead with it, so that a whole chunk of motion can be labelled from one state.
"""

from dataclasses import replace

from vla_ros.sim.parts import Vector
from vla_ros.sim.skill import FINGERS_M, FULL_STROKE_M, Waypoint, is_around, is_held
from vla_ros.sim.table import Hand, Item, Table, flat

_TURN_RAD_S = 0.8
_GRIPPER_PER_S = 1.75  # Opening fraction per second.
_PUSHING_BELOW_M = 0.045  # TCP over an item's centre: lower, closed fingers meet it.


def advance(table: Table, waypoint: Waypoint, step_s: float) -> Table:
    """Move the hand, the fingers, and with them an item, for one step."""
    before = table.hand
    tool = _approach(before.at_m, waypoint.at_m, waypoint.speed_m_s * step_s)
    turn = _TURN_RAD_S * step_s
    yaw = before.yaw_rad + min(max(waypoint.yaw_rad - before.yaw_rad, -turn), turn)
    hand = Hand(at_m=tool, yaw_rad=yaw, opening=_next_opening(table, waypoint.gripper, step_s))
    closing = waypoint.gripper < 0.5
    items = tuple(_moved(table, item, hand, closing=closing) for item in table.items)
    return replace(table, hand=hand, items=items)


def _moved(table: Table, item: Item, hand: Hand, *, closing: bool) -> Item:
    """Return an item as the hand's motion leaves it."""
    before = table.hand
    if is_held(before, item):
        if not (closing or is_held(hand, item)):
            return _dropped(table, item)
        shift = [b - a for a, b in zip(before.at_m, hand.at_m, strict=True)]
        x, y, z = (c + s for c, s in zip(item.at_m, shift, strict=True))
        turned = item.yaw_rad + hand.yaw_rad - before.yaw_rad
        return replace(item, at_m=(x, y, z), yaw_rad=turned)
    if item.at_m[2] > item.shape.half_m[2] + 0.015:
        return _dropped(table, item)
    if before.opening < 0.3 and hand.at_m[2] - item.at_m[2] < _PUSHING_BELOW_M:
        return _pushed(item, before, hand)
    return item


def _pushed(item: Item, before: Hand, hand: Hand) -> Item:
    """Return an item that closed fingers may have run into: it goes along with them."""
    if item.apart(hand.at_m) >= FINGERS_M:
        return item
    x, y = (b - a for a, b in zip(before.at_m[:2], hand.at_m[:2], strict=True))
    return replace(item, at_m=(item.at_m[0] + x, item.at_m[1] + y, item.at_m[2]))


def _dropped(table: Table, item: Item) -> Item:
    """Return an item on what is under it."""
    under = 0.0
    for container in table.containers:
        if flat(item.at_m, container.at_m) < container.shape.inside_m:
            under = container.shape.floor_m
    for other in table.others(item):
        if flat(item.at_m, other.at_m) < 0.020:
            top = other.at_m[2] + other.shape.half_m[2]
            if item.at_m[2] > top:
                under = max(under, top)
    return replace(item, at_m=(*item.at_m[:2], under + item.shape.half_m[2]))


def _next_opening(table: Table, gripper: float, step_s: float) -> float:
    hand = table.hand
    change = _GRIPPER_PER_S * step_s
    if gripper > 0.5:
        return min(1.0, hand.opening + change)
    stops = [
        item.shape.grip_m / FULL_STROKE_M
        for item in table.items
        if is_around(hand, item) and hand.opening > item.shape.grip_m / FULL_STROKE_M - 0.076
    ]
    return max(*stops, 0.0, hand.opening - change)


def _approach(start: Vector, goal: Vector, reach: float) -> Vector:
    """Go towards a point by at most `reach`, slowing down over the last steps."""
    distance = sum((b - a) ** 2 for a, b in zip(start, goal, strict=True)) ** 0.5
    if distance < 1e-9:
        return start
    share = min(1.0, min(reach, 0.6 * distance + 0.004) / distance)
    x, y, z = (a + share * (b - a) for a, b in zip(start, goal, strict=True))
    return x, y, z
