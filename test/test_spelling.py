# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""One slip is put right where only one word can be meant; anything else stays as it is."""

import pytest

from vla_ros.spelling import nearest_word, put_right

KNOWN = frozenset(
    ("put", "the", "cube", "tube", "bowl", "stick", "stack", "yellow", "purple", "on")
)


@pytest.mark.parametrize("typed", ["yelow", "yelllow", "yelolw", "yellpw", "yelloe", "yellowe"])
def test_a_slip_is_put_right(typed: str) -> None:
    assert nearest_word(typed, KNOWN) == "yellow"


@pytest.mark.parametrize(
    "typed",
    [
        "stock",  # stick or stack
        "gellow",  # not in its first letter
        "yeow",  # two slips
        "yellaw",  # a key far from the right one
        "cuke",
        "banana",
        "",
    ],
)
def test_what_may_mean_several_words_or_none_stays(typed: str) -> None:
    assert nearest_word(typed, KNOWN) is None


@pytest.mark.parametrize(("said", "meant"), [("cone", "come"), ("tub", "tube"), ("tan", "than")])
def test_a_word_of_everyday_life_is_no_slip_of_another(said: str, meant: str) -> None:
    assert nearest_word(said, frozenset({meant})) is None
    assert nearest_word(said, frozenset({meant, said})) == said


def test_known_words_are_never_changed() -> None:
    assert put_right(["put", "the", "tube", "on"], KNOWN) == ["put", "the", "tube", "on"]
    assert put_right(["put", "teh", "cubee", "banana"], KNOWN) == ["put", "teh", "cube", "banana"]
