# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Random scenes are reproducible, possible, unambiguous and not crowded."""

import itertools
import math

import pytest

from vla_ros.errors import SimulationError
from vla_ros.sim.arm import tool_down_joints
from vla_ros.sim.language.grammar import Split
from vla_ros.sim.sample import Wishes, pair_split, sample_scene, sample_task_scene, table_of
from vla_ros.sim.scene import Scene
from vla_ros.sim.shift import SHIFTS
from vla_ros.sim.tasks import FAMILIES, check, parse_instruction
from vla_ros.sim.things import COLORS, CONTAINERS, ITEMS

SEEDS = range(25)


def scene_of(family: str, seed: int, split: Split = Split.TRAIN) -> Scene:
    return sample_task_scene(seed, Wishes(families=(family,), split=split))


@pytest.mark.parametrize("family", FAMILIES)
def test_same_seed_gives_the_same_scene(family: str) -> None:
    assert scene_of(family, 4) == scene_of(family, 4)
    assert scene_of(family, 4) != scene_of(family, 5)


@pytest.mark.parametrize("family", FAMILIES)
def test_scene_makes_its_task_possible_and_it_is_not_solved_yet(family: str) -> None:
    for seed in SEEDS:
        scene = scene_of(family, seed)
        assert scene.task.family == family
        assert not check(table_of(scene), scene.task).solved, f"seed {seed}"


@pytest.mark.parametrize("split", Split)
@pytest.mark.parametrize("family", FAMILIES)
def test_its_sentence_says_its_task(family: str, split: Split) -> None:
    for seed in SEEDS:
        scene = scene_of(family, seed, split)
        assert parse_instruction(scene.instruction) == scene.task, scene.instruction


@pytest.mark.parametrize("family", FAMILIES)
def test_things_are_in_reach_and_fingers_fit_around_them(family: str) -> None:
    for seed in SEEDS:
        scene = scene_of(family, seed)
        for place in scene.items:
            for yaw in (-1.1, 1.1):
                tool_down_joints((place.x_m, place.y_m, 0.012), yaw)
                tool_down_joints((place.x_m, place.y_m, 0.2), yaw)
        for one, other in itertools.combinations((*scene.items, *scene.containers), 2):
            apart = math.hypot(one.x_m - other.x_m, one.y_m - other.y_m)
            reach = sum((ITEMS | CONTAINERS)[p.kind].reach_m for p in (one, other))
            assert apart >= reach + 0.012, f"seed {seed}"


def test_all_colors_and_kinds_come_up() -> None:
    scenes = [scene_of("put", seed) for seed in range(60)]
    things = [p for scene in scenes for p in (*scene.items, *scene.containers)]
    assert {p.color for p in things} == set(COLORS)
    assert {p.kind for p in things} == {*ITEMS, *CONTAINERS}


def test_families_come_up_as_often() -> None:
    families = [sample_task_scene(seed, Wishes()).task.family for seed in range(200)]
    assert set(families) == set(FAMILIES)
    assert max(families.count(name) for name in FAMILIES) < 40


@pytest.mark.parametrize("split", list(Split))
def test_pairs_of_colors_are_for_training_or_held_out(split: Split) -> None:
    wishes = Wishes(families=("put", "stack", "place"), pairs=split)
    scenes = [sample_task_scene(seed, wishes) for seed in range(30)]
    full = [s.task for s in scenes if None not in (s.task.object.color, s.task.target.color)]
    assert len(full) > 10
    assert {pair_split(task) for task in full} == {split}


@pytest.mark.parametrize("color", COLORS)
def test_equal_colors_are_for_training_since_sorting_brings_them_together(color: str) -> None:
    said = f"put the {color} cube in the {color} bowl"
    assert pair_split(parse_instruction(said)) is Split.TRAIN


def test_a_task_without_a_target_has_no_pair_to_hold_out() -> None:
    with pytest.raises(SimulationError, match="'lift' brings no two things together"):
        sample_task_scene(1, Wishes(families=("lift",), pairs=Split.HELD_OUT))


def test_a_shift_moves_nothing_on_the_table() -> None:
    usual = sample_task_scene(3, Wishes(families=("place",)))
    for randomisation in SHIFTS.values():
        shifted = sample_task_scene(3, Wishes(families=("place",), randomisation=randomisation))
        assert shifted.task == usual.task
        assert shifted.instruction == usual.instruction
        assert table_of(shifted) == table_of(usual)


def test_held_out_sentences_leave_the_layout_as_it_is() -> None:
    usual, held_out = (scene_of("stack", 3, split) for split in Split)
    assert usual.instruction != held_out.instruction
    assert table_of(usual) == table_of(held_out)


@pytest.mark.parametrize(
    "text",
    [
        "push the black bar to the left",
        "stack the green cylinder on the purple cube",
        "put the orange cube in the white tray",
        "put the bar to the left of the red bowl",
        "put all red cubes in the blue tray",
        "pick up the cylinder and hold it",
        "sort everything by colour",
        "go home",
    ],
)
def test_scene_is_made_for_a_sentence(text: str) -> None:
    scene = sample_scene(3, text)
    assert scene.instruction == text
    assert scene.task == parse_instruction(text)
    assert not check(table_of(scene), scene.task).solved


def test_sentence_about_one_thing_twice_is_refused() -> None:
    with pytest.raises(SimulationError, match="name two different things"):
        sample_scene(0, "stack the red cube on the red cube")


def test_unknown_instruction_is_refused() -> None:
    with pytest.raises(SimulationError, match="not know the word"):
        sample_scene(0, "make the coffee")


def test_unknown_family_is_refused() -> None:
    with pytest.raises(SimulationError, match="'juggle' does not exist; there are: put, stack"):
        sample_task_scene(0, Wishes(families=("juggle",)))


@pytest.mark.parametrize("split", Split)
@pytest.mark.parametrize("family", FAMILIES)
def test_its_own_sentence_brings_a_scene_back(family: str, split: Split) -> None:
    for seed in range(6):
        scene = scene_of(family, seed, split)
        assert sample_scene(seed, scene.instruction) == scene


def test_another_sentence_of_the_same_task_brings_another_scene() -> None:
    scene = scene_of("stack", 4)
    other = sample_scene(5, scene.instruction)
    assert other.instruction == scene.instruction
    assert other != scene
