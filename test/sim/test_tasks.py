# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Sentences become tasks, and physics decides whether they are solved."""

import dataclasses

import pytest

from vla_ros.errors import SimulationError
from vla_ros.sim.put import PUT_TEMPLATES
from vla_ros.sim.sample import sample_scene
from vla_ros.sim.scene import COLORS, BowlPlacement, Scene, StartPose
from vla_ros.sim.tasks import FAMILIES, Task, is_solved, parse_instruction, phrase
from vla_ros.sim.world import World

RED_IN_BLUE = Task(family="put", object="red", target="blue")
SECOND = 1_000_000_000


@pytest.mark.parametrize("variant", range(len(PUT_TEMPLATES)))
@pytest.mark.parametrize("target", COLORS)
def test_every_sentence_of_a_task_is_understood(variant: int, target: str) -> None:
    task = Task(family="put", object="red", target=target)
    assert parse_instruction(phrase(task, variant)) == task


@pytest.mark.parametrize(
    "text",
    [
        "Put the RED cube in the Blue bowl.",
        "  please, put the red block into the blue bowl! ",
        "pick the red cube up and put it inside the blue bowl",
    ],
)
def test_case_and_punctuation_do_not_matter(text: str) -> None:
    assert parse_instruction(text) == RED_IN_BLUE


@pytest.mark.parametrize("word", ["purple", "coffee", "not", "don", "Rot"])
def test_unknown_word_is_named_with_the_known_ones(word: str) -> None:
    with pytest.raises(SimulationError, match=f"unknown word '{word.lower()}'.*Known.*yellow"):
        parse_instruction(f"put the {word} cube in the blue bowl")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "put the cube in the bowl",
        "put the red cube in the red cube",
        "put the red blue cube in the yellow bowl",
        "put the red cube and the green cube in the blue bowl",
        "the red cube in the blue bowl",
        "put the blue bowl",
    ],
)
def test_sentence_without_a_task_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(SimulationError, match="Say for example: put the red cube"):
        parse_instruction(text)


def test_every_template_uses_known_words_only() -> None:
    for family in FAMILIES.values():
        for template in family.templates:
            words = {word for word in template.split() if not word.startswith("{")}
            assert words <= family.words


def _cube_in_bowl(height_m: float = 0.2, gripper: float = 1.0, aside_m: float = 0.0) -> Scene:
    """Return a scene whose red cube falls into the blue bowl, the hand at a height over it."""
    scene = sample_scene(0, RED_IN_BLUE)
    cube = next(c for c in scene.cubes if c.color == "red")
    bowls = tuple(
        BowlPlacement(color=b.color, rgb=b.rgb, x_m=cube.x_m + aside_m, y_m=cube.y_m)
        if b.color == "blue"
        else b
        for b in scene.bowls
    )
    start = StartPose(position_m=(cube.x_m, cube.y_m, height_m), gripper=gripper)
    return dataclasses.replace(scene, bowls=bowls, start=start)


def test_cube_resting_in_the_bowl_is_solved(world: World) -> None:
    world.reset(_cube_in_bowl())
    world.step(SECOND)
    assert is_solved(world, RED_IN_BLUE).solved
    assert is_solved(world, RED_IN_BLUE).message == "solved: put the red cube in the blue bowl"


def test_cube_on_the_table_is_not_solved(world: World) -> None:
    world.reset(sample_scene(0, RED_IN_BLUE))
    check = is_solved(world, RED_IN_BLUE)
    assert not check.solved
    assert "the red cube is not in the blue bowl" in check.message


@pytest.mark.parametrize(("height_m", "gripper"), [(0.07, 1.0), (0.2, 0.0)])
def test_cube_is_not_solved_before_the_hand_has_let_go_and_left(
    world: World, height_m: float, gripper: float
) -> None:
    world.reset(_cube_in_bowl(height_m=height_m, gripper=gripper))
    world.step(SECOND)
    check = is_solved(world, RED_IN_BLUE)
    assert not check.solved
    assert "the hand has not let go and left" in check.message


def test_task_with_an_absent_object_cannot_be_checked(world: World) -> None:
    scene = sample_scene(0, RED_IN_BLUE)
    world.reset(scene)
    absent = (set(COLORS) - {c.color for c in scene.cubes}).pop()
    with pytest.raises(SimulationError, match=f"there is no {absent} cube"):
        is_solved(world, Task(family="put", object=absent, target="blue"))
