# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import math

import pytest
from episodes import make_result, refusal

from vla_ros.evaluate.cases import Kind
from vla_ros.evaluate.failure import Failure
from vla_ros.evaluate.figures import (
    Rate,
    by_family,
    infer_ms,
    refusals,
    summarise,
    swaps,
)
from vla_ros.learn.rollout import Ending


def test_figures_count_only_what_physics_confirms() -> None:
    kinds = (Failure.NONE, Failure.MISPLACED, Failure.NOT_REPORTED, Failure.MISPLACED)
    figures = summarise([make_result(kind) for kind in kinds])
    assert (figures.success.count, figures.success.trials) == (1, 4)
    low, high = figures.success.interval
    assert low < figures.success.share < high
    assert figures.interventions == 2.0
    assert figures.partial == pytest.approx((1.0 + 3 * 0.4) / 4)
    assert list(figures.failures.items()) == [("misplaced", 2), ("solved_but_not_reported", 1)]


def test_without_a_success_there_is_no_mean_time() -> None:
    figures = summarise([make_result(Failure.NEVER_LIFTED)])
    assert math.isnan(figures.mean_duration_s)
    assert figures.as_dict()["mean_duration_s"] is None


def test_what_was_never_tried_has_no_rate() -> None:
    assert math.isnan(Rate(count=0, trials=0).share)
    assert summarise([]).as_dict()["wilson_low"] is None


def test_a_refusal_counts_only_without_a_motion() -> None:
    results = [
        refusal(reason="nonsense"),
        refusal(reason="nonsense", joint_motion_rad=0.011),
        refusal(reason="not on the table", joint_motion_rad=0.010),
        refusal(reason="not on the table", ending=Ending.TIMEOUT, failure=Failure.TIMEOUT),
    ]
    found = refusals(results)
    assert (found.refused.count, found.refused.trials) == (2, 4)
    assert {reason: rate.count for reason, rate in found.by_reason.items()} == {
        "nonsense": 1,
        "not on the table": 1,
    }
    assert found.largest_motion_rad == 0.011


def test_a_refusal_of_what_can_be_done_is_counted_apart() -> None:
    can = [make_result(Failure.TIMEOUT, kind=Kind.GROUNDABLE, ending=Ending.TIMEOUT)] * 3
    found = refusals([*can, refusal(kind=Kind.GROUNDABLE)])
    assert (found.falsely.count, found.falsely.trials) == (1, 4)
    assert found.refused.trials == 0


def test_a_pair_counts_if_both_are_right() -> None:
    right, wrong = Failure.NONE, Failure.WRONG_OBJECT
    pairs = [(1, right, right), (2, right, wrong), (3, wrong, right)]
    results = [
        make_result(failure, kind=Kind.SWAP, seed=seed)
        for seed, *failures in pairs
        for failure in failures
    ]
    rate = swaps(results)
    assert (rate.count, rate.trials) == (1, 3)


def test_half_a_pair_is_none() -> None:
    results = [make_result(kind=Kind.SWAP, seed=seed) for seed in (1, 1, 2)]
    rate = swaps(results)
    assert (rate.count, rate.trials) == (1, 1)


def test_the_time_of_an_answer_is_known_where_there_was_one() -> None:
    results = [make_result(infer_ms=value) for value in (2.0, math.nan, 4.0)]
    assert infer_ms(results)[0] == 3.0
    assert math.isnan(infer_ms([])[0])


def test_families_come_in_the_order_in_which_they_were_played() -> None:
    results = [make_result(family=name) for name in ("sort", "put", "sort")]
    assert {name: len(some) for name, some in by_family(results).items()} == {"sort": 2, "put": 1}
    assert next(iter(by_family(results))) == "sort"
