# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Paraphrases by construction: patterns with choices, each result for training or held out."""

import itertools
import re
import zlib
from enum import Enum
from functools import cached_property

import numpy as np

_CHOICE = re.compile(r"\(([^()]*)\)")
_HELD_OUT_SHARE = 4  # One in so many.
_SLOTS = ("{object}", "{target}", "{all}", "{side}", "{where}")


class Split(Enum):
    """Which sentences: those a policy may learn from, or those that it never saw."""

    TRAIN = "train"
    HELD_OUT = "held_out"


class Grammar:
    """The sentences of one task family, without politeness and slips.

    A pattern holds choices in brackets, `(put|place|)`, and slots: `{object}`, `{target}`,
    `{all}`, `{side}`, `{where}`. Written out, it gives cores, `put {object} in {target}`. One core
    in four is held out, by its hash, unless a word of it comes nowhere else, or a longer core
    begins with it: who learns to refuse `lift {object} off` cannot guess that `lift {object}` is
    whole. All cores of the patterns that are named held out are.
    """

    def __init__(
        self,
        orders: tuple[str, ...],
        *,
        statements: tuple[str, ...] = (),
        held_out: tuple[str, ...] = (),
    ) -> None:
        """Take patterns.

        Args:
            orders: They begin with a verb: `please` and `could you` may come before.
            statements: They do not.
            held_out: Orders that are held out altogether.
        """
        self._orders = orders
        self._statements = statements
        self._held_out = held_out

    @cached_property
    def cores(self) -> frozenset[str]:
        """Every core."""
        return frozenset().union(*map(self.cores_of, Split))

    def cores_of(self, split: Split) -> frozenset[str]:
        """Return the cores for training, or those held out."""
        return frozenset(itertools.chain.from_iterable(self._groups[split]))

    def is_order(self, core: str) -> bool:
        """Tell whether `please` may come before it."""
        return core in self._order_cores

    def draw(self, rng: np.random.Generator, split: Split) -> str:
        """Return a random core; each pattern as often as any other."""
        groups = self._groups[split]
        group = groups[int(rng.integers(len(groups)))]
        return group[int(rng.integers(len(group)))]

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word of every core, slots left out."""
        return frozenset(w for core in self.cores for w in core.split() if w not in _SLOTS)

    @cached_property
    def _order_cores(self) -> frozenset[str]:
        patterns = (*self._orders, *self._held_out)
        return frozenset(core for pattern in patterns for core in written_out(pattern))

    @cached_property
    def _groups(self) -> dict[Split, tuple[tuple[str, ...], ...]]:
        train, held_out = [], [written_out(pattern) for pattern in self._held_out]
        named = frozenset(itertools.chain.from_iterable(held_out))
        groups = [
            [core for core in written_out(pattern) if core not in named]
            for pattern in (*self._orders, *self._statements)
        ]
        learned = {w for g in groups for core in g if not is_held_out(core) for w in core.split()}
        every = list(itertools.chain(named, *groups))
        for cores in groups:
            kept = [
                core
                for core in cores
                if is_held_out(core)
                and learned.issuperset(core.split())
                and not any(other.startswith(f"{core} ") for other in every)
            ]
            held_out.append(tuple(kept))
            train.append(tuple(core for core in cores if core not in kept))
        return {
            Split.TRAIN: tuple(group for group in train if group),
            Split.HELD_OUT: tuple(group for group in held_out if group),
        }


def written_out(pattern: str) -> tuple[str, ...]:
    """Return every sentence that a pattern stands for."""
    parts = _CHOICE.split(pattern)  # Texts and choices by turns.
    choices = [part.split("|") if i % 2 else [part] for i, part in enumerate(parts)]
    return tuple(" ".join("".join(picked).split()) for picked in itertools.product(*choices))


def is_held_out(text: str) -> bool:
    """Tell whether a sentence is held out, from its letters alone."""
    return zlib.crc32(text.encode()) % _HELD_OUT_SHARE == 0
