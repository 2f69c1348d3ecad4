# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Every paraphrase is for training or held out, never both, and nothing held out has new words."""

import numpy as np
import pytest

from vla_ros.sim.language.grammar import Grammar, Split, written_out
from vla_ros.sim.tasks import FAMILIES


def test_choices_are_written_out() -> None:
    assert written_out("(put|set) {object} (down|) in {target}") == (
        "put {object} down in {target}",
        "put {object} in {target}",
        "set {object} down in {target}",
        "set {object} in {target}",
    )


@pytest.mark.parametrize("family", FAMILIES)
def test_no_core_is_for_both(family: str) -> None:
    grammar = FAMILIES[family].grammar
    train, held_out = grammar.cores_of(Split.TRAIN), grammar.cores_of(Split.HELD_OUT)
    assert not train & held_out
    assert train | held_out == grammar.cores
    assert len(train) >= 35
    assert len(held_out) >= 15


def test_held_out_sentences_hold_no_word_that_training_lacks() -> None:
    """A policy cannot know a word that it never saw."""
    of = {
        split: {
            word
            for family in FAMILIES.values()
            for core in family.grammar.cores_of(split)
            for word in core.split()
        }
        for split in Split
    }
    assert of[Split.HELD_OUT] <= of[Split.TRAIN]


@pytest.mark.parametrize("family", FAMILIES)
def test_what_longer_sentences_begin_with_is_learned(family: str) -> None:
    grammar = FAMILIES[family].grammar
    begun = {
        " ".join(words[:n])
        for words in map(str.split, grammar.cores)
        for n in range(1, len(words))
    }
    assert not begun & grammar.cores_of(Split.HELD_OUT)


def test_patterns_named_held_out_are_never_learned_from() -> None:
    grammar = Grammar(("(put|set) {object} there",), held_out=("drop {object} there",))
    assert "drop {object} there" not in grammar.cores_of(Split.TRAIN)
    assert grammar.is_order("drop {object} there")


def test_drawn_cores_are_of_the_split_asked_for() -> None:
    grammar, rng = FAMILIES["put"].grammar, np.random.default_rng(0)
    for split in Split:
        drawn = {grammar.draw(rng, split) for _ in range(300)}
        assert drawn <= grammar.cores_of(split)
        assert len(drawn) > 40
