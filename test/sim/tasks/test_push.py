# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""An item that came far enough to the right side, on the table, is solved."""

import dataclasses

import pytest
from tables import holding, item, moved, noun, table

from vla_ros.sim.sample import Wishes, sample_task_scene, table_of
from vla_ros.sim.tasks import Side, Task, check
from vla_ros.sim.tasks.push import beyond

CUBE = item("red cube", 0.45, 0.0)
OTHER = item("red bar", 0.55, 0.2)
WAYS = {
    Side.LEFT: (0.45, 0.08),
    Side.RIGHT: (0.45, -0.08),
    Side.FORWARD: (0.53, 0.0),
    Side.BACK: (0.37, 0.0),
}


def task(side: Side) -> Task:
    return Task(family="push", object=noun("red cube"), side=side)


@pytest.mark.parametrize("asked", Side)
@pytest.mark.parametrize("went", Side)
def test_only_the_way_asked_for_is_solved(asked: Side, went: Side) -> None:
    found = check(table(moved(CUBE, WAYS[went]), OTHER), task(asked))
    assert found.solved == (asked is went)
    assert found.solved or "the red cube came" in found.message


@pytest.mark.parametrize(
    ("at_m", "why"),
    [
        ((0.45, 0.05, 0.02), "came 5.0 cm left, wanted 6"),
        ((0.51, 0.08, 0.02), "came 6.0 cm aside"),
        ((0.45, 0.08, 0.12), "12.0 cm high, not on the table"),
        ((0.45, float("nan"), 0.02), "wanted 6"),
    ],
)
def test_too_short_aside_or_lifted_is_not_solved(
    at_m: tuple[float, float, float], why: str
) -> None:
    found = check(table(moved(CUBE, at_m), OTHER), task(Side.LEFT))
    assert not found.solved
    assert why in found.message


def test_another_item_pushed_is_not_solved() -> None:
    assert not check(table(CUBE, moved(OTHER, (0.55, 0.3))), task(Side.LEFT)).solved


def test_item_that_still_slides_is_not_solved() -> None:
    sliding = dataclasses.replace(moved(CUBE, (0.45, 0.08)), speed_m_s=0.1)
    assert "still moves" in check(table(sliding), task(Side.LEFT)).message


def test_scenes_leave_a_way_to_go() -> None:
    for seed in range(40):
        scene = sample_task_scene(seed, Wishes(families=("push",)))
        laid = table_of(scene)
        thing = laid.item(scene.task.object)
        assert beyond(scene.task, thing.at_m) < -0.10, f"seed {seed}"


@pytest.mark.parametrize("thing", ["black bar", "black cylinder", "black cube"])
def test_what_is_carried_low_over_the_table_is_not_pushed(thing: str) -> None:
    lay = item(thing, 0.45, 0.0)
    asked = Task(family="push", object=noun(thing), side=Side.LEFT)
    assert check(table(moved(lay, (0.45, 0.08))), asked).solved
    held, hand = holding(lay, (0.45, 0.08, lay.at_m[2] + 0.02))
    assert "high, not on the table" in check(table(held, hand=hand), asked).message
