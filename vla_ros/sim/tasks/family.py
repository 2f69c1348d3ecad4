# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a task family consists of: sentences, scenes, a check on physics, an expert's decision."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from vla_ros.sim.language.grammar import Grammar
from vla_ros.sim.parts import Vector
from vla_ros.sim.skill import Waypoint, is_held
from vla_ros.sim.table import Item, Table
from vla_ros.sim.task import Task
from vla_ros.sim.things import CONTAINERS, ITEMS, Kind

REST_SPEED_M_S = 0.03
MOVABLE = tuple(ITEMS)
FIXED = tuple(CONTAINERS)
_HAND_AWAY_M = 0.06
_RELEASED_OPENING = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A step on the way to success, and whether it is reached now."""

    name: str
    reached: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Which things a scene holds, by kind and colour: items, then containers."""

    items: tuple[tuple[Kind, str], ...]
    containers: tuple[tuple[Kind, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """How the arm may begin.

    Attributes:
        opening: Least and largest opening of the gripper.
        anywhere: Anywhere over the table, else near its home.
    """

    opening: tuple[float, float] = (1.0, 1.0)
    anywhere: bool = False


@dataclass(frozen=True, kw_only=True)
class TaskFamily:
    """A kind of task. The functions look at the state alone, so they can be asked at any time.

    Attributes:
        grammar: Its sentences.
        objects: Kinds of what it moves; empty if it moves nothing.
        targets: Kinds of what that is moved to; empty if there is no such thing.
        longest_s: An expert needs no longer [s].
        draw: A random task, its nouns with colour and kind.
        cast: Things that make a task possible, and others.
        fits: Whether a task can be done with things where they lie.
        missing: What is missing until it is solved; empty if nothing.
        stages: The steps to success.
        decide: What an expert does next.
        focus: What it is about: where the object is, where it shall go, in base_link [m].
        start: How the arm begins.
    """

    grammar: Grammar
    objects: tuple[Kind, ...]
    targets: tuple[Kind, ...]
    longest_s: float
    draw: Callable[[np.random.Generator], Task]
    cast: Callable[[Task, np.random.Generator], Cast]
    fits: Callable[[Table, Task], bool]
    missing: Callable[[Table, Task], str]
    stages: Callable[[Table, Task], tuple[Stage, ...]]
    decide: Callable[[Table, Task], Waypoint]
    focus: Callable[[Table, Task], tuple[Vector, Vector]]
    start: Start = Start()

    @cached_property
    def moves_all(self) -> bool:
        """Whether its object stands for all things of a kind and colour: `all red cubes`."""
        return any("{all}" in core for core in self.grammar.cores)


def unfinished(table: Table, item: Item) -> str:
    """Say what keeps an item from having been put down for good; empty if nothing does."""
    hand = table.hand
    away = sum((a - b) ** 2 for a, b in zip(hand.at_m, item.at_m, strict=True)) ** 0.5
    if not (hand.opening >= _RELEASED_OPENING and away >= _HAND_AWAY_M):
        return f"the {item.name} is there, but the hand has not let go and left"
    if not item.speed_m_s <= REST_SPEED_M_S:
        return f"the {item.name} still moves at {item.speed_m_s:.2f} m/s"
    return ""


def stages_of_carrying(
    table: Table, item: Item, *, over: bool, there: bool, end: Stage, solved: bool
) -> tuple[Stage, ...]:
    """Return the steps of one item to where it goes.

    Args:
        table: With the hand.
        item: What is carried.
        over: It came above where it goes.
        there: It is where it goes; then it has been in the hand and up.
        end: The last step before success.
        solved: Nothing is missing.
    """
    return (
        Stage(name="grasped", reached=is_held(table.hand, item) or there),
        Stage(name="lifted", reached=item.at_m[2] > 0.06 or there),
        Stage(name="brought", reached=over),
        end,
        Stage(name="solved", reached=solved),
    )


def anything_goes(table: Table, task: Task) -> bool:
    """Fit wherever things lie."""
    del table, task
    return True
