# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A closed vocabulary: an instruction with an unknown word is refused before anything moves."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vla_ros.errors import InstructionError, UnknownWordError
from vla_ros.spelling import put_right, say_unknown

PADDING = "<pad>"
_WORD = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")


def split_words(text: str) -> tuple[str, ...]:
    """Return the words of a sentence in lower case, without punctuation."""
    return tuple(_WORD.findall(text.lower()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """The words a policy knows, each with its number.

    Attributes:
        words: Their position is their number; word 0 is padding.
        length: Longest instruction [words].
    """

    words: tuple[str, ...]
    length: int
    _numbers: dict[str, int] = field(init=False, repr=False, compare=False)
    _known: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.words or self.words[0] != PADDING:
            raise ValueError(f"the first word of a vocabulary is {PADDING}")
        object.__setattr__(self, "_numbers", {w: k for k, w in enumerate(self.words)})
        object.__setattr__(self, "_known", frozenset(self.words[1:]))

    def read(self, text: str) -> tuple[str, ...]:
        """Return the words of an instruction; a slip of the fingers is put right.

        A word that can only be a slip of one known word is taken as that; see `nearest_word`.

        Raises:
            UnknownWordError: The message names the unknown words and the known ones.
            InstructionError: It is empty or too long.
        """
        words = tuple(put_right(split_words(text), self._known))
        if not words:
            raise InstructionError(
                "the instruction is empty; say for example 'put the red cube in the blue bowl'"
            )
        unknown = [word for word in words if word not in self._known]
        if unknown:
            raise UnknownWordError(self._unknown(unknown))
        if len(words) > self.length:
            raise InstructionError(
                f"the instruction has {len(words)} words, this policy takes at most {self.length}"
            )
        return words

    def encode(self, text: str) -> NDArray[np.int64]:
        """Return the numbers of the words, padded with 0. Shape (length,).

        Raises:
            InstructionError: As `read`.
        """
        numbers = np.zeros(self.length, np.int64)
        for i, word in enumerate(self.read(text)):
            numbers[i] = self._numbers[word]
        return numbers

    def _unknown(self, unknown: list[str]) -> str:
        return f"this policy {say_unknown(unknown, self.words[1:])}"


def find_slips(said: str, heard: str) -> str:
    """Return in words what of an instruction was taken as something else; empty if nothing was.

    Args:
        said: The instruction as it came.
        heard: As the policy reads it.
    """
    pairs = list(zip(split_words(said), split_words(heard), strict=False))
    return ", ".join(f"'{word}' was taken as '{meant}'" for word, meant in pairs if word != meant)


def make_vocabulary(sentences: Iterable[str], length: int) -> Vocabulary:
    """Return the vocabulary of all words in some sentences."""
    words = {word for sentence in sentences for word in split_words(sentence)}
    return Vocabulary(words=(PADDING, *sorted(words)), length=length)
