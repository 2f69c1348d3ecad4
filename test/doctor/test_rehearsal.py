# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A policy is asked before the first goal, and again while its answers are bad."""

import itertools

import numpy as np
import pytest
from healthy import POLICY, ROBOT

from vla_ros.doctor.line import Level
from vla_ros.doctor.probe import check_probe, make_observation
from vla_ros.doctor.rehearsal import Rehearsal
from vla_ros.errors import PolicyError
from vla_ros.types import Observation, PolicyOutput

MS = 1_000_000
S = 1_000 * MS
HERE = make_observation(POLICY, ROBOT)


class Clock:
    """Every question takes `step_ns`; a test lets more time pass."""

    def __init__(self, step_ns: int = 20 * MS) -> None:
        self.now_ns = 0
        self.step_ns = step_ns

    def __call__(self) -> int:
        self.now_ns += self.step_ns
        return self.now_ns


class Policy:
    profile = POLICY
    error: Exception | None = None
    asked = 0

    def check_instruction(self, text: str) -> str:
        return text

    def infer(self, observation: Observation, instruction: str) -> PolicyOutput:
        self.asked += 1
        if self.error is not None:
            raise self.error
        return PolicyOutput(rows=np.full((16, 4), 0.05), gripper=np.ones(16))

    def warm_up(self) -> None: ...

    def close(self) -> None: ...


def always() -> bool:
    return True


def red(rehearsal: Rehearsal) -> list[str]:
    assert rehearsal.probe is not None
    lines = check_probe(rehearsal.probe, POLICY, ROBOT)
    return [line.check for line in lines if line.level is Level.FAIL]


def test_it_is_asked_once_where_its_answers_are_good() -> None:
    clock, policy = Clock(), Policy()
    rehearsal = Rehearsal(policy, ROBOT, clock)
    assert rehearsal.is_due
    assert rehearsal.probe is None
    rehearsal.begin()
    assert not rehearsal.is_due
    rehearsal.run(HERE, always)
    assert policy.asked == 7
    assert red(rehearsal) == []
    clock.now_ns += 60 * S
    assert not rehearsal.is_due


def test_it_stops_asking_when_a_goal_comes() -> None:
    policy = Policy()
    left = itertools.chain([True, False], itertools.repeat(False))
    Rehearsal(policy, ROBOT, Clock()).run(HERE, lambda: next(left))
    assert policy.asked == 2


def test_few_answers_say_nothing_about_their_time() -> None:
    rehearsal = Rehearsal(Policy(), ROBOT, Clock(900 * MS))
    rehearsal.run(HERE, lambda: False)
    assert red(rehearsal) == []
    rehearsal.took(0.9)
    assert red(rehearsal) == []
    rehearsal.took(0.9)
    assert red(rehearsal) == ["policy.round_trip"]


def test_answers_of_goals_count_and_old_ones_do_not() -> None:
    rehearsal = Rehearsal(Policy(), ROBOT, Clock(900 * MS))
    rehearsal.run(HERE, always)
    assert red(rehearsal) == ["policy.round_trip"]
    for _ in range(4):
        rehearsal.took(0.02)
    assert red(rehearsal) == []


@pytest.mark.parametrize("error", [PolicyError("no server"), RuntimeError("out of memory")])
def test_a_policy_that_fails_is_asked_again_until_it_does_not(error: Exception) -> None:
    clock, policy = Clock(), Policy()
    policy.error = error
    rehearsal = Rehearsal(policy, ROBOT, clock)
    rehearsal.begin()
    rehearsal.run(HERE, always)
    assert red(rehearsal) == ["policy.answer"]
    assert not rehearsal.is_due
    clock.now_ns += 6 * S
    assert rehearsal.is_due
    policy.error = None
    rehearsal.begin()
    rehearsal.run(HERE, always)
    assert red(rehearsal) == []
