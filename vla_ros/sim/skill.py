# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the scripted expert's hand can do: fetch, carry, let go, leave, push.

Each skill looks at the state alone and names the next waypoint, so that an expert made of them
can be asked in any state, also one it would never have reached by itself.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from vla_ros.sim.parts import Vector
from vla_ros.sim.table import Hand, Item, Point, flat

FAST_M_S = 0.26
SLOW_M_S = 0.15
OPEN = 0.80  # Wide enough to go down around an item.
FULL_STROKE_M = 0.084  # Between the fingers, fully open.

_HOVER_M = 0.08  # Over an item's centre: where the hand aligns itself.
_CARRY_M = 0.14
_LEFT_M = 0.16
_RETREAT_M = 0.18
_GRASP_BELOW_M = 0.004
_GRASP_FROM_TOP_M = 0.02
_LOWEST_M = 0.0145  # The finger tips are 9 mm below the TCP, and keep clear of the table.
FINGERS_M = 0.011  # From the TCP to the outside of the closed fingers.
_PUSH_M = 0.022
_PUSH_LOW_M = 0.035
_PUSH_HOVER_M = 0.11
_RUN_UP_M = 0.026
_STRAIGHT_RAD = 1.1  # A tool yaw that the arm reaches everywhere.
_TURNED_RAD = 1.65  # The same for what must be gripped along one axis.
_TIPS_M = 0.009  # The finger tips below the TCP.
_OPEN_FINGER_M = 0.047  # From the TCP to the middle of an open finger.
_ROOM_M = 0.014  # Around that middle: the finger, and a little for who sees less exactly.
_TURNS_RAD = tuple(0.2 * k for k in range(-8, 9))  # To try around what can be gripped anyhow.


@dataclass(frozen=True, slots=True, kw_only=True)
class Waypoint:
    """Where to go next.

    Attributes:
        at_m: TCP position in base_link [m].
        yaw_rad: TCP yaw [rad].
        gripper: Wanted opening, 0 or 1.
        speed_m_s: Fastest tool speed on the way.
        done: The task is finished and the hand has left.
    """

    at_m: Vector
    yaw_rad: float
    gripper: float
    speed_m_s: float = FAST_M_S
    done: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where an item shall be put down.

    Attributes:
        at_m: x and y of its centre in base_link [m].
        rest_m: Height of its centre when it rests there [m].
        drop_m: From how far above that it may fall [m].
        near_m: How far beside the spot it may be let go [m].
        there_m: How far beside the spot it counts as being there [m].
    """

    at_m: Point
    rest_m: float
    drop_m: float = 0.028
    near_m: float = 0.030
    there_m: float = 0.042

    def has(self, item: Item) -> bool:
        """Tell whether an item lies there."""
        low = item.at_m[2] < self.rest_m + max(0.006, self.drop_m - 0.006)
        return low and flat(item.at_m, self.at_m) < self.there_m


def grasp_height(item: Item) -> float:
    """Return the height on an item that the skills take for its middle: near its top [m]."""
    return item.at_m[2] + item.shape.half_m[2] - _GRASP_FROM_TOP_M


def is_around(hand: Hand, item: Item) -> bool:
    """Tell whether an item is between the fingers, open or closed."""
    level = abs(hand.at_m[2] - grasp_height(item)) < 0.025
    return level and flat(hand.at_m, item.at_m) < 0.020


def is_held(hand: Hand, item: Item) -> bool:
    """Tell whether an item is between closed fingers."""
    stop = item.shape.grip_m / FULL_STROKE_M
    return is_around(hand, item) and stop - 0.116 <= hand.opening <= stop + 0.084


def grasp_yaw(item: Item, tool_yaw_rad: float, others: Sequence[Item] = ()) -> float:
    """Return the tool yaw for an item: of those that fit, one near the present and in reach.

    Args:
        item: To be gripped.
        tool_yaw_rad: The present one.
        others: What else lies there; the fingers keep clear of it if they can.
    """
    turn, usual, lean = item.shape.turn_rad, _STRAIGHT_RAD, 0.3
    if turn == 0.0:
        nearest, lean = min(max(tool_yaw_rad, -usual), usual), 0.0
        choices = [nearest + by for by in _TURNS_RAD if abs(nearest + by) <= usual]
    else:
        usual = _STRAIGHT_RAD if turn <= math.pi / 2 else _TURNED_RAD
        first = math.remainder(item.yaw_rad, turn)
        choices = [yaw for k in (-1, 0, 1) if abs(yaw := first + k * turn) <= _TURNED_RAD]

    # Leaning towards zero keeps the choice steady while an item is nudged.
    choices.sort(key=lambda yaw: (abs(yaw) > usual, abs(yaw - tool_yaw_rad) + lean * abs(yaw)))
    free = (yaw for yaw in choices if not _is_cramped(item, yaw, others))
    return next(free, choices[0])


def _is_cramped(item: Item, yaw_rad: float, others: Sequence[Item]) -> bool:
    """Tell whether open fingers, turned like that around an item, would come down on another."""
    x, y, _ = item.at_m
    along_x, along_y = -math.sin(yaw_rad) * _OPEN_FINGER_M, math.cos(yaw_rad) * _OPEN_FINGER_M
    fingers = (x + along_x, y + along_y), (x - along_x, y - along_y)
    tips = max(grasp_height(item) - _GRASP_BELOW_M, _LOWEST_M) - _TIPS_M
    return any(
        other.at_m[2] + other.shape.half_m[2] > tips and min(map(other.apart, fingers)) < _ROOM_M
        for other in others
    )


def move_to(hand: Hand, item: Item, spot: Spot, others: Sequence[Item] = ()) -> Waypoint:
    """Bring an item to a spot and leave it there; `others` as in `grasp_yaw`."""
    if spot.has(item):
        return leave(hand)
    lowest = _lowest_over(spot, item)
    low = item.at_m[2] < spot.rest_m + max(0.008, spot.drop_m + 0.006)
    if (low or hand.at_m[2] < lowest + 0.003) and flat(item.at_m, spot.at_m) < spot.near_m:
        return stay(hand, gripper=1.0)
    if is_held(hand, item):
        return carry(hand, item, spot)
    return fetch(hand, item, others)


def stay(hand: Hand, *, gripper: float, done: bool = False) -> Waypoint:
    """Keep the hand where it is."""
    return Waypoint(at_m=hand.at_m, yaw_rad=hand.yaw_rad, gripper=gripper, done=done)


def leave(hand: Hand) -> Waypoint:
    """Let go, then rise straight up; done when the hand is up."""
    x, y, z = hand.at_m
    if hand.opening < 0.85:
        return stay(hand, gripper=1.0)
    up = (x, y, max(z, _RETREAT_M))
    return Waypoint(at_m=up, yaw_rad=hand.yaw_rad, gripper=1.0, done=z >= _LEFT_M)


def carry(hand: Hand, item: Item, spot: Spot) -> Waypoint:
    """Bring a held item over a spot, and down."""
    x, y, z = hand.at_m
    spot_x, spot_y = spot.at_m
    beside = flat(hand.at_m, spot.at_m)
    careful = spot.near_m / 0.030
    # It goes on towards the spot while it comes down: what it bears on the way may be more than
    # what it begins with, so that who sees less exactly need not rise again.
    begun, borne = max(0.010, 0.012 * careful), max(0.016, 0.025 * careful)
    if beside < (begun if z > 0.11 else borne):
        speed = SLOW_M_S if z < 0.09 else FAST_M_S
        # An item that slipped in the grip hangs lower, or higher, than it was grasped.
        wanted = spot.rest_m + spot.drop_m + z - item.at_m[2]
        at = (spot_x, spot_y, max(wanted, _lowest_over(spot, item)))
        return Waypoint(at_m=at, yaw_rad=hand.yaw_rad, gripper=0.0, speed_m_s=speed)
    if z < 0.09:
        return Waypoint(at_m=(x, y, _CARRY_M), yaw_rad=hand.yaw_rad, gripper=0.0)
    return Waypoint(at_m=(spot_x, spot_y, _CARRY_M), yaw_rad=hand.yaw_rad, gripper=0.0)


def _lowest_over(spot: Spot, item: Item) -> float:
    """Return how low the hand may go without its finger tips touching what is under a spot [m]."""
    return max(_LOWEST_M, spot.rest_m - item.shape.half_m[2] + 0.012)


def lift(hand: Hand, item: Item, height_m: float, others: Sequence[Item] = ()) -> Waypoint:
    """Take an item up to a height and hold it there, done when it is up; `others` as above."""
    if not is_held(hand, item):
        return fetch(hand, item, others)
    x, y, z = hand.at_m
    up = (x, y, max(z, height_m + 0.03))
    return Waypoint(at_m=up, yaw_rad=hand.yaw_rad, gripper=0.0, done=z >= height_m)


def fetch(hand: Hand, item: Item, others: Sequence[Item] = ()) -> Waypoint:
    """Align over an item with open fingers, go down around it, close; `others` as above."""
    x, y, z = hand.at_m
    item_x, item_y, _ = item.at_m
    middle = grasp_height(item)
    yaw = grasp_yaw(item, hand.yaw_rad, others)
    aside = flat(hand.at_m, item.at_m)
    askew = abs(yaw - hand.yaw_rad)
    above = z - middle
    bottom = (item_x, item_y, max(middle - _GRASP_BELOW_M, _LOWEST_M))
    missed = hand.opening < item.shape.grip_m / FULL_STROKE_M - 0.116
    if above < 0.008 and aside < 0.012 and askew < 0.2 and not missed:
        return Waypoint(at_m=bottom, yaw_rad=yaw, gripper=0.0)
    # Fingers that are low beside the item, or not open around it, must first rise over it.
    high = above > 0.055
    lined_up = aside < (0.014 if high else 0.018) and askew < (0.12 if high else 0.20)
    if lined_up and hand.opening >= OPEN:
        speed = SLOW_M_S if above < 0.045 else FAST_M_S
        return Waypoint(at_m=bottom, yaw_rad=yaw, gripper=1.0, speed_m_s=speed)
    hover = middle + _HOVER_M
    if above < 0.045:
        return Waypoint(at_m=(x, y, hover), yaw_rad=hand.yaw_rad, gripper=1.0)
    return Waypoint(at_m=(item_x, item_y, hover), yaw_rad=yaw, gripper=1.0)


def push_to(hand: Hand, item: Item, direction: Point) -> Waypoint:
    """Push an item over the table with closed fingers, from behind."""
    x, y, z = hand.at_m
    along_x, along_y = direction
    if is_around(hand, item):
        return leave(hand)  # It is not to be held.
    contact = FINGERS_M + depth(item, direction)
    yaw = min(max(hand.yaw_rad, -_STRAIGHT_RAD), _STRAIGHT_RAD)
    if is_pushing(hand, item, direction):
        # Aim well ahead, and at the side the item drifts to.
        ahead, drift = 0.06, 1.5 * _behind(hand, item, direction)[1]
        at = (
            x + ahead * along_x + drift * along_y,
            y + ahead * along_y - drift * along_x,
            _PUSH_M,
        )
        return Waypoint(at_m=at, yaw_rad=yaw, gripper=0.0, speed_m_s=SLOW_M_S)
    gap = contact + _RUN_UP_M
    start = (item.at_m[0] - gap * along_x, item.at_m[1] - gap * along_y)
    behind, aside = _behind(hand, item, direction)
    # Anywhere in a wide funnel it goes down, so that who sees less exactly need not rise again.
    free = contact + 0.006 < behind < contact + 0.065
    if free and abs(aside) < (0.018 if z > 0.09 else 0.030) and hand.opening < 0.3:
        speed = SLOW_M_S if z < 0.08 else FAST_M_S
        return Waypoint(at_m=(*start, _PUSH_M), yaw_rad=yaw, gripper=0.0, speed_m_s=speed)
    if z < 0.09:
        return Waypoint(at_m=(x, y, _PUSH_HOVER_M), yaw_rad=yaw, gripper=0.0)
    return Waypoint(at_m=(*start, _PUSH_HOVER_M), yaw_rad=yaw, gripper=0.0)


def is_pushing(hand: Hand, item: Item, direction: Point) -> bool:
    """Tell whether closed fingers are low behind an item, so that going on pushes it."""
    contact = FINGERS_M + depth(item, direction)
    gap, aside = _behind(hand, item, direction)
    low = hand.at_m[2] < _PUSH_LOW_M and hand.opening < 0.3
    return low and 0.6 * contact < gap < contact + 0.06 and abs(aside) < 0.020


def _behind(hand: Hand, item: Item, direction: Point) -> Point:
    """Return how far the hand is behind an item, and how far to the left of that [m]."""
    x, y = hand.at_m[0] - item.at_m[0], hand.at_m[1] - item.at_m[1]
    along_x, along_y = direction
    return -(x * along_x + y * along_y), y * along_x - x * along_y


def retreat(hand: Hand, direction: Point) -> Waypoint:
    """Draw back from a pushed item, then rise; done when the hand is up."""
    x, y, z = hand.at_m
    if z < _PUSH_LOW_M:
        at = (x - 0.03 * direction[0], y - 0.03 * direction[1], z + 0.04)
        return Waypoint(at_m=at, yaw_rad=hand.yaw_rad, gripper=0.0)
    up = (x, y, max(z, _RETREAT_M))
    return Waypoint(at_m=up, yaw_rad=hand.yaw_rad, gripper=0.0, done=z >= _LEFT_M)


def depth(item: Item, direction: Point) -> float:
    """Return how far an item reaches from its centre against a direction [m]."""
    length, width, _ = item.shape.half_m
    if item.shape.turn_rad == 0.0:
        return length
    turn = math.atan2(direction[1], direction[0]) - item.yaw_rad
    # To the side of the box that the direction leaves through, near its middle.
    across, along = abs(math.sin(turn)), abs(math.cos(turn))
    return min(length / max(along, 1e-6), width / max(across, 1e-6))
