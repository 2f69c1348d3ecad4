# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest

from vla_ros.errors import InstructionError
from vla_ros.policy.language import make_vocabulary, split_words

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
    with pytest.raises(InstructionError, match=r"the word 'rad'. Did you mean 'red'.*knows: blue"):
        VOCABULARY.check("put the rad cube in the blue bowl")


@pytest.mark.parametrize("text", ["", "  ", "?!", "\n"])
def test_an_empty_instruction_is_refused(text: str) -> None:
    with pytest.raises(InstructionError, match="the instruction is empty; say for example"):
        VOCABULARY.check(text)


def test_padding_is_not_a_word() -> None:
    with pytest.raises(InstructionError, match="does not know the word 'pad'"):
        VOCABULARY.check("<pad>")


def test_too_many_words_are_refused() -> None:
    with pytest.raises(InstructionError, match="has 9 words, this policy takes at most 8"):
        VOCABULARY.check("the " * 9)
