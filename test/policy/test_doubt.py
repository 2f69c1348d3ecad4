# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import math
from dataclasses import replace

import pytest
from goals import MS, START, KnowsOneWord, chunk, end_of, gate, observation, running

from vla_ros.policy.doubt import Doubt
from vla_ros.policy.goal import Ask
from vla_ros.policy.grounding import Grounding
from vla_ros.policy.outcome import Outcome
from vla_ros.policy.spec import GroundingSpec
from vla_ros.robot.parts import ConfidenceProfile

SPEC = ConfidenceProfile(least=0.6, in_row=3)
WANTS_TWO = Grounding(spec=GroundingSpec(probability=0.5, count=2))


def after(*confidences: float, grounding: Grounding | None = None) -> Doubt:
    doubt = Doubt(grounding=grounding or Grounding(spec=None), confidence=SPEC)
    for confidence in confidences:
        doubt = doubt.observe(replace(chunk(START, grounded=0.9), confidence=confidence))
    return doubt


@pytest.mark.parametrize(
    "confidences",
    [
        (),
        (0.1, 0.1),
        (0.1, 0.1, 0.6, 0.1, 0.1),
        (0.9, 0.7, 1.0, 0.6),
    ],
)
def test_a_goal_goes_on_until_so_many_answers_in_a_row_are_unsure(
    confidences: tuple[float, ...],
) -> None:
    assert not after(*confidences).why("go")


@pytest.mark.parametrize("unsure", [0.59, 0.0, math.nan, -1.0, 1.5])
def test_what_is_below_or_no_confidence_at_all_is_unsure(unsure: float) -> None:
    why = after(0.9, unsure, unsure, unsure).why("go")
    assert "not sure how to go on with 'go': 3 answers in a row" in why
    assert f"below 0.6, the newest {unsure:.2f}" in why
    assert "(confidence of the policy profile)" in why


def test_answers_before_the_goal_was_let_go_on_do_not_count() -> None:
    assert not after(0.1, 0.1, 0.1, 0.1, grounding=WANTS_TWO).why("go")
    assert after(0.1, 0.1, 0.1, 0.1, 0.1, grounding=WANTS_TWO).why("go")


def test_without_a_rule_nothing_ends() -> None:
    doubt = Doubt(grounding=Grounding(spec=None), confidence=None)
    for _ in range(50):
        doubt = doubt.observe(replace(chunk(START), confidence=0.0))
    assert not doubt.why("go")


def test_answers_of_no_use_still_tell_of_the_instruction() -> None:
    doubt = Doubt(grounding=WANTS_TWO, confidence=SPEC).hear(0.1).hear(0.1)
    assert "cannot find what 'go' asks for" in doubt.why("go")


def test_a_policy_that_is_unsure_for_long_ends_its_goal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(KnowsOneWord.profile, "confidence", SPEC)
    run, now = running(), START
    for _ in range(2 + SPEC.in_row):  # Two decide whether it begins at all.
        assert run.answered(now + 10 * MS, chunk(now, grounded=0.9), 5.0) or now == START
        now += 400 * MS
        step = run.step(now, observation(now), gate(now))
        if not isinstance(step, Ask):
            break
    end = end_of(run, now)
    assert end.outcome is Outcome.LOW_CONFIDENCE
    assert "3 answers in a row with a confidence below 0.6" in end.message
    assert run.inference_count == 2 + SPEC.in_row
