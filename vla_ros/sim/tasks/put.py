# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The task family `put`: an item goes into a container and stays there."""

import numpy as np

from vla_ros.sim.language.grammar import Grammar
from vla_ros.sim.parts import Vector
from vla_ros.sim.skill import Spot, Waypoint, move_to
from vla_ros.sim.table import Container, Item, Table, flat
from vla_ros.sim.task import Task
from vla_ros.sim.tasks.casting import cast_for, draw_noun
from vla_ros.sim.tasks.family import (
    FIXED,
    MOVABLE,
    Cast,
    Stage,
    TaskFamily,
    anything_goes,
    stages_of_carrying,
    unfinished,
)
from vla_ros.sim.things import Kind

_HIGHEST_M = 0.050  # An item that lies lower is in the container, not on its rim.

GRAMMAR = Grammar(
    (
        "(put|place|set|lay|drop) {object} (in|into|inside) {target}",
        "(move|bring|take|carry|transfer) {object} (to|into|over to) {target}",
        "(pick up|pick|grab|take|get|fetch) {object} and (put|place|drop|set) it (in|into|inside)"
        " {target}",
        "(take|grab|pick up) {object} and (move|bring|carry) it (to|over to) {target}",
        "(fill|load) {target} with {object}",
        "make sure {object} (is|ends up) (in|inside) {target}",
        "(put|drop|place) {object} (down|straight|directly) (in|into) {target}",
    ),
    statements=(
        "(in|into|inside) {target} (put|place|drop|set) {object}",
        "{object} (goes|belongs|should go|has to go|needs to go) (in|into|inside) {target}",
        "i (want|need|would like) {object} (in|inside) {target}",
        "{target} (is for|should hold|needs|should get|gets) {object}",
        "{object} (should|has to|needs to) be (in|inside) {target}",
        "{target} is where {object} (goes|belongs|should go)",
    ),
    held_out=(
        "(grab|fetch) {object} and (lay|drop) it (straight|directly) (in|into) {target}",
        "let {object} (drop|go) (in|into) {target}",
    ),
)


def spot_in(container: Container, item: Item) -> Spot:
    """Return where an item goes in an empty container."""
    rest = container.shape.floor_m + item.shape.half_m[2]
    return Spot(at_m=container.at_m, rest_m=rest, drop_m=drop_of(item))


def drop_of(item: Item) -> float:
    """Return from how high an item may fall into a container [m]: a tall one would topple."""
    return 0.012 if item.kind is Kind.CYLINDER else 0.028


def _draw(rng: np.random.Generator) -> Task:
    return Task(family="put", object=draw_noun(rng, MOVABLE), target=draw_noun(rng, FIXED))


def _cast(task: Task, rng: np.random.Generator) -> Cast:
    return cast_for(task, rng, items=(3, 4), containers=(2, 2), targets=FIXED)


def _missing(table: Table, task: Task) -> str:
    item, container = table.item(task.object), table.container(task.target)
    if not container.holds(item, _HIGHEST_M):
        apart = flat(item.at_m, container.at_m)
        return (
            f"the {item.name} is not in the {container.name}: "
            f"{apart * 100:.1f} cm from its centre, {item.at_m[2] * 100:.1f} cm high"
        )
    return unfinished(table, item)


def _stages(table: Table, task: Task) -> tuple[Stage, ...]:
    item, container = table.item(task.object), table.container(task.target)
    inside = container.holds(item, _HIGHEST_M)
    return stages_of_carrying(
        table,
        item,
        over=flat(item.at_m, container.at_m) < 0.05,
        there=inside,
        end=Stage(name="inside", reached=inside),
        solved=not _missing(table, task),
    )


def _decide(table: Table, task: Task) -> Waypoint:
    item, container = table.item(task.object), table.container(task.target)
    return move_to(table.hand, item, spot_in(container, item), table.others(item))


def _focus(table: Table, task: Task) -> tuple[Vector, Vector]:
    item, container = table.item(task.object), table.container(task.target)
    return item.at_m, (*container.at_m, container.shape.floor_m + item.shape.half_m[2])


PUT = TaskFamily(
    grammar=GRAMMAR,
    objects=MOVABLE,
    targets=FIXED,
    longest_s=12.0,
    draw=_draw,
    cast=_cast,
    fits=anything_goes,
    missing=_missing,
    stages=_stages,
    decide=_decide,
    focus=_focus,
)
