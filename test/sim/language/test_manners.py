# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Politeness is put on and taken off again; slips can be put right."""

import numpy as np

from vla_ros.sim.language.manners import manner_words, mistyped, plain, polite
from vla_ros.sim.tasks import known_words
from vla_ros.spelling import put_right

ORDER = "put the red cube in the blue bowl"


def test_politeness_comes_off_again() -> None:
    rng = np.random.default_rng(0)
    said = {polite(ORDER, rng, is_order=True) for _ in range(400)}
    assert len(said) > 20
    assert {plain(text) for text in said} == {ORDER}
    extra = {word for text in said for word in text.split()} - set(ORDER.split())
    assert extra <= manner_words()


def test_a_statement_is_not_begged_for() -> None:
    rng = np.random.default_rng(0)
    for _ in range(200):
        assert polite("the cube is for me", rng, is_order=False).startswith("the cube is for me")


def test_a_slip_can_be_put_right() -> None:
    rng, known = np.random.default_rng(0), known_words()
    slipped = {mistyped(ORDER, known, rng) for _ in range(300)}
    assert len(slipped) > 15
    for text in slipped:
        assert " ".join(put_right(text.split(), known)) == ORDER, text


def test_a_wrong_key_is_one_of_the_slips() -> None:
    rng, known = np.random.default_rng(0), known_words()
    words = [mistyped("purple", known, rng) for _ in range(100)]
    wrong = [w for w in words if len(w) == len("purple") and sorted(w) != sorted("purple")]
    assert "purole" in wrong


def test_short_words_are_typed_well() -> None:
    assert mistyped("go up", known_words(), np.random.default_rng(0)) == "go up"
