# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a person may ask for: tasks in words, and whether physics says they are solved."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from vla_ros.errors import SimulationError
from vla_ros.sim.put import PUT_TEMPLATES, PUT_WORDS, missing_for_put, put_colors
from vla_ros.sim.scene import COLORS
from vla_ros.sim.world import World


@dataclass(frozen=True, kw_only=True)
class Task:
    """One thing to do.

    Attributes:
        family: Key of `FAMILIES`.
        object: Colour of the cube to move.
        target: Colour of the bowl (or other goal) it belongs to.
    """

    family: str
    object: str
    target: str


@dataclass(frozen=True, kw_only=True)
class TaskCheck:
    """Whether a task is solved now; if not, `message` says what is missing."""

    solved: bool
    message: str


@dataclass(frozen=True, kw_only=True)
class TaskFamily:
    """A kind of task: its sentences and its check.

    Attributes:
        templates: Sentences with `{object}` and `{target}` for the colours; the first is plain.
        words: Every word its sentences may use, colours left out.
        colors: Finds (object, target) in a list of known words; None if the sentence is another's.
        missing: Says what is missing until a task is solved; empty when nothing is.
    """

    templates: tuple[str, ...]
    words: frozenset[str]
    colors: Callable[[list[str]], tuple[str, str] | None]
    missing: Callable[[World, str, str], str]


FAMILIES: dict[str, TaskFamily] = {
    "put": TaskFamily(
        templates=PUT_TEMPLATES, words=PUT_WORDS, colors=put_colors, missing=missing_for_put
    ),
}


def phrase(task: Task, variant: int = 0) -> str:
    """Return a task in words; `variant` picks the template, modulo their number."""
    templates = FAMILIES[task.family].templates
    return templates[variant % len(templates)].format(object=task.object, target=task.target)


def parse_instruction(text: str) -> Task:
    """Return the task that a sentence asks for; case and punctuation do not matter.

    Raises:
        SimulationError: A word is unknown, or the sentence names no task.
    """
    words = re.findall(r"[^\W_]+", text.lower())
    known = frozenset(COLORS).union(*(family.words for family in FAMILIES.values()))
    unknown = [word for word in words if word not in known]
    if unknown:
        raise SimulationError(
            f"instruction '{text}': unknown word '{unknown[0]}'. "
            f"Known words: {', '.join(sorted(known))}"
        )
    for name, family in FAMILIES.items():
        colors = family.colors(words)
        if colors is not None:
            return Task(family=name, object=colors[0], target=colors[1])
    example = phrase(Task(family="put", object="red", target="blue"))
    raise SimulationError(f"instruction '{text}' names no task. Say for example: {example}")


def is_solved(world: World, task: Task) -> TaskCheck:
    """Judge a task on physics alone.

    Raises:
        SimulationError: The scene lacks an object of the task.
    """
    missing = FAMILIES[task.family].missing(world, task.object, task.target)
    return TaskCheck(solved=not missing, message=missing or f"solved: {phrase(task)}")
