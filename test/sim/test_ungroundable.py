# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What cannot be carried out is told from what can, for the right reason."""

import itertools
import re
from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest

from vla_ros.errors import SimulationError
from vla_ros.sim import ungroundable
from vla_ros.sim.language.grammar import Split
from vla_ros.sim.language.strangers import FOREIGN, FOREIGN_COLORS
from vla_ros.sim.sample import Wishes, pair_split, sample_task_scene, table_of
from vla_ros.sim.tasks import parse_instruction
from vla_ros.sim.tasks.speech import known_words
from vla_ros.sim.things import Kind
from vla_ros.sim.ungroundable import Reason, Ungroundable, ground, make_ungroundable

WHY = {
    Reason.UNKNOWN_OBJECT: ("not know the word",),
    Reason.ABSENT: ("there is no",),
    Reason.AMBIGUOUS: ("there are 2 of", "there are 3 of"),
    Reason.NONSENSE: (
        "not know the word",
        "names no task",
        "cannot be",
        "two places",
        "there is no",
    ),
}


def draw(reason: Reason, split: Split, count: int) -> list[Ungroundable]:
    rng = np.random.default_rng(3)
    made: list[Ungroundable] = []
    for scene in itertools.cycle([sample_task_scene(seed, Wishes()) for seed in range(20)]):
        if len(made) == count:
            break
        with suppress(SimulationError):  # Where no words mean several things.
            made.append(make_ungroundable(scene, reason, rng, split))
    return made


@pytest.mark.parametrize("reason", Reason)
def test_hundreds_are_held_out_and_none_of_them_is_learned_from(reason: Reason) -> None:
    held_out = {u.text for u in draw(reason, Split.HELD_OUT, 300)}
    train = {u.text for u in draw(reason, Split.TRAIN, 300)}
    assert len(held_out) >= 200
    assert not held_out & train


@pytest.mark.parametrize("split", Split)
def test_a_thing_may_be_unknown_by_its_colour_alone(split: Split) -> None:
    said = [made.text.split() for made in draw(Reason.UNKNOWN_OBJECT, split, 150)]
    colors, nouns = (table[split] for table in (FOREIGN_COLORS, FOREIGN))
    of_color = [words for words in said if set(words) & set(colors)]
    assert 20 < len(of_color) < 75
    assert all(bool(set(words) & set(nouns)) != (words in of_color) for words in said)


@pytest.mark.parametrize("reason", Reason)
def test_each_fails_for_its_reason(reason: Reason) -> None:
    for made in draw(reason, Split.TRAIN, 150):
        assert made.reason is reason
        assert any(why in made.message for why in WHY[reason]), made


@pytest.mark.parametrize("reason", [Reason.ABSENT, Reason.AMBIGUOUS])
def test_things_may_be_named_by_colour_or_kind_alone_or_as_the_other(reason: Reason) -> None:
    tasks = [parse_instruction(made.text) for made in draw(reason, Split.TRAIN, 200)]
    nouns = [noun for task in tasks for noun in (task.object, task.target) if noun]
    assert sum(noun.kind is None for noun in nouns) > 10
    assert sum(noun.other_than is not None for noun in nouns) > 10
    assert sum(noun.color is None and noun.other_than is None for noun in nouns) > 10


def test_what_the_rest_of_the_sentence_names_does_not_make_a_name_mean_several() -> None:
    """`Stack the cube on the red cube`, where two cubes lie, is clear to a person."""
    for made in draw(Reason.AMBIGUOUS, Split.TRAIN, 200):
        task = parse_instruction(made.text)
        named = [noun for noun in (task.object, task.target) if noun]
        told = re.findall(r"(\w+) (\w+)(?:,|$)", made.message.partition("it has: ")[2])
        things = [(Kind(kind), color) for color, kind in told]
        clear = [n for n in named if sum(n.fits(*thing) for thing in things) <= 1]
        vague = [n for n in named if n not in clear]
        assert len(vague) == 1
        left = [thing for thing in things if not any(noun.fits(*thing) for noun in clear)]
        assert sum(vague[0].fits(*thing) for thing in left) > 1, made


def test_a_scene_in_which_every_name_means_one_thing_is_said_to_be_so() -> None:
    scene = sample_task_scene(1, Wishes(families=("put",)))
    alone = replace(scene, items=scene.items[:1], containers=scene.containers[:1])
    with pytest.raises(SimulationError, match="no words mean several"):
        make_ungroundable(alone, Reason.AMBIGUOUS, np.random.default_rng(1))


def test_held_out_pairs_of_colors_are_not_called_impossible() -> None:
    """Otherwise the words alone would say that these cannot be brought together."""
    rng, scene = np.random.default_rng(5), sample_task_scene(2, Wishes())
    split_of: dict[Split | None, set[Split]] = {Split.TRAIN: set(), None: set()}
    for pairs, found in split_of.items():
        for _ in range(300):
            made = make_ungroundable(scene, Reason.ABSENT, rng, pairs=pairs)
            with suppress(SimulationError):
                found.add(pair_split(parse_instruction(made.text)))
    assert split_of == {Split.TRAIN: {Split.TRAIN}, None: set(Split)}


def test_the_instruction_of_a_scene_can_be_carried_out() -> None:
    for seed in range(150):
        scene = sample_task_scene(seed, Wishes(split=Split.HELD_OUT))
        assert ground(table_of(scene), scene.instruction) == scene.task


def test_one_thing_in_two_places_is_nonsense() -> None:
    scene = sample_task_scene(1, Wishes(families=("stack",)))
    cube = f"the {scene.items[0].color} {scene.items[0].kind.value}"
    with pytest.raises(SimulationError, match="one thing in two places"):
        ground(table_of(scene), f"stack {cube} on {cube}")


@pytest.mark.parametrize("split", Split)
def test_nothing_that_a_scene_may_hold_is_called_foreign(split: Split) -> None:
    assert not known_words() & set(FOREIGN[split])


def test_any_number_of_kinds_may_stay_where_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ungroundable, "FIXED", (Kind.TRAY,))
    moved = [u for u in draw(Reason.NONSENSE, Split.TRAIN, 100) if "is not moved" in u.message]
    assert len(moved) > 10
