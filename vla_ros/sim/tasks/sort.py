# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The task family `sort`: every item goes into the container of its own colour."""

import numpy as np

from vla_ros.errors import SimulationError
from vla_ros.sim.language.grammar import Grammar
from vla_ros.sim.table import Table
from vla_ros.sim.task import Task
from vla_ros.sim.tasks.casting import draw_kind
from vla_ros.sim.tasks.collect import Errand, make_collecting
from vla_ros.sim.tasks.family import FIXED, MOVABLE, Cast
from vla_ros.sim.things import COLORS, Kind

_ITEMS = (2, 3)

GRAMMAR = Grammar(
    (
        "sort (the things|the objects|everything|all things) by (colour|color)",
        "(sort|arrange) (the things|everything|all objects) (by|according to) (colour|color)",
        "(put|place|drop) (everything|each thing|every object|each object) (in|into) the "
        "container of (its own|the same|its|the matching) (colour|color)",
        "(match|sort) (the things|each thing|all objects) (with|to|into) the "
        "(container|containers) of the same (colour|color)",
        "(tidy|clean) up (the table|) by (colour|color)",
        "(put|move) (everything|all things) where its (colour|color) belongs",
        "(do|start) the (colour|color) (sorting|sort)",
        "let (everything|each thing) (go|drop) (in|into) the container of (its own|the same|its) "
        "(colour|color)",
    ),
    statements=(
        "(everything|each thing|every object) (goes|belongs|should go) (in|into) the "
        "container of (its own|the same|its) (colour|color)",
        "i (want|would like) (everything|the things) sorted by (colour|color)",
    ),
    held_out=(
        "(arrange|tidy up) the table (by|according to) (colour|color)",
        "(match|move) everything to the container of its own (colour|color)",
    ),
)


def _draw(rng: np.random.Generator) -> Task:
    del rng
    return Task(family="sort")


def _cast(task: Task, rng: np.random.Generator) -> Cast:
    """Two containers of different colours, and items of these colours, no two alike."""
    del task
    colors = [str(color) for color in rng.choice(tuple(COLORS), 2, replace=False)]
    containers = tuple((draw_kind(rng, FIXED), color) for color in colors)
    count = int(rng.integers(_ITEMS[0], _ITEMS[1] + 1))
    items: list[tuple[Kind, str]] = []
    while len(items) < count:
        item = (draw_kind(rng, MOVABLE), colors[len(items) % 2])
        bars = sum(kind is Kind.BAR for kind, color in (*items, item) if color == item[1])
        alone = bars == 0 or count == 2  # A bar leaves no room for a second item.
        if item not in items and alone:
            items.append(item)
    return Cast(items=tuple(items), containers=containers)


def _errands(table: Table, task: Task) -> list[Errand]:
    del task
    container_of = {container.color: container for container in table.containers}
    errands = [
        Errand(item=item, container=container_of[item.color])
        for item in table.items
        if item.color in container_of
    ]
    if not errands or len(container_of) < len(table.containers):
        raise SimulationError("nothing to sort: no item has the colour of just one container")
    return errands


SORT = make_collecting(
    grammar=GRAMMAR,
    objects=(),
    targets=(),
    longest_s=30.0,
    draw=_draw,
    cast=_cast,
    errands=_errands,
)
