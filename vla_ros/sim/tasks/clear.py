# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The task family `clear`: all items of one kind and colour go into one container."""

import numpy as np

from vla_ros.errors import SimulationError
from vla_ros.sim.language.grammar import Grammar
from vla_ros.sim.table import Table
from vla_ros.sim.task import Task
from vla_ros.sim.tasks.casting import cast_for, draw_noun
from vla_ros.sim.tasks.collect import Errand, make_collecting
from vla_ros.sim.tasks.family import FIXED, Cast
from vla_ros.sim.things import Kind

_OBJECTS = (Kind.CUBE, Kind.CYLINDER)  # A bar fills a container alone.

GRAMMAR = Grammar(
    (
        "(put|place|drop) {all} (in|into|inside) {target}",
        "(move|bring|carry|take) {all} (to|into|over to) {target}",
        "(collect|gather) {all} (in|into|inside) {target}",
        "(pick up|grab|get|take) {all} and (put|place|drop) them (in|into|inside) {target}",
        "clear {all} (away into|into) {target}",
        "(fill|load) {target} with {all}",
        "let {all} (go|drop) (in|into|inside) {target}",
    ),
    statements=(
        "one after the other (put|move|drop) {all} into {target}",
        "(in|into) {target} (put|place|drop) {all}",
        "{all} (go|belong|should go|have to go|need to go) (in|into|inside) {target}",
        "i (want|need|would like) {all} (in|inside) {target}",
        "{target} is for {all}",
        "{all} (should|have to|need to) be (in|inside) {target}",
    ),
    held_out=(
        "(gather|grab) {all} and (drop|put) them into {target}",
        "one after the other (bring|carry) {all} to {target}",
    ),
)


def _draw(rng: np.random.Generator) -> Task:
    return Task(family="clear", object=draw_noun(rng, _OBJECTS), target=draw_noun(rng, FIXED))


def _cast(task: Task, rng: np.random.Generator) -> Cast:
    """Double the object; of a cylinder, a third one would not fit in a bowl."""
    cast = cast_for(task, rng, items=(2, 3), containers=(1, 2), targets=FIXED)
    named = [i for i in cast.items if task.object is not None and task.object.fits(*i)]
    return Cast(items=(*cast.items, *named), containers=cast.containers)


def _errands(table: Table, task: Task) -> list[Errand]:
    container = table.container(task.target)
    items = [i for i in table.items if task.object and task.object.fits(i.kind, i.color)]
    if not items:
        raise SimulationError(f"there is no {task.object} in this scene")
    return [Errand(item=item, container=container) for item in items]


CLEAR = make_collecting(
    grammar=GRAMMAR,
    objects=_OBJECTS,
    targets=FIXED,
    longest_s=24.0,
    draw=_draw,
    cast=_cast,
    errands=_errands,
)
