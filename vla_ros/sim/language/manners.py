# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How people dress a sentence up: politeness, and slips of the fingers."""

import re

import numpy as np

from vla_ros.spelling import KEY_ROWS, nearest_word

_OPENINGS = (
    "please",
    "could you",
    "can you",
    "could you please",
    "would you",
    "would you please",
    "now",
    "now please",
    "ok now",
    "hey robot",
    "robot please",
    "i want you to",
    "i would like you to",
    "go ahead and",
)
_ENDINGS = ("please", "now", "for me", "for me please", "thanks", "thank you")
_OPENING_WORDS = "|".join(sorted(_OPENINGS, key=len, reverse=True))
_ENDING_WORDS = "|".join(sorted(_ENDINGS, key=len, reverse=True))
_OPENING = re.compile(rf"^(?:{_OPENING_WORDS}) ")
_ENDING = re.compile(rf" (?:{_ENDING_WORDS})$")
_SHORTEST = 4  # Shorter words are too near to others.


def polite(sentence: str, rng: np.random.Generator, *, is_order: bool) -> str:
    """Return a sentence, sometimes with politeness before and after it."""
    if is_order and rng.random() < 0.3:
        sentence = f"{rng.choice(_OPENINGS)} {sentence}"
    if rng.random() < 0.15:
        sentence = f"{sentence} {rng.choice(_ENDINGS)}"
    return sentence


def plain(sentence: str) -> str:
    """Return a sentence without its politeness."""
    for what in (_OPENING, _ENDING):
        before = None
        while before != sentence:
            before, sentence = sentence, what.sub("", sentence)
    return sentence


def manner_words() -> frozenset[str]:
    """Return every word of politeness."""
    return frozenset(word for text in (*_OPENINGS, *_ENDINGS) for word in text.split())


def mistyped(sentence: str, known: frozenset[str], rng: np.random.Generator) -> str:
    """Return a sentence with one slip in it that a reader would still understand."""
    words = sentence.split()
    long = [i for i, word in enumerate(words) if len(word) >= _SHORTEST]
    for i in rng.permutation(long).tolist() if long else []:
        slipped = _slip(words[i], rng)
        if slipped not in known and nearest_word(slipped, known) == words[i]:
            return " ".join((*words[:i], slipped, *words[i + 1 :]))
    return sentence


def _slip(word: str, rng: np.random.Generator) -> str:
    at = int(rng.integers(1, len(word) - 1))
    kind = int(rng.integers(4))
    if kind == 0:  # Two letters swapped.
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == 1:  # One left out.
        return word[:at] + word[at + 1 :]
    if kind == 2:  # One twice.
        return word[:at] + word[at] + word[at:]
    row = next((row for row in KEY_ROWS if word[at] in row), None)
    if row is None:
        return word
    beside = row[max(0, row.index(word[at]) - 1)]
    return word[:at] + beside + word[at + 1 :]
