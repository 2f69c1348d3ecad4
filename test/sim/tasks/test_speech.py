# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Whatever is said about a task is understood, and nothing else is."""

import numpy as np
import pytest
from put_tasks import put_task

from vla_ros import spelling
from vla_ros.errors import SimulationError
from vla_ros.sim.language.grammar import Split
from vla_ros.sim.tasks import (
    FAMILIES,
    Noun,
    Side,
    Task,
    Where,
    known_words,
    parse_instruction,
    phrase,
)
from vla_ros.sim.things import Kind
from vla_ros.spelling import nearest_word

OTHER_WORDS = "pink gray tan disk disc plate tape comb fork pipe boil trap cone towel puck star"
RED_IN_BLUE = put_task("red", "blue")
LEFT = Task(family="push", object=RED_IN_BLUE.object, side=Side.LEFT)


@pytest.mark.parametrize("split", Split)
@pytest.mark.parametrize("family", FAMILIES)
def test_every_sentence_means_its_task(family: str, split: Split) -> None:
    rng = np.random.default_rng(1)
    said = set()
    for _ in range(250):
        task = FAMILIES[family].draw(rng)
        text = phrase(task, rng, split)
        assert parse_instruction(text) == task, text
        said.add(text)
    assert len(said) > 80


def test_there_are_hundreds_of_held_out_sentences() -> None:
    rng = np.random.default_rng(2)
    said = {split: {phrase(RED_IN_BLUE, rng, split) for _ in range(1500)} for split in Split}
    assert len(said[Split.HELD_OUT]) > 500
    assert not said[Split.HELD_OUT] & said[Split.TRAIN]


@pytest.mark.parametrize(
    ("text", "task"),
    [
        ("Put the RED cube in the Blue bowl.", RED_IN_BLUE),
        ("  please, put the red block into the blue bowl! ", RED_IN_BLUE),
        ("could you put the red blokc in the blue bwol, please", RED_IN_BLUE),
        ("the red cube goes into the blue dish", RED_IN_BLUE),
        ("Push the red cube to the left", LEFT),
        ("slide the red block leftwards please", LEFT),
        ("go home", Task(family="home")),
        ("open your hand", Task(family="open")),
        ("close the gripper now", Task(family="close")),
        ("sort everything by colour", Task(family="sort")),
        (
            "put the bar to the left of the bowl",
            Task(
                family="place",
                object=Noun(kind=Kind.BAR),
                target=Noun(kind=Kind.BOWL),
                where=Where.LEFT_OF,
            ),
        ),
        (
            "leave the red cube alone and put the other one in the blue bowl",
            Task(
                family="put",
                object=Noun(kind=Kind.CUBE, other_than="red"),
                target=RED_IN_BLUE.target,
            ),
        ),
        (
            "put all the red cubes into the blue bowl",
            Task(family="clear", object=RED_IN_BLUE.object, target=RED_IN_BLUE.target),
        ),
    ],
)
def test_what_people_say_is_understood(text: str, task: Task) -> None:
    assert parse_instruction(text) == task


@pytest.mark.parametrize("word", sorted({*OTHER_WORDS.split()} - known_words()))
def test_a_word_in_its_own_right_is_not_taken_as_one_that_looks_like_it(word: str) -> None:
    with pytest.raises(SimulationError, match=f"does not know the word '{word}'"):
        parse_instruction(f"pick up the {word}")


def test_only_what_would_be_taken_as_another_word_is_kept_from_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept = spelling._NEVER_SLIPS
    assert {nearest_word(word, known_words()) for word in kept} == {None}
    monkeypatch.setattr(spelling, "_NEVER_SLIPS", frozenset())
    assert None not in {nearest_word(word, known_words()) for word in kept}


@pytest.mark.parametrize("word", ["coffee", "qux", "Rot", "banana"])
def test_unknown_word_is_named_with_where_the_known_ones_are(word: str) -> None:
    with pytest.raises(SimulationError, match=f"not know the word '{word.lower()}'.*tasks.md"):
        parse_instruction(f"put the {word} cube in the blue bowl")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "put the thing in the bowl",
        "put the red blue cube in the yellow bowl",
        "put the red cube and the green cube in the blue bowl",
        "the red cube in the blue bowl",
        "put the blue bowl",
        "push the red cube",
        "not put the red cube in the blue bowl",
        "put the other cube in the blue bowl",
    ],
)
def test_sentence_without_a_task_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(SimulationError, match="Say for example: put the red cube"):
        parse_instruction(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("put the blue bowl in the red bowl", "a bowl is not moved"),
        ("put the red cube in the green cube", "a cube is not what it is brought to"),
        ("stack the red cube on the blue tray", "a tray is not what it is brought to"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(SimulationError, match=why):
        parse_instruction(text)
