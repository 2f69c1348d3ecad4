# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

import pytest

from vla_ros.errors import ConfigError, InstructionError
from vla_ros.evaluate.actors import PolicyActor
from vla_ros.sim.sample import Wishes, sample_task_scene
from vla_ros.sim.tasks import FAMILIES


class FakeBackend:
    """Knows some words."""

    def __init__(self, words: Iterable[str] | None) -> None:
        self._words = words
        self.profile = SimpleNamespace(name="fake")

    def check_instruction(self, text: str) -> None:
        unknown = [] if self._words is None else [w for w in text.split() if w not in self._words]
        if unknown:
            raise InstructionError(f"does not know {unknown[0]}")


def actor(backend: Any) -> PolicyActor:
    return PolicyActor(backend)


def test_a_policy_that_takes_every_word_is_measured_in_all_families() -> None:
    assert actor(FakeBackend(None)).families == tuple(FAMILIES)


def test_a_policy_is_measured_only_in_the_families_whose_sentences_it_knows() -> None:
    wishes = Wishes(families=("home",))
    said = {word for seed in range(8) for word in said_in(seed, wishes)}
    assert actor(FakeBackend(said)).families == ("home",)


def test_a_policy_that_knows_nothing_of_it_is_named() -> None:
    with pytest.raises(ConfigError, match="'fake' knows no task of the simulator: does not know"):
        _ = actor(FakeBackend(["fold"])).families


def said_in(seed: int, wishes: Wishes) -> list[str]:
    return sample_task_scene(seed, wishes).instruction.split()
