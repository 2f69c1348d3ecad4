# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The scenes of the shipped policy stay what they are: its figures name their seeds."""

import math

import pytest

from vla_ros.sim.arm import tool_down_joints
from vla_ros.sim.basic import (
    BASIC_COLORS,
    TEMPLATES,
    is_basic,
    phrase,
    put_task,
    sample_basic,
    tasks_in,
)
from vla_ros.sim.sample import sample_scene
from vla_ros.sim.scene import BASIC_LAYOUT
from vla_ros.sim.tasks import Noun, Task, parse_instruction

SEEDS = range(60)
RED_IN_BLUE = put_task("red", "blue")


def test_a_seed_gives_the_scene_it_always_gave() -> None:
    scene = sample_basic(5000)
    assert scene.instruction == "place the red block into the red bowl"
    assert scene.items[0].color == "yellow"
    assert (scene.items[0].x_m, scene.items[0].y_m) == pytest.approx(
        (0.526875, -0.067870), abs=1e-6
    )
    assert scene.look.light == pytest.approx(1.009649, abs=1e-6)


def test_scene_without_a_wish_is_a_basic_one() -> None:
    assert sample_scene(7) == sample_basic(7)
    assert sample_scene(7).layout == BASIC_LAYOUT


@pytest.mark.parametrize("seed", SEEDS)
def test_scene_makes_its_task_possible(seed: int) -> None:
    scene = sample_basic(seed)
    assert scene.task in tasks_in(scene)
    assert parse_instruction(scene.instruction) == scene.task
    assert len({c.color for c in scene.items}) == len(scene.items)
    assert len({b.color for b in scene.containers}) == len(scene.containers)
    for place in (*scene.items, *scene.containers):
        for yaw in (-1.1, 1.1):
            tool_down_joints((place.x_m, place.y_m, 0.012), yaw)
            tool_down_joints((place.x_m, place.y_m, 0.2), yaw)


@pytest.mark.parametrize("seed", SEEDS)
def test_open_fingers_fit_around_every_cube(seed: int) -> None:
    scene = sample_basic(seed)
    for cube in scene.items:
        for other in scene.items:
            if other is not cube:
                assert math.hypot(cube.x_m - other.x_m, cube.y_m - other.y_m) >= 0.08
        for bowl in scene.containers:
            assert math.hypot(cube.x_m - bowl.x_m, cube.y_m - bowl.y_m) >= 0.12


@pytest.mark.parametrize("variant", range(len(TEMPLATES)))
@pytest.mark.parametrize("target", BASIC_COLORS)
def test_every_sentence_is_understood(variant: int, target: str) -> None:
    task = put_task("red", target)
    assert parse_instruction(phrase(task, variant)) == task


@pytest.mark.parametrize(
    "task",
    [
        put_task("purple", "blue"),
        Task(family="lift", object=RED_IN_BLUE.object),
        Task(family="put", object=Noun(color="red"), target=RED_IN_BLUE.target),
    ],
)
def test_other_tasks_are_not_basic(task: Task) -> None:
    assert is_basic(RED_IN_BLUE)
    assert not is_basic(task)
    with pytest.raises(ValueError, match="is not a task of basic scenes"):
        phrase(task)
    with pytest.raises(ValueError, match="is not a task of basic scenes"):
        sample_basic(0, task)


def test_instruction_is_kept_word_by_word() -> None:
    text = "Please put the red block into the green bowl!"
    assert sample_scene(9, text).instruction == text


def test_task_is_put_into_words() -> None:
    task = put_task("green", "yellow")
    assert parse_instruction(sample_scene(9, task).instruction) == task
