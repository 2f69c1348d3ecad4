# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import math

import pytest

from vla_ros.errors import ConfigError
from vla_ros.learn.evaluate import (
    EpisodeResult,
    Failure,
    count_failures,
    evaluate,
    summarise,
)
from vla_ros.learn.rollout import Ending


def result(failure: Failure) -> EpisodeResult:
    return EpisodeResult(
        seed=1,
        family="put",
        instruction="",
        failure=failure,
        ending=Ending.DONE,
        duration_s=4.0,
        inferences=10,
        interventions=2,
        message="",
    )


def test_figures_count_only_what_physics_confirms() -> None:
    results = [result(kind) for kind in (Failure.NONE, Failure.MISPLACED, Failure.NOT_REPORTED)]
    figures = summarise(results)
    assert (figures.episodes, figures.successes) == (3, 1)
    assert figures.wilson_low < figures.success_rate < figures.wilson_high
    assert figures.interventions_per_episode == 2.0
    assert count_failures(results) == {"misplaced": 1, "solved_but_not_reported": 1}


def test_without_a_success_there_is_no_mean_time() -> None:
    assert math.isnan(summarise([result(Failure.NEVER_LIFTED)]).mean_duration_s)


def test_an_unknown_policy_is_named() -> None:
    with pytest.raises(ConfigError, match=r"'nativ' does not exist. Did you mean 'native'"):
        evaluate("nativ", ["put"], 1, 0, 1)


@pytest.mark.slow
def test_the_shipped_policy_solves_unseen_scenes() -> None:
    results = evaluate("native", ["put"], 4, 6_000_000, 1)
    assert [r.seed for r in results] == [6_000_000 + k for k in range(4)]
    assert summarise(results).successes >= 3
