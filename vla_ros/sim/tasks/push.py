# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The task family `push`: an item is shoved over the table to one side, as the arm sees it.

Nobody who looks at the table now can tell where an item lay before. So the expert pushes it over a
line near the edge of the work area, which everybody can see, and scenes have it begin well before.
"""

import math

import numpy as np

from vla_ros.sim.language.grammar import Grammar
from vla_ros.sim.parts import Vector
from vla_ros.sim.skill import Waypoint, is_pushing, push_to, retreat
from vla_ros.sim.table import Item, Point, Table
from vla_ros.sim.task import Side, Task
from vla_ros.sim.tasks.casting import cast_for, draw_noun
from vla_ros.sim.tasks.family import MOVABLE, REST_SPEED_M_S, Cast, Stage, Start, TaskFamily

LEAST_M = 0.06  # That far it must have come.
_MOST_ASIDE = 0.6  # Of the way it came.
_RUN_UP_M = 0.085  # Free room behind the item, for the fingers.
_LANE_M = 0.075  # Half the width of the free lane before it.
_WELL_OVER_M = 0.03
_NEARLY_M = 0.03  # An item that slipped off the fingers this near to the line is left there.
_REACH_M = 0.65  # Of the hand behind the item; farther out the arm is stretched.
_ON_TABLE_M = 0.012  # Its centre is no higher above where it lies.

_DIRECTIONS: dict[Side, Point] = {
    Side.LEFT: (0.0, 1.0),
    Side.RIGHT: (0.0, -1.0),
    Side.FORWARD: (1.0, 0.0),
    Side.BACK: (-1.0, 0.0),
}
# How far along its direction an item has to come, from the middle of the table [m].
_LINES_M: dict[Side, float] = {
    Side.LEFT: 0.20,
    Side.RIGHT: 0.20,
    Side.FORWARD: 0.57,
    Side.BACK: -0.36,
}

GRAMMAR = Grammar(
    (
        "(push|slide|shove|nudge) {object} {side}",
        "(push|slide|shove) {object} (over|further|some way) {side}",
        "(push|slide|shove|nudge) {object} a (bit|little) {side}",
        "give {object} a (push|shove|nudge) {side}",
        "make {object} (slide|go) {side}",
        "(move|shift) {object} {side} (by pushing it|without lifting it)",
        "use the (closed fingers|fingers|gripper) to (push|slide|shove) {object} {side}",
        "let {object} (go|slide|move) {side}",
    ),
    statements=(
        "without lifting it (move|push|slide) {object} {side}",
        "{side} (push|slide|shove) {object}",
        "{object} (should|has to|needs to) (slide|go) {side}",
        "i (want|need|would like) {object} pushed {side}",
    ),
    held_out=(
        "(give|make) {object} (slide|a nudge) {side} by pushing it",
        "(nudge|shove) {object} some way {side}",
    ),
)


def direction(task: Task) -> Point:
    """Return the direction of a task in base_link, length 1."""
    return _DIRECTIONS[_side(task)]


def beyond(task: Task, at_m: tuple[float, ...]) -> float:
    """Return how far a point is beyond the line, negative before it [m]."""
    x, y = direction(task)
    return at_m[0] * x + at_m[1] * y - _LINES_M[_side(task)]


def _side(task: Task) -> Side:
    if task.side is None:
        raise ValueError(f"{task} names no side to push to")
    return task.side


def _draw(rng: np.random.Generator) -> Task:
    side = list(Side)[int(rng.integers(len(Side)))]
    return Task(family="push", object=draw_noun(rng, MOVABLE), side=side)


def _cast(task: Task, rng: np.random.Generator) -> Cast:
    return cast_for(task, rng, items=(2, 3), containers=(0, 1))


def _fits(table: Table, task: Task) -> bool:
    """Have the item lie before its line, with a free lane and room that is in reach behind it."""
    item = table.item(task.object)
    if not -0.30 < beyond(task, item.at_m) < -0.10:
        return False
    others = [(o.at_m, o.shape.reach_m) for o in table.others(item)]
    others += [((*c.at_m, 0.0), c.shape.reach_m) for c in table.containers]
    x, y = direction(task)
    begin = (item.at_m[0] - _RUN_UP_M * x, item.at_m[1] - _RUN_UP_M * y)
    if math.hypot(*begin) > _REACH_M:
        return False
    for at, reach in others:
        ahead = (at[0] - item.at_m[0]) * x + (at[1] - item.at_m[1]) * y
        aside = abs((at[0] - item.at_m[0]) * -y + (at[1] - item.at_m[1]) * x)
        lane = -_RUN_UP_M - reach < ahead < 0.08 + reach - beyond(task, item.at_m)
        if lane and aside < _LANE_M - 0.02 + reach:
            return False
    return True


def _came(item: Item, task: Task) -> tuple[float, float]:
    """Return how far an item came along the direction, and aside [m]."""
    x, y = direction(task)
    dx, dy = item.at_m[0] - item.start_m[0], item.at_m[1] - item.start_m[1]
    return dx * x + dy * y, dx * -y + dy * x


def _missing(table: Table, task: Task) -> str:
    item = table.item(task.object)
    along, aside = _came(item, task)
    side = _side(task).value
    if item.at_m[2] > item.shape.half_m[2] + _ON_TABLE_M:
        return f"the {item.name} is {item.at_m[2] * 100:.1f} cm high, not on the table"
    if not along >= LEAST_M:
        return f"the {item.name} came {along * 100:.1f} cm {side}, wanted {LEAST_M * 100:.0f}"
    if not abs(aside) <= _MOST_ASIDE * along:
        return f"the {item.name} came {abs(aside) * 100:.1f} cm aside, {along * 100:.1f} {side}"
    if not item.speed_m_s <= REST_SPEED_M_S:
        return f"the {item.name} still moves at {item.speed_m_s:.2f} m/s"
    return ""


def _stages(table: Table, task: Task) -> tuple[Stage, ...]:
    item = table.item(task.object)
    along, _ = _came(item, task)
    near = math.dist(table.hand.at_m, item.at_m) < 0.07
    return (
        Stage(name="reached", reached=near or along > 0.01),
        Stage(name="touched", reached=along > 0.01),
        Stage(name="half way", reached=along > LEAST_M / 2),
        Stage(name="solved", reached=not _missing(table, task)),
    )


def _decide(table: Table, task: Task) -> Waypoint:
    item = table.item(task.object)
    way = direction(task)
    # Where it ends to push and where it would begin again lie far enough apart that a camera tells
    # one from the other.
    wanted = _WELL_OVER_M if is_pushing(table.hand, item, way) else -_NEARLY_M
    if beyond(task, item.at_m) > wanted:
        return retreat(table.hand, way)
    return push_to(table.hand, item, way)


def _focus(table: Table, task: Task) -> tuple[Vector, Vector]:
    item = table.item(task.object)
    x, y = direction(task)
    ahead = max(0.0, -beyond(task, item.at_m)) + 0.01
    return item.at_m, (item.at_m[0] + ahead * x, item.at_m[1] + ahead * y, item.at_m[2])


PUSH = TaskFamily(
    grammar=GRAMMAR,
    objects=MOVABLE,
    targets=(),
    longest_s=14.0,
    draw=_draw,
    cast=_cast,
    fits=_fits,
    missing=_missing,
    stages=_stages,
    decide=_decide,
    focus=_focus,
    start=Start(opening=(0.0, 1.0)),
)
