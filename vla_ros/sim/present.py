# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Other tasks that a scene allows: what a policy that really listens does differently there."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from vla_ros.errors import SimulationError
from vla_ros.sim.sample import Wishes, sample_task_scene, table_of
from vla_ros.sim.scene import Scene
from vla_ros.sim.table import Table
from vla_ros.sim.task import Noun, Task
from vla_ros.sim.tasks.registry import FAMILIES
from vla_ros.sim.tasks.speech import phrase

_TRIES = 300
_APART_M = 0.10  # Two goals this far apart cannot both be met by one motion.


def draw_present(
    table: Table, rng: np.random.Generator, families: Sequence[str] = tuple(FAMILIES)
) -> Task:
    """Return a random task about things that are there: named once, possible, not solved yet.

    Raises:
        SimulationError: Nothing of these families can be done here.
    """
    for _ in range(_TRIES):
        family = FAMILIES[str(rng.choice(tuple(families)))]
        task = _about_present(family.draw(rng), table, rng)
        if task is not None and _is_possible(task, table):
            return task
    raise SimulationError(f"nothing of {', '.join(families)} can be done in this scene")


def draw_other(
    table: Table,
    task: Task,
    rng: np.random.Generator,
    families: Sequence[str] = tuple(FAMILIES),
) -> Task:
    """Return a task that the same table allows and that is not this one; raises as above."""
    for _ in range(_TRIES):
        other = draw_present(table, rng, families)
        if other.family != task.family or _points(table, other) != _points(table, task):
            return other
    raise SimulationError(f"nothing but '{task}' can be done in this scene")


def sample_swap(seed: int, wishes: Wishes) -> tuple[Scene, Scene]:
    """Draw one layout with two instructions that lead to different ends.

    Args:
        seed: Any non-negative number.
        wishes: Families that both are of.

    Raises:
        SimulationError: No such pair was found.
    """
    rng = np.random.default_rng([seed, 31])
    for attempt in range(_TRIES):
        first = sample_task_scene(seed * _TRIES + attempt, wishes)
        table = table_of(first)
        try:
            other = draw_other(table, first.task, rng, wishes.families)
        except SimulationError:
            continue
        ends = [_points(table, task)[1] for task in (first.task, other)]
        moved = [_points(table, task)[0] for task in (first.task, other)]
        if _apart(*ends) > _APART_M or _apart(*moved) > _APART_M:
            said = phrase(other, rng, wishes.split)
            return first, replace(first, task=other, instruction=said)
    raise SimulationError(f"no scene allows two tasks of {', '.join(wishes.families)}")


def _about_present(drawn: Task, table: Table, rng: np.random.Generator) -> Task | None:
    """Return a drawn task with its nouns replaced by things that are there."""
    family = FAMILIES[drawn.family]
    items = [Noun(color=i.color, kind=i.kind) for i in table.items]
    every = [*items, *(Noun(color=c.color, kind=c.kind) for c in table.containers)]
    objects = [n for n in items if n.kind in family.objects]
    objects = [n for n in objects if (items.count(n) > 1) == family.moves_all]
    noun = _pick(objects, rng) if family.objects else None
    targets = [n for n in every if n.kind in family.targets and n != noun and every.count(n) == 1]
    target = _pick(targets, rng) if family.targets else None
    if (family.objects and noun is None) or (family.targets and target is None):
        return None
    return replace(drawn, object=noun, target=target)


def _pick(nouns: Sequence[Noun], rng: np.random.Generator) -> Noun | None:
    return nouns[int(rng.integers(len(nouns)))] if nouns else None


def _is_possible(task: Task, table: Table) -> bool:
    family = FAMILIES[task.family]
    try:
        return bool(family.missing(table, task)) and family.fits(table, task)
    except SimulationError:
        return False  # Nothing to sort, for example.


def _points(table: Table, task: Task) -> tuple[tuple[float, ...], tuple[float, ...]]:
    return FAMILIES[task.family].focus(table, task)


def _apart(a: Sequence[float], b: Sequence[float]) -> float:
    return float(np.linalg.norm(np.subtract(a, b)))
