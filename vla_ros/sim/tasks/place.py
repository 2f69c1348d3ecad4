# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The task family `place`: an item is put down next to, left of or behind another thing.

All as the arm sees it: x points forward, so behind is farther from the arm, and left is +y.
"""

import itertools
import math
from collections.abc import Iterator

import numpy as np

from vla_ros.sim.language.grammar import Grammar
from vla_ros.sim.parts import Vector
from vla_ros.sim.skill import Spot, Waypoint, is_held, leave, move_to
from vla_ros.sim.table import Container, Item, Point, Table, flat
from vla_ros.sim.task import Task, Where
from vla_ros.sim.tasks.casting import cast_for, draw_noun
from vla_ros.sim.tasks.family import (
    FIXED,
    MOVABLE,
    Cast,
    Stage,
    TaskFamily,
    stages_of_carrying,
    unfinished,
)
from vla_ros.sim.things import ITEMS

GAP_M = 0.060  # From the circle around the target to where the expert puts the item's middle.
NEAREST_M, FARTHEST_M = 0.015, 0.110  # As checked: from the outline, and from that circle.
_MOST_ASIDE = 0.55  # Of the distance: about 30 degrees off the direction.
_ON_TABLE_M = 0.012
_ROOM_M = 0.050  # Around the item where it is put down.
_AREA: tuple[Point, Point] = ((0.30, -0.31), (0.63, 0.31))

_DIRECTIONS: dict[Where, Point] = {
    Where.LEFT_OF: (0.0, 1.0),
    Where.RIGHT_OF: (0.0, -1.0),
    Where.BEHIND: (1.0, 0.0),
    Where.IN_FRONT_OF: (-1.0, 0.0),
}
_ANY_SIDE = tuple(_DIRECTIONS.values())

GRAMMAR = Grammar(
    (
        "(put|place|set|lay|move|bring) {object} {where} {target}",
        "(pick up|pick|grab|take|get) {object} and (put|place|set|lay) it (down|) {where}"
        " {target}",
        "(put|set|lay) {object} down {where} {target}",
        "(drop|leave) {object} {where} {target}",
        "make sure {object} (is|ends up) {where} {target}",
    ),
    statements=(
        "{where} {target} (put|place|set|lay) {object}",
        "{object} (goes|belongs|should go|has to go|needs to go) {where} {target}",
        "i (want|need|would like) {object} {where} {target}",
        "{target} should have {object} {where} it",
        "{object} (should|has to|needs to) be {where} {target}",
    ),
    held_out=(
        "(take|bring) {object} and (leave|drop) it {where} {target}",
        "let {object} (be|go) {where} {target}",
    ),
)


def _draw(rng: np.random.Generator) -> Task:
    where = list(Where)[int(rng.integers(len(Where)))]
    target = draw_noun(rng, (*MOVABLE, *FIXED))
    return Task(family="place", object=draw_noun(rng, MOVABLE), target=target, where=where)


def _cast(task: Task, rng: np.random.Generator) -> Cast:
    return cast_for(task, rng, items=(2, 3), containers=(0, 1), targets=(*MOVABLE, *FIXED))


def _fits(table: Table, task: Task) -> bool:
    """Have room where the item goes, and the item not there yet."""
    item, target = table.item(task.object), table.thing(task.target)
    return (
        item is not target
        and any(True for _ in _free_spots(table, item, target, task))
        and not _lies_there(item, target, task)
        and flat(item.at_m, target.at_m) > target.shape.reach_m + FARTHEST_M + 0.01
    )


def _free_spots(table: Table, item: Item, target: Item | Container, task: Task) -> Iterator[Point]:
    """Yield where the item may be put down: on the table, and clear of everything."""
    x, y = target.at_m[0], target.at_m[1]
    distance = target.shape.reach_m + GAP_M
    low, high = _AREA
    others = [o for o in table.others(item) if o is not target]
    boxes = [c for c in table.containers if c is not target]
    for dx, dy in _directions(task):
        spot = (x + distance * dx, y + distance * dy)
        if not all(a <= s <= b for a, s, b in zip(low, spot, high, strict=True)):
            continue
        room = _ROOM_M + 0.02 if item.shape.half_m[0] > 0.03 else _ROOM_M
        if all(
            flat(spot, thing.at_m) > thing.shape.reach_m + room
            for thing in itertools.chain[Item | Container](others, boxes)
        ):
            yield spot


def _directions(task: Task) -> tuple[Point, ...]:
    if task.where is None:
        raise ValueError(f"{task} does not say where")
    return _ANY_SIDE if task.where is Where.NEXT_TO else (_DIRECTIONS[task.where],)


def _lies_there(item: Item, target: Item | Container, task: Task) -> bool:
    """Tell whether an item is where it shall be, at any height."""
    dx, dy = item.at_m[0] - target.at_m[0], item.at_m[1] - target.at_m[1]
    far = math.hypot(dx, dy) - target.shape.reach_m > FARTHEST_M
    if far or not target.apart(item.at_m) >= NEAREST_M:
        return False
    if task.where is Where.NEXT_TO:
        return True
    x, y = _directions(task)[0]
    along, aside = dx * x + dy * y, abs(dx * -y + dy * x)
    return along > 0.0 and aside <= _MOST_ASIDE * along


def _is_down(item: Item) -> bool:
    return item.at_m[2] <= max(item.shape.half_m[1:]) + _ON_TABLE_M


def _missing(table: Table, task: Task) -> str:
    item, target = table.item(task.object), table.thing(task.target)
    where = task.where.value if task.where else ""
    if not _lies_there(item, target, task):
        dx, dy = item.at_m[0] - target.at_m[0], item.at_m[1] - target.at_m[1]
        return (
            f"the {item.name} is not {where} the {target.name}: it lies {dx * 100:+.1f} cm "
            f"behind and {dy * 100:+.1f} cm left of its middle"
        )
    if not _is_down(item):
        return f"the {item.name} is {item.at_m[2] * 100:.1f} cm high, not on the table"
    return unfinished(table, item)


def _stages(table: Table, task: Task) -> tuple[Stage, ...]:
    item, target = table.item(task.object), table.thing(task.target)
    there = _lies_there(item, target, task)
    return stages_of_carrying(
        table,
        item,
        over=there,
        there=there,
        end=Stage(name="put down", reached=there and _is_down(item)),
        solved=not _missing(table, task),
    )


def _spot(table: Table, task: Task) -> Spot:
    """Return the free spot that is nearest to the item; where it was going, if there is none."""
    item, target = table.item(task.object), table.thing(task.target)
    free = list(_free_spots(table, item, target, task)) or [_nominal(target, task)]
    at = min(free, key=lambda spot: flat(spot, item.at_m))
    return Spot(at_m=at, rest_m=ITEMS[item.kind].half_m[2], drop_m=0.006, near_m=0.035)


def _nominal(target: Item | Container, task: Task) -> Point:
    distance = target.shape.reach_m + GAP_M
    x, y = _directions(task)[0]
    return target.at_m[0] + distance * x, target.at_m[1] + distance * y


def _decide(table: Table, task: Task) -> Waypoint:
    item, target = table.item(task.object), table.thing(task.target)
    if _is_down(item) and _lies_there(item, target, task) and not is_held(table.hand, item):
        return leave(table.hand)
    return move_to(table.hand, item, _spot(table, task), table.others(item))


def _focus(table: Table, task: Task) -> tuple[Vector, Vector]:
    item = table.item(task.object)
    spot = _spot(table, task)
    return item.at_m, (*spot.at_m, spot.rest_m)


PLACE = TaskFamily(
    grammar=GRAMMAR,
    objects=MOVABLE,
    targets=(*MOVABLE, *FIXED),
    longest_s=12.0,
    draw=_draw,
    cast=_cast,
    fits=_fits,
    missing=_missing,
    stages=_stages,
    decide=_decide,
    focus=_focus,
)
