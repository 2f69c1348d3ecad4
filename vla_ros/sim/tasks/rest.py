# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The task families about the arm alone: `home`, `open` and `close`."""

import math
from dataclasses import replace

import numpy as np

from vla_ros.sim.arm import HOME_TCP
from vla_ros.sim.language.grammar import Grammar
from vla_ros.sim.parts import Vector
from vla_ros.sim.skill import FULL_STROKE_M, Waypoint, is_around, stay
from vla_ros.sim.table import Item, Table
from vla_ros.sim.task import Task
from vla_ros.sim.tasks.casting import cast_for
from vla_ros.sim.tasks.family import Cast, Stage, Start, TaskFamily, anything_goes

HOME_WITHIN_M = 0.03
OPEN_FROM = 0.90
CLOSED_TO = 0.06
_STILL_M_S = 0.03
_HOME_YAW_RAD = 0.15
_SAFE_M = 0.10  # Lower, the hand rises before it travels.
_ON_ITEM = 0.06  # Opening left beside an item that keeps the fingers apart.

HOME_GRAMMAR = Grammar(
    (
        "(go|move|drive|come) home",
        "(go|move|drive|come) (back|all the way) home",
        "(go|move|return|drive) (back|) to (your|the) (home|start|rest|resting) "
        "(position|pose|place)",
        "(take|move|bring) (your|the) (arm|hand) (home|back home|back to the start)",
        "(park|rest) (the|your) (arm|hand)",
        "(return|back) (home|to the start)",
        "(park|park yourself|take a rest)",
    ),
    statements=(
        "(you|the arm|your arm) (should|can|may) (go|move) (home|back home)",
        "i want (you|the arm) (home|back home|to go home)",
    ),
    held_out=(
        "(return|bring) (the|your) (arm|hand) to (the|its) (home|resting) (position|place)",
        "(take|move) yourself (back|all the way) home",
    ),
)
OPEN_GRAMMAR = Grammar(
    (
        "open (the|your) (gripper|hand|fingers|claw)",
        "open (the|your) (gripper|hand|fingers|claw) (wide|fully|all the way|completely)",
        "(spread|part) (the|your) (fingers|claws)",
        "(let go|let go of it|release|release it)",
        "(release|open) (your|the) grip",
        "(open|spread) (up|wide)",
        "(set|move|bring) (the|your) (gripper|hand|fingers) to open",
    ),
    statements=(
        "i (want|need) (the|your) (gripper|hand|fingers) (open|wide open)",
        "(the|your) (gripper|hand|fingers) (should|must|has to|have to) (be open|open)",
    ),
    held_out=(
        "(spread|part) (the|your) (gripper|hand) (wide|completely)",
        "let go with (the|your) (hand|gripper|fingers)",
    ),
)
CLOSE_GRAMMAR = Grammar(
    (
        "(close|shut) (the|your) (gripper|hand|fingers|claw)",
        "(close|shut) (the|your) (gripper|hand|fingers) (fully|all the way|completely)",
        "(squeeze|press) (the|your) fingers together",
        "(make|form) a fist",
        "(close|tighten) (your|the) grip",
        "(set|move|bring) (the|your) (gripper|hand|fingers) to closed",
        "(bring|put) (the|your) fingers together",
    ),
    statements=(
        "i (want|need) (the|your) (gripper|hand|fingers) (closed|shut)",
        "(the|your) (gripper|hand|fingers) (should|must|has to|have to) (be closed|close)",
    ),
    held_out=(
        "(press|move) (the|your) (fingers|hand) together (completely|all the way)",
        "(shut|tighten) (the|your) (claw|grip) (fully|completely)",
    ),
)


def _cast(task: Task, rng: np.random.Generator) -> Cast:
    return cast_for(task, rng, items=(2, 4), containers=(0, 2))


def _focus(table: Table, task: Task) -> tuple[Vector, Vector]:
    goal = HOME_TCP if task.family == "home" else table.hand.at_m
    return table.hand.at_m, goal


def _home_missing(table: Table, task: Task) -> str:
    del task
    hand = table.hand
    away = math.dist(hand.at_m, HOME_TCP)
    if not away <= HOME_WITHIN_M:
        return f"the hand is {away * 100:.1f} cm from home, wanted {HOME_WITHIN_M * 100:.0f}"
    return _moving(table)


def _home_stages(table: Table, task: Task) -> tuple[Stage, ...]:
    return (
        Stage(name="half way", reached=math.dist(table.hand.at_m, HOME_TCP) < 0.08),
        Stage(name="solved", reached=not _home_missing(table, task)),
    )


def _home_decide(table: Table, task: Task) -> Waypoint:
    del task
    hand = table.hand
    x, y, z = hand.at_m
    grip = float(hand.opening > 0.5)  # What it holds, it keeps.
    if z < _SAFE_M:
        return Waypoint(at_m=(x, y, _SAFE_M + 0.03), yaw_rad=hand.yaw_rad, gripper=grip)
    away = math.dist(hand.at_m, HOME_TCP)
    done = away < HOME_WITHIN_M / 2 and abs(hand.yaw_rad) < _HOME_YAW_RAD
    return Waypoint(at_m=HOME_TCP, yaw_rad=0.0, gripper=grip, done=done)


def _home_fits(table: Table, task: Task) -> bool:
    del task
    return math.dist(table.hand.at_m, HOME_TCP) > 0.12


def _moving(table: Table) -> str:
    speed = table.hand.speed_m_s
    return "" if speed <= _STILL_M_S else f"the hand still moves at {speed:.2f} m/s"


def _open_missing(table: Table, task: Task) -> str:
    del task
    opening = table.hand.opening
    if not opening >= OPEN_FROM:
        return f"the gripper is {opening:.0%} open, wanted {OPEN_FROM:.0%}"
    return _moving(table)


def _open_stages(table: Table, task: Task) -> tuple[Stage, ...]:
    return (
        Stage(name="half open", reached=table.hand.opening > 0.5),
        Stage(name="solved", reached=not _open_missing(table, task)),
    )


def _open_decide(table: Table, task: Task) -> Waypoint:
    del task
    return stay(table.hand, gripper=1.0, done=table.hand.opening >= OPEN_FROM + 0.03)


def _least_opening(table: Table) -> float:
    """Return how far the fingers close: onto what is between them."""
    between: list[Item] = [item for item in table.items if is_around(table.hand, item)]
    return max((i.shape.grip_m / FULL_STROKE_M + _ON_ITEM for i in between), default=CLOSED_TO)


def _close_missing(table: Table, task: Task) -> str:
    del task
    opening, least = table.hand.opening, _least_opening(table)
    if not opening <= least:
        return f"the gripper is {opening:.0%} open, wanted at most {least:.0%}"
    return _moving(table)


def _close_stages(table: Table, task: Task) -> tuple[Stage, ...]:
    return (
        Stage(name="half closed", reached=table.hand.opening < 0.5),
        Stage(name="solved", reached=not _close_missing(table, task)),
    )


def _close_decide(table: Table, task: Task) -> Waypoint:
    del task
    done = table.hand.opening <= _least_opening(table) - 0.02
    return stay(table.hand, gripper=0.0, done=done)


HOME = TaskFamily(
    grammar=HOME_GRAMMAR,
    objects=(),
    targets=(),
    longest_s=8.0,
    draw=lambda _: Task(family="home"),
    cast=_cast,
    fits=_home_fits,
    missing=_home_missing,
    stages=_home_stages,
    decide=_home_decide,
    focus=_focus,
    start=Start(opening=(0.0, 1.0), anywhere=True),
)
OPEN = TaskFamily(
    grammar=OPEN_GRAMMAR,
    objects=(),
    targets=(),
    longest_s=3.0,
    draw=lambda _: Task(family="open"),
    cast=_cast,
    fits=anything_goes,
    missing=_open_missing,
    stages=_open_stages,
    decide=_open_decide,
    focus=_focus,
    start=Start(opening=(0.0, 0.4), anywhere=True),
)
CLOSE = replace(
    OPEN,
    grammar=CLOSE_GRAMMAR,
    draw=lambda _: Task(family="close"),
    missing=_close_missing,
    stages=_close_stages,
    decide=_close_decide,
    start=Start(opening=(0.6, 1.0), anywhere=True),
)
