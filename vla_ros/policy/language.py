# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A closed vocabulary: an instruction with an unknown word is refused before anything moves."""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vla_ros.errors import InstructionError

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

    def __post_init__(self) -> None:
        if not self.words or self.words[0] != PADDING:
            raise ValueError(f"the first word of a vocabulary is {PADDING}")

    def check(self, text: str) -> None:
        """Refuse an instruction that is empty, too long or holds an unknown word.

        Raises:
            InstructionError: The message names the words and what is known.
        """
        words = split_words(text)
        if not words:
            raise InstructionError(
                "the instruction is empty; say for example 'put the red cube in the blue bowl'"
            )
        unknown = [word for word in words if word not in self.words[1:]]
        if unknown:
            raise InstructionError(self._unknown(unknown))
        if len(words) > self.length:
            raise InstructionError(
                f"the instruction has {len(words)} words, this policy takes at most {self.length}"
            )

    def encode(self, text: str) -> NDArray[np.int64]:
        """Return the numbers of the words, padded with 0. Shape (length,).

        Raises:
            InstructionError: As `check`.
        """
        self.check(text)
        numbers = np.zeros(self.length, np.int64)
        for i, word in enumerate(split_words(text)):
            numbers[i] = self.words.index(word)
        return numbers

    def _unknown(self, unknown: list[str]) -> str:
        known = sorted(self.words[1:])
        near = difflib.get_close_matches(unknown[0], known, n=1)
        hint = f" Did you mean '{near[0]}'?" if near else ""
        named = ", ".join(f"'{word}'" for word in unknown)
        return f"this policy does not know the word {named}.{hint} It knows: {', '.join(known)}"


def make_vocabulary(sentences: Iterable[str], length: int) -> Vocabulary:
    """Return the vocabulary of all words in some sentences."""
    words = {word for sentence in sentences for word in split_words(sentence)}
    return Vocabulary(words=(PADDING, *sorted(words)), length=length)
