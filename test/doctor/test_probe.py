# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import itertools
from typing import Any

import numpy as np
from healthy import POLICY, ROBOT, STATISTICS

from vla_ros.doctor.line import Level
from vla_ros.doctor.policy import find_objection
from vla_ros.doctor.probe import check_probe, make_answer_check, make_observation, make_probe
from vla_ros.errors import InstructionError, PolicyError
from vla_ros.policy.transforms import PolicyAdapter
from vla_ros.types import Observation, PolicyOutput


class Policy:
    """Answers rows of one value."""

    profile = POLICY

    def __init__(self, value: float = 0.05, failure: str = "") -> None:
        self._value = value
        self._failure = failure

    def check_instruction(self, text: str) -> str:
        if text != "go":
            raise InstructionError(f"this policy does not know the word '{text}'")
        return text

    def infer(self, observation: Observation, instruction: str) -> PolicyOutput:
        if self._failure:
            raise PolicyError(self._failure)
        return PolicyOutput(rows=np.full((16, 4), self._value), gripper=np.ones(16))

    def warm_up(self) -> None: ...

    def close(self) -> None: ...


class Outspoken(Policy):
    normalisation = STATISTICS


def ask(
    policy: Any,
    instruction: str = "go",
    observation: Observation | None = None,
    step_ns: int = 40_000_000,
) -> Any:
    clock = itertools.count(step=step_ns)
    return make_probe(policy, ROBOT, observation, instruction, lambda: next(clock))


def levels(probe: Any) -> dict[str, Level]:
    return {line.check: line.level for line in check_probe(probe, POLICY, ROBOT)}


def test_an_answer_comes_with_its_time_and_its_statistics() -> None:
    probe = ask(Outspoken())
    assert probe.times_s == (0.04,) * 7
    assert probe.statistics is STATISTICS
    assert not probe.live
    assert set(levels(probe).values()) == {Level.PASS}


def test_a_slow_policy_is_not_asked_as_often() -> None:
    assert ask(Outspoken(), step_ns=1_250_000_000).times_s == (1.25,) * 3
    assert len(ask(Outspoken(), step_ns=60_000_000_000).times_s) == 1


def test_an_answer_at_the_beginning_of_a_goal_is_judged_without_asking_again() -> None:
    seen = make_observation(POLICY, ROBOT)
    find_objection = make_answer_check(Outspoken(), ROBOT, PolicyAdapter(POLICY, ROBOT))
    assert find_objection(seen, Outspoken(0.05).infer(seen, "go")) == ""
    text = find_objection(seen, Outspoken(0.9).infer(seen, "go"))
    assert text.startswith("'dx' reaches 9 times its usual size of 0.1. Actions are not in SI")
    rows = PolicyOutput(rows=np.full((16, 4), np.nan), gripper=np.ones(16))
    both = find_objection(seen, rows)
    assert "the statistics are not applied, or those of other data. the answer holds nu" in both


def test_a_policy_that_does_not_normalise_is_found() -> None:
    assert levels(ask(Outspoken(0.9)))["policy.normalisation"] is Level.FAIL


def test_a_policy_that_does_not_say_its_statistics_is_a_warning() -> None:
    assert levels(ask(Policy()))["policy.normalisation"] is Level.WARN


def test_an_observation_of_the_robot_is_preferred() -> None:
    assert ask(Outspoken(), observation=make_observation(POLICY, ROBOT)).live


def test_words_that_it_does_not_know_are_no_fault_of_the_policy() -> None:
    probe = ask(Policy(), "fly")
    assert not probe.understood
    assert levels(probe) == {"policy.answer": Level.WARN}


def test_a_failure_is_told_in_its_own_words() -> None:
    probe = ask(Policy(failure="out of memory"))
    assert [line.text for line in check_probe(probe, POLICY, ROBOT)] == [
        "the policy fails: out of memory"
    ]


def test_a_policy_that_fits_its_robot_is_not_objected_to() -> None:
    assert find_objection(POLICY, ROBOT) == ""


def test_an_objection_says_what_and_where() -> None:
    impatient = ROBOT.thresholds.model_copy(update={"infer_deadline_s": 0.2})
    text = find_objection(POLICY, ROBOT.model_copy(update={"thresholds": impatient}))
    assert "thresholds.infer_deadline_s = 0.2 s: the gate holds the arm" in text
    assert "Raise infer_deadline_s" in text
