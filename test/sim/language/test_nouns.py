# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Names of things are understood however they are said."""

import itertools

import numpy as np
import pytest

from vla_ros.sim.language.nouns import every_phrase, noun_phrase, noun_words, take_nouns
from vla_ros.sim.task import Noun
from vla_ros.sim.things import COLORS, Kind

RED_CUBE = Noun(color="red", kind=Kind.CUBE)
NOUNS = [
    *(Noun(color=color, kind=kind) for color, kind in itertools.product(COLORS, Kind)),
    *(Noun(color=color) for color in COLORS),
    *(Noun(kind=kind) for kind in Kind),
    *(Noun(kind=kind, other_than=color) for color, kind in itertools.product(COLORS, Kind)),
]


@pytest.mark.parametrize("noun", NOUNS, ids=str)
def test_what_is_said_is_what_is_understood(noun: Noun) -> None:
    rng = np.random.default_rng(0)
    said = {noun_phrase(noun, rng) for _ in range(60)}
    for text in said:
        assert take_nouns(f"lift {text} up") == ("lift {noun} up", [noun]), text
        assert set(text.split()) <= noun_words()
    assert len(said) >= 4


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("the violet block", Noun(color="purple", kind=Kind.CUBE)),
        ("red stick", Noun(color="red", kind=Kind.BAR)),
        ("the one that is green", Noun(color="green")),
        ("that white coloured tube", Noun(color="white", kind=Kind.CYLINDER)),
        ("the dish", Noun(kind=Kind.BOWL)),
        ("not the red cube but the other one", Noun(kind=Kind.CUBE, other_than="red")),
    ],
)
def test_names_mean_things(text: str, meant: Noun) -> None:
    assert take_nouns(text) == ("{noun}", [meant])


@pytest.mark.parametrize("text", ["the thing", "one after the other", "the things", "it", "cubes"])
def test_no_name_is_found_where_none_is(text: str) -> None:
    assert take_nouns(text) == (text, [])


def test_all_of_a_kind_are_told_from_one() -> None:
    rng = np.random.default_rng(0)
    for kind in (Kind.CUBE, Kind.CYLINDER):
        noun = Noun(color="black", kind=kind)
        for _ in range(40):
            said = every_phrase(noun, rng)
            assert take_nouns(f"move {said} there") == ("move {all} there", [noun]), said


def test_names_come_in_the_order_they_are_said() -> None:
    marked, nouns = take_nouns("put the red cube in the blue bowl")
    assert marked == "put {noun} in {noun}"
    assert nouns == [RED_CUBE, Noun(color="blue", kind=Kind.BOWL)]


def test_a_name_without_colour_and_kind_means_nothing() -> None:
    with pytest.raises(ValueError, match="has a color or a kind"):
        Noun()


def test_the_other_one_is_not_the_one_named() -> None:
    other = Noun(kind=Kind.CUBE, other_than="red")
    assert other.fits(Kind.CUBE, "blue")
    assert not other.fits(Kind.CUBE, "red")
    assert not other.fits(Kind.BAR, "blue")
