# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The one list of task families, and what is asked of each of them by name."""

from dataclasses import dataclass

from vla_ros.sim.table import Table
from vla_ros.sim.task import Task
from vla_ros.sim.tasks.clear import CLEAR
from vla_ros.sim.tasks.family import Stage, TaskFamily
from vla_ros.sim.tasks.lift import LIFT
from vla_ros.sim.tasks.place import PLACE
from vla_ros.sim.tasks.push import PUSH
from vla_ros.sim.tasks.put import PUT
from vla_ros.sim.tasks.rest import CLOSE, HOME, OPEN
from vla_ros.sim.tasks.sort import SORT
from vla_ros.sim.tasks.stack import STACK

FAMILIES: dict[str, TaskFamily] = {
    "put": PUT,
    "stack": STACK,
    "push": PUSH,
    "place": PLACE,
    "lift": LIFT,
    "clear": CLEAR,
    "sort": SORT,
    "home": HOME,
    "open": OPEN,
    "close": CLOSE,
}
MULTI_STEP = ("clear", "sort")


@dataclass(frozen=True, kw_only=True)
class TaskCheck:
    """Whether a task is solved now; if not, `message` says what is missing."""

    solved: bool
    message: str


def check(table: Table, task: Task) -> TaskCheck:
    """Judge a task on what is where.

    Raises:
        SimulationError: The table lacks a thing of the task.
    """
    missing = FAMILIES[task.family].missing(table, task)
    return TaskCheck(solved=not missing, message=missing or f"solved: {task}")


def stages(table: Table, task: Task) -> tuple[Stage, ...]:
    """Return the steps to success, each with whether it is reached now."""
    return FAMILIES[task.family].stages(table, task)
