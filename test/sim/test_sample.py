# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Random scenes are reproducible, possible and not crowded."""

import math

import pytest

from vla_ros.errors import SimulationError
from vla_ros.sim.arm import tool_down_joints
from vla_ros.sim.sample import sample_scene
from vla_ros.sim.scene import BOWL_COUNT, CUBE_COUNT
from vla_ros.sim.tasks import Task, parse_instruction

SEEDS = range(60)


@pytest.mark.parametrize("instruction", [None, "put the red cube in the green bowl"])
def test_same_seed_and_instruction_give_the_same_scene(instruction: str | None) -> None:
    assert sample_scene(4, instruction) == sample_scene(4, instruction)
    assert sample_scene(4, instruction) != sample_scene(5, instruction)


@pytest.mark.parametrize("seed", SEEDS)
def test_scene_makes_its_task_possible(seed: int) -> None:
    scene = sample_scene(seed)
    task = parse_instruction(scene.instruction)
    cubes, bowls = [c.color for c in scene.cubes], [b.color for b in scene.bowls]
    assert task.object in cubes
    assert task.target in bowls
    assert len(set(cubes)) == CUBE_COUNT
    assert len(set(bowls)) == BOWL_COUNT
    for place in (*scene.cubes, *scene.bowls):
        for yaw in (-1.1, 1.1):
            tool_down_joints((place.x_m, place.y_m, 0.012), yaw)
            tool_down_joints((place.x_m, place.y_m, 0.2), yaw)


@pytest.mark.parametrize("seed", SEEDS)
def test_open_fingers_fit_around_every_cube(seed: int) -> None:
    scene = sample_scene(seed)
    for cube in scene.cubes:
        for other in scene.cubes:
            if other is not cube:
                assert math.hypot(cube.x_m - other.x_m, cube.y_m - other.y_m) >= 0.08
        for bowl in scene.bowls:
            assert math.hypot(cube.x_m - bowl.x_m, cube.y_m - bowl.y_m) >= 0.12


def test_instruction_is_kept_word_by_word() -> None:
    text = "Please put the red block into the green bowl!"
    assert sample_scene(9, text).instruction == text


def test_task_is_put_into_words() -> None:
    task = Task(family="put", object="green", target="yellow")
    assert parse_instruction(sample_scene(9, task).instruction) == task


def test_unknown_instruction_is_refused() -> None:
    with pytest.raises(SimulationError, match="unknown word 'make'"):
        sample_scene(0, "make the coffee")
