# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A scripted expert without memory: what to do next follows from the state alone.

So it can label any state, also one it would never have reached by itself. `plan` rolls the
decisions of a task family out on a small kinematic model; nothing here needs MuJoCo.
"""

from dataclasses import dataclass

from vla_ros.sim.foresight import advance
from vla_ros.sim.table import Table
from vla_ros.sim.task import Task
from vla_ros.sim.tasks import FAMILIES


@dataclass(frozen=True, kw_only=True)
class ExpertPlan:
    """What the expert would do from a state on.

    Attributes:
        rows: Per step, where the tool shall be one step later: x, y, z [m], yaw [rad].
        gripper: Per step, the wanted opening, 0 or 1.
        remaining_steps: Steps until the task is finished, at most the family's longest.
        done: The task is finished already.
    """

    rows: tuple[tuple[float, float, float, float], ...]
    gripper: tuple[float, ...]
    remaining_steps: int
    done: bool


def plan(table: Table, task: Task, horizon: int = 16, step_s: float = 0.1) -> ExpertPlan:
    """Return what to do from a state on, `horizon` rows of `step_s` each.

    Raises:
        SimulationError: The table lacks a thing of the task.
    """
    family = FAMILIES[task.family]
    rows: list[tuple[float, float, float, float]] = []
    gripper: list[float] = []
    longest = round(family.longest_s / step_s)
    remaining = longest
    for index in range(max(horizon, longest)):
        waypoint = family.decide(table, task)
        if waypoint.done:
            remaining = min(remaining, index)
        if len(rows) >= horizon and remaining < longest:
            break
        table = advance(table, waypoint, step_s)
        if len(rows) < horizon:
            rows.append((*table.hand.at_m, table.hand.yaw_rad))
            gripper.append(waypoint.gripper)
    return ExpertPlan(
        rows=tuple(rows), gripper=tuple(gripper), remaining_steps=remaining, done=remaining == 0
    )
