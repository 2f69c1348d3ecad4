# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import math

import pytest

from vla_ros.policy.grounding import Grounding
from vla_ros.policy.spec import GroundingSpec, LostSpec

SPEC = GroundingSpec(probability=0.5, count=2, lost=LostSpec(probability=0.2, count=3))


def after(*probabilities: float, spec: GroundingSpec | None = SPEC) -> Grounding:
    grounding = Grounding(spec=spec)
    for probability in probabilities:
        grounding = grounding.observe(probability)
    return grounding


def verdict(grounding: Grounding) -> str:
    words = {"accepted": grounding.accepted, "refused": grounding.refused, "lost": grounding.lost}
    return " ".join(word for word, holds in words.items() if holds) or "undecided"


@pytest.mark.parametrize(
    ("probabilities", "wanted"),
    [
        ((), "undecided"),
        ((0.9,), "undecided"),
        ((0.1,), "undecided"),
        ((0.9, 0.9), "accepted"),
        ((0.1, 0.1), "refused"),
        ((0.9, 0.2), "accepted"),  # 0.55 on average.
        ((0.5, 0.5), "accepted"),  # The limit itself.
        ((0.49, 0.5), "refused"),
        ((0.9, math.nan), "refused"),  # Once it has told, silence is doubt.
        ((0.9, math.inf), "refused"),
        ((math.inf, 0.9), "refused"),
        ((-math.inf, 0.9), "refused"),
        ((2.0, 2.0), "refused"),
    ],
)
def test_the_first_answers_decide_all_together(
    probabilities: tuple[float, ...], wanted: str
) -> None:
    assert verdict(after(*probabilities)) == wanted


def test_a_refusal_is_final() -> None:
    assert verdict(after(0.1, 0.1, 1.0, 1.0, 1.0)) == "refused"


def test_a_policy_that_does_not_tell_is_never_stopped() -> None:
    assert verdict(after(math.nan)) == "accepted"
    assert verdict(after(math.nan, 0.0, 0.0, 0.0, 0.0, 0.0)) == "accepted"


def test_without_a_rule_every_goal_goes_on() -> None:
    assert verdict(after(spec=None)) == "accepted"
    assert verdict(after(0.0, 0.0, 0.0, spec=None)) == "accepted"


@pytest.mark.parametrize("low", [0.19, math.nan, math.inf, -0.1])
def test_a_long_run_of_low_answers_after_the_beginning_is_lost(low: float) -> None:
    assert verdict(after(0.9, 0.9, low, low)) == "accepted"
    assert verdict(after(0.9, 0.9, low, low, low)) == "accepted lost"


def test_one_good_answer_between_low_ones_starts_over() -> None:
    assert verdict(after(0.9, 0.9, 0.0, 0.0, 0.2, 0.0, 0.0)) == "accepted"


def test_nothing_is_ever_lost_without_a_rule_for_it() -> None:
    spec = GroundingSpec(probability=0.5, count=1)
    assert verdict(after(0.9, *[0.0] * 50, spec=spec)) == "accepted"


def test_a_refusal_says_how_sure_the_policy_is_and_what_to_do() -> None:
    text = after(0.05, 0.09).why("put the banana in the bowl")
    assert text.startswith(
        "the policy cannot find what 'put the banana in the bowl' asks for: it is sure to 7 %, "
        "wanted 50 % (grounding.probability of the policy profile). Nothing moved;"
    )
    assert "say it in other words, or look whether what you named is on the table" in text


def test_a_loss_says_for_how_long() -> None:
    text = after(0.9, 0.9, 0.1, 0.1, 0.03).why("")
    assert "has lost what it was asked for: 3 answers in a row, the newest sure to 3 %" in text


def test_a_goal_that_goes_on_needs_no_words() -> None:
    assert after().why("go") == after(0.9, 0.9).why("go") == after(math.nan).why("go") == ""
