# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import math

import pytest
from episodes import make_result

from vla_ros.evaluate.doubts import auroc, doubts, passes
from vla_ros.evaluate.failure import Failure
from vla_ros.robot.parts import ConfidenceProfile

SURE, UNSURE = (0.9, 0.9, 0.9), (0.9, 0.3, 0.2)


@pytest.mark.parametrize(
    ("score", "positive", "wanted"),
    [
        ([0.9, 0.8, 0.1, 0.2], [True, True, False, False], 1.0),
        ([0.1, 0.9], [True, False], 0.0),
        ([0.5, 0.5, 0.5], [True, False, False], 0.5),
        ([0.9, 0.3, 0.5, 0.1], [True, True, False, False], 0.75),
    ],
)
def test_auroc_is_the_share_of_pairs_in_order(
    score: list[float], positive: list[bool], wanted: float
) -> None:
    assert auroc(score, positive) == wanted


def test_auroc_needs_both_kinds() -> None:
    assert math.isnan(auroc([0.1, 0.2], [True, True]))


def test_a_policy_that_knows_when_it_fails_has_an_auroc_of_one() -> None:
    results = [make_result(confidence=SURE)] * 3
    results += [make_result(Failure.TIMEOUT, confidence=UNSURE)] * 2
    found = doubts(results)
    assert found is not None
    assert (found.auroc_of_mean, found.auroc_of_least) == (1.0, 1.0)
    assert found.shipped is None
    assert found.calibrated is None  # From three successes.


@pytest.mark.parametrize(("in_row", "alarms"), [(2, 1), (3, 0)])
def test_an_alarm_takes_as_many_doubtful_answers_in_a_row_as_the_gate(
    in_row: int, alarms: int
) -> None:
    results = [make_result(confidence=SURE), make_result(Failure.TIMEOUT, confidence=UNSURE)]
    found = doubts(results, ConfidenceProfile(least=0.6, in_row=in_row))
    assert found is not None
    assert found.shipped is not None
    assert (found.shipped.caught.count, found.shipped.caught.trials) == (alarms, 1)
    assert (found.shipped.falsely.count, found.shipped.falsely.trials) == (0, 1)


def test_a_threshold_is_calibrated_to_let_ninety_nine_of_a_hundred_successes_pass() -> None:
    results = [make_result(confidence=(0.5 + 0.002 * k,) * 3) for k in range(200)]
    results += [make_result(Failure.TIMEOUT, confidence=(c,) * 3) for c in (0.1, 0.503, 0.9)]
    found = doubts(results)
    assert found is not None
    assert found.calibrated is not None
    assert found.calibrated.threshold.least == pytest.approx(0.504)
    assert (found.calibrated.falsely.count, found.calibrated.falsely.trials) == (2, 200)
    assert (found.calibrated.caught.count, found.calibrated.caught.trials) == (2, 3)


def test_calibration_takes_as_many_in_a_row_as_tell_failures_best() -> None:
    short, long = (0.9,) * 5 + (0.1,) * 4, (0.9,) * 5 + (0.5,) * 9
    results = [make_result(confidence=short)] * 60
    results += [make_result(Failure.TIMEOUT, confidence=long)] * 4
    found = doubts(results)
    assert found is not None
    assert found.calibrated is not None
    assert found.calibrated.threshold == ConfidenceProfile(least=0.9, in_row=6)
    assert found.calibrated.caught.count == 4
    assert found.calibrated.falsely.count == 0


def test_episodes_shorter_than_a_row_calibrate_no_threshold_for_it() -> None:
    results = [make_result(family="lift", confidence=(0.9,) * 11)] * 100
    results += [make_result(Failure.TIMEOUT, family="lift", confidence=(0.95,) * 40)] * 5
    found = doubts(results)
    assert found is not None
    assert found.calibrated is not None
    assert found.calibrated.threshold == ConfidenceProfile(least=0.9, in_row=3)
    assert found.calibrated.caught.count == 0


def test_short_successes_do_not_count_as_having_passed() -> None:
    short, long = (0.9, *(0.05,) * 10), [(0.1 + 0.01 * k,) * 30 for k in range(60)]
    results = [make_result(family="lift", confidence=short)] * 5000
    results += [make_result(family="sort", confidence=each) for each in long]
    results += [make_result(Failure.TIMEOUT, confidence=(c,) * 40) for c in (0.09, 0.3)]
    found = doubts(results)
    assert found is not None
    assert found.calibrated is not None
    assert found.calibrated.threshold == ConfidenceProfile(least=0.1, in_row=15)
    assert (found.calibrated.caught.count, found.calibrated.falsely.count) == (1, 0)


def test_a_policy_that_is_always_sure_calibrates_nothing() -> None:
    found = doubts([make_result(confidence=(1.0,) * 40)] * 100)
    assert found is not None
    assert found.calibrated is None


@pytest.mark.parametrize(
    ("confidence", "in_row", "wanted"),
    [((0.9, 0.2, 0.8), 1, 0.2), ((0.9, 0.2, 0.8), 2, 0.8), ((0.2,), 2, 1.0)],
)
def test_an_episode_passes_up_to_the_best_of_its_worst_row(
    confidence: tuple[float, ...], in_row: int, wanted: float
) -> None:
    assert passes(confidence, in_row) == wanted


def test_a_policy_without_confidence_tells_nothing() -> None:
    assert doubts([make_result()]) is None
