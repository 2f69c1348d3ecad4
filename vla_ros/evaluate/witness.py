# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Watches an episode: how far a task came, what was moved, how far hand and joints went."""

import math

import numpy as np

from vla_ros.sim.table import Table, flat
from vla_ros.sim.task import Task
from vla_ros.sim.tasks import check, stages
from vla_ros.sim.world import World

LIFTED_M = 0.06
MOVED_M = 0.03
_REACHED_M = 0.06
_EVERY_NS = 100_000_000


class Witness:
    """Looks ten times a second, and at the joints in every tick."""

    def __init__(self, world: World, task: Task) -> None:
        """Begin with the scene that is laid out."""
        self._world, self._task = world, task
        self._began_ns = world.time_ns
        self._joints = world.joint_state().position_rad
        table = world.table()
        self._hand = table.hand.at_m
        self._nearest = [math.inf] * len(table.items)
        self._highest = [0.0] * len(table.items)
        self._farthest = [0.0] * len(table.items)
        self._strangers_m = world.strangers_m()
        self._moved_stranger = False
        self.meant = meant_items(table, task)
        self._names = [stage.name for stage in stages(table, task)]
        self._seen: set[str] = set()
        self.path_m = 0.0
        self.joint_motion_rad = 0.0
        self.was_solved = False  # When the policy said that it is done.

    def watch(self, time_ns: int) -> None:
        """Look, if it is time to."""
        moved = np.abs(self._world.joint_state().position_rad - self._joints)
        self.joint_motion_rad = max(self.joint_motion_rad, float(moved.max()))
        if (time_ns - self._began_ns) % _EVERY_NS == 0:
            self.look()

    def judge_claim(self) -> None:
        """Note whether the task is solved, now that the policy says so."""
        self.was_solved = check(self._world.table(), self._task).solved

    def look(self) -> Table:
        """Look now; what there was to see."""
        table = self._world.table()
        self._seen |= {stage.name for stage in stages(table, self._task) if stage.reached}
        self.path_m += math.dist(table.hand.at_m, self._hand)
        self._hand = table.hand.at_m
        for k, item in enumerate(table.items):
            self._nearest[k] = min(self._nearest[k], math.dist(self._hand, item.at_m))
            self._highest[k] = max(self._highest[k], item.at_m[2])
            self._farthest[k] = max(self._farthest[k], flat(item.at_m, item.start_m))
        ways_m = map(math.dist, self._world.strangers_m(), self._strangers_m)
        self._moved_stranger |= any(way_m > MOVED_M for way_m in ways_m)
        return table

    @property
    def reached(self) -> tuple[str, ...]:
        """Stages that were reached at some time, in their order."""
        return tuple(name for name in self._names if name in self._seen)

    @property
    def partial(self) -> float:
        """Share of the stages that were reached."""
        return len(self.reached) / len(self._names)

    @property
    def came_near(self) -> bool:
        """The hand was at something that the task is about."""
        return any(self._nearest[k] < _REACHED_M for k in self.meant)

    @property
    def lifted(self) -> bool:
        """Something that the task is about was up."""
        return any(self._highest[k] > LIFTED_M for k in self.meant)

    @property
    def moved(self) -> bool:
        """Something that the task is about lay elsewhere at some time."""
        return self.lifted or any(self._farthest[k] > MOVED_M for k in self.meant)

    @property
    def moved_other(self) -> bool:
        """Something else was moved, also what no sentence names."""
        others = [k for k in range(len(self._highest)) if k not in self.meant]
        return self._moved_stranger or any(
            self._highest[k] > LIFTED_M or self._farthest[k] > MOVED_M for k in others
        )


def meant_items(table: Table, task: Task) -> tuple[int, ...]:
    """Return the numbers of the items that a task moves."""
    if task.family == "sort":
        colors = {container.color for container in table.containers}
        return tuple(k for k, item in enumerate(table.items) if item.color in colors)
    if task.object is None:
        return ()
    fitting = (k for k, i in enumerate(table.items) if task.object.fits(i.kind, i.color))
    return tuple(fitting)
