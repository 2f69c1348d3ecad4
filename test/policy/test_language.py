# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest

from vla_ros.errors import InstructionError, UnknownWordError
from vla_ros.policy.language import find_slips, make_vocabulary, split_words

VOCABULARY = make_vocabulary(["put the red cube in the blue bowl"], length=8)


def test_words_are_numbered_from_one_and_padded_with_zero() -> None:
    numbers = VOCABULARY.encode("Put the RED cube!")
    assert numbers.shape == (8,)
    assert (numbers[:4] > 0).all()
    assert (numbers[4:] == 0).all()


def test_case_and_punctuation_do_not_matter() -> None:
    a, b = VOCABULARY.encode("put the red cube"), VOCABULARY.encode(" Put, the red   cube. ")
    assert np.array_equal(a, b)
    assert split_words("It's a T-shirt.") == ("it's", "a", "t-shirt")


def test_an_unknown_word_is_named_with_the_known_ones() -> None:
    with pytest.raises(UnknownWordError, match=r"the word 'rad'. Did you mean 'red'.*knows: blue"):
        VOCABULARY.read("put the rad cube in the blue bowl")


def test_of_many_known_words_only_those_that_are_near_are_told() -> None:
    large = make_vocabulary([f"word{chr(97 + k // 26)}{chr(97 + k % 26)}" for k in range(99)], 8)
    with pytest.raises(UnknownWordError, match=r"It knows 99 words, among them: \w+(, \w+){3}$"):
        large.read("wordzz")
    with pytest.raises(UnknownWordError, match="It knows 99 words, none of them is like it"):
        large.read("fuchsia")


@pytest.mark.parametrize("text", ["", "  ", "?!", "\n"])
def test_an_empty_instruction_is_refused(text: str) -> None:
    with pytest.raises(InstructionError, match="the instruction is empty; say for example"):
        VOCABULARY.read(text)


def test_padding_is_not_a_word() -> None:
    with pytest.raises(InstructionError, match="does not know the word 'pad'"):
        VOCABULARY.read("<pad>")


def test_too_many_words_are_refused() -> None:
    with pytest.raises(InstructionError, match="has 9 words, this policy takes at most 8"):
        VOCABULARY.read("the " * 9)


def test_an_empty_instruction_holds_no_unknown_word() -> None:
    with pytest.raises(InstructionError) as caught:
        VOCABULARY.read("")
    assert not isinstance(caught.value, UnknownWordError)


@pytest.mark.parametrize("slip", ["cubee", "cub", "cbue", "cuve", "CUBR"])
def test_a_slip_of_the_fingers_is_read_as_the_only_word_that_is_near(slip: str) -> None:
    said = f"put the red {slip} in the blue bowl"
    assert VOCABULARY.read(said) == split_words("put the red cube in the blue bowl")
    assert np.array_equal(VOCABULARY.encode(said), VOCABULARY.encode(said.replace(slip, "cube")))


def test_a_slip_that_may_mean_two_words_is_unknown() -> None:
    with pytest.raises(UnknownWordError, match="does not know the word 'boll'"):
        make_vocabulary(["a ball in a bowl"], length=8).read("a boll")


def test_what_was_taken_as_something_else_is_told() -> None:
    heard = " ".join(VOCABULARY.read("Put the red cbue in the bleu bowl!"))
    told = find_slips("Put the red cbue in the bleu bowl!", heard)
    assert told == "'cbue' was taken as 'cube', 'bleu' was taken as 'blue'"
    assert find_slips("Put the RED cube.", "put the red cube") == ""
