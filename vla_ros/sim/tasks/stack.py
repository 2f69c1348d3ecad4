# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The task family `stack`: an item goes on top of another and stays there."""

import numpy as np

from vla_ros.sim.language.grammar import Grammar
from vla_ros.sim.parts import Vector
from vla_ros.sim.skill import Spot, Waypoint, move_to
from vla_ros.sim.table import Item, Table, flat
from vla_ros.sim.task import Task
from vla_ros.sim.tasks.casting import cast_for, draw_noun
from vla_ros.sim.tasks.family import (
    MOVABLE,
    Cast,
    Stage,
    TaskFamily,
    anything_goes,
    stages_of_carrying,
    unfinished,
)
from vla_ros.sim.things import Kind

_OVER_M = 0.022  # Farther aside, it would have fallen off.
_LEVEL_M = 0.008  # Its bottom is that near to the other's top.

GRAMMAR = Grammar(
    (
        "(stack|put|place|set|lay) {object} (on|onto|on top of) {target}",
        "(move|bring|lift) {object} (onto|on top of) {target}",
        "(pick up|pick|grab|take|get) {object} and (put|place|stack|set) it (on|onto|on top of)"
        " {target}",
        "(balance|pile) {object} (on|on top of) {target}",
        "build a tower with {object} (on|on top of) {target}",
        "make sure {object} (is|ends up) (on|on top of) {target}",
        "let {object} (be|go) (on|onto|on top of) {target}",
    ),
    statements=(
        "(on|on top of) {target} (put|place|stack|set) {object}",
        "{object} (goes|belongs|should go|has to go|needs to go) (on|onto|on top of) {target}",
        "i (want|need|would like) {object} (on|on top of) {target}",
        "{target} should (carry|hold) {object} (on top|on its top)",
        "{object} (should|has to) be (on|on top of) {target}",
    ),
    held_out=(
        "(grab|take) {object} and (pile|balance) it (on|on top of) {target}",
        "build a tower (and put|with) {object} on top of {target}",
    ),
)


def _draw(rng: np.random.Generator) -> Task:
    # The wider one below: a bar carries nothing well.
    target = draw_noun(rng, (Kind.CUBE, Kind.CYLINDER))
    return Task(family="stack", object=draw_noun(rng, MOVABLE), target=target)


def _cast(task: Task, rng: np.random.Generator) -> Cast:
    return cast_for(task, rng, items=(3, 4), containers=(0, 1), targets=MOVABLE)


def _spot_on(item: Item, below: Item) -> Spot:
    x, y, z = below.at_m
    top = z + below.shape.half_m[2]
    rest = top + item.shape.half_m[2]
    return Spot(at_m=(x, y), rest_m=rest, drop_m=0.003, near_m=0.008, there_m=0.016)


def _is_on(item: Item, below: Item) -> bool:
    gap = item.at_m[2] - item.shape.half_m[2] - below.at_m[2] - below.shape.half_m[2]
    return flat(item.at_m, below.at_m) <= _OVER_M and abs(gap) <= _LEVEL_M


def _missing(table: Table, task: Task) -> str:
    item, below = table.item(task.object), table.item(task.target)
    if not _is_on(item, below):
        apart = flat(item.at_m, below.at_m)
        return (
            f"the {item.name} is not on the {below.name}: {apart * 100:.1f} cm beside its middle, "
            f"{item.at_m[2] * 100:.1f} cm high"
        )
    return unfinished(table, item)


def _stages(table: Table, task: Task) -> tuple[Stage, ...]:
    item, below = table.item(task.object), table.item(task.target)
    on_it = _is_on(item, below)
    return stages_of_carrying(
        table,
        item,
        over=flat(item.at_m, below.at_m) < 0.03,
        there=on_it,
        end=Stage(name="on top", reached=on_it),
        solved=not _missing(table, task),
    )


def _decide(table: Table, task: Task) -> Waypoint:
    item, below = table.item(task.object), table.item(task.target)
    return move_to(table.hand, item, _spot_on(item, below), table.others(item))


def _focus(table: Table, task: Task) -> tuple[Vector, Vector]:
    item, below = table.item(task.object), table.item(task.target)
    return item.at_m, (*below.at_m[:2], below.at_m[2] + below.shape.half_m[2])


STACK = TaskFamily(
    grammar=GRAMMAR,
    objects=MOVABLE,
    targets=MOVABLE,
    longest_s=12.0,
    draw=_draw,
    cast=_cast,
    fits=anything_goes,
    missing=_missing,
    stages=_stages,
    decide=_decide,
    focus=_focus,
)
