# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The task family `lift`: an item is picked up and held."""

import math

import numpy as np

from vla_ros.sim.language.grammar import Grammar
from vla_ros.sim.parts import Vector
from vla_ros.sim.skill import Waypoint, is_held, lift
from vla_ros.sim.table import Table
from vla_ros.sim.task import Task
from vla_ros.sim.tasks.casting import cast_for, draw_noun
from vla_ros.sim.tasks.family import MOVABLE, Cast, Stage, TaskFamily, anything_goes

HIGH_M = 0.10  # The centre of the item, at least.
_EXPERT_M = 0.16  # Where the expert holds it.
_IN_HAND_M = 0.045
_STEADY_M_S = 0.05

GRAMMAR = Grammar(
    (
        "(pick up|lift|raise|grab|take) {object} and (hold|keep) it (up|in the air|)",
        "(pick|lift|raise) {object} up",
        "(pick|lift|take) {object} up and (hold|keep) it",
        "(pick up|lift|raise) {object}",
        "(hold|keep) {object} (up|in the air|above the table|over the table)",
        "(lift|raise|take) {object} (off the table|from the table|into the air)",
        "(grab|fetch) {object} and (lift|raise) it",
        "show me {object}",
        "(get|take) hold of {object} and (lift|raise) it",
    ),
    statements=(
        "i (want|would like) {object} (lifted|held) (up|in the air|)",
        "{object} should be (lifted|held) (up|in the air)",
        "{object} (has to|needs to|should) (be|go) (up|in the air|off the table)",
    ),
    held_out=(
        "(raise|lift) {object} and (keep|hold) it above the table",
        "(grab|get) {object} off the table and keep it (up|in the air)",
    ),
)


def _draw(rng: np.random.Generator) -> Task:
    return Task(family="lift", object=draw_noun(rng, MOVABLE))


def _cast(task: Task, rng: np.random.Generator) -> Cast:
    return cast_for(task, rng, items=(3, 4), containers=(1, 2))


def _missing(table: Table, task: Task) -> str:
    item = table.item(task.object)
    if not item.at_m[2] >= HIGH_M:
        return f"the {item.name} is {item.at_m[2] * 100:.1f} cm high, wanted {HIGH_M * 100:.0f}"
    if not math.dist(item.at_m, table.hand.at_m) <= _IN_HAND_M:
        return f"the {item.name} is not in the hand"
    if not item.speed_m_s <= _STEADY_M_S:
        return f"the {item.name} still moves at {item.speed_m_s:.2f} m/s"
    return ""


def _stages(table: Table, task: Task) -> tuple[Stage, ...]:
    item = table.item(task.object)
    height = item.at_m[2]
    return (
        Stage(name="reached", reached=math.dist(item.at_m, table.hand.at_m) < 0.05),
        Stage(name="grasped", reached=is_held(table.hand, item)),
        Stage(name="lifted", reached=height > 0.06),
        Stage(name="solved", reached=not _missing(table, task)),
    )


def _decide(table: Table, task: Task) -> Waypoint:
    item = table.item(task.object)
    return lift(table.hand, item, _EXPERT_M, table.others(item))


def _focus(table: Table, task: Task) -> tuple[Vector, Vector]:
    x, y, z = table.item(task.object).at_m
    return (x, y, z), (x, y, max(z, _EXPERT_M))


LIFT = TaskFamily(
    grammar=GRAMMAR,
    objects=MOVABLE,
    targets=(),
    longest_s=9.0,
    draw=_draw,
    cast=_cast,
    fits=anything_goes,
    missing=_missing,
    stages=_stages,
    decide=_decide,
    focus=_focus,
)
