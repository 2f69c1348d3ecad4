# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""An evaluation as one JSON document: what was measured, every figure and every episode."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from vla_ros.evaluate.bars import lost_to
from vla_ros.evaluate.cases import MAIN, SUITES, Kind, Plan, aim_of
from vla_ros.evaluate.doubts import Alarm, doubts
from vla_ros.evaluate.episode import EpisodeResult
from vla_ros.evaluate.figures import (
    Rate,
    by_family,
    infer_ms,
    of_suite,
    refusals,
    summarise,
    swaps,
)
from vla_ros.robot.parts import ConfidenceProfile

Document = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """All that an evaluation brought.

    Attributes:
        policy: Name or path of the profile.
        model: The model file, if not the profile's.
        model_sha256: Of the model file; empty if there is none.
        plan: What was measured.
        results: Every episode.
        wall_s: How long it took [s].
        bar: Success rate wanted of all; None for the usual one.
        threshold: Of the policy profile: which confidence ends a goal.
        may_refuse: Whether the policy ended an episode that it says cannot be done.
    """

    policy: str
    model: str = ""
    model_sha256: str = ""
    plan: Plan
    results: Sequence[EpisodeResult]
    wall_s: float
    bar: float | None = None
    threshold: ConfidenceProfile | None = None
    may_refuse: bool = True


def make_document(evaluation: Evaluation) -> Document:
    """Return everything for JSON; the figures of all main episodes come first."""
    results, plan = evaluation.results, evaluation.plan
    main = of_suite(results)
    median_ms, slow_ms = infer_ms(results)
    document: Document = {
        "policy": evaluation.policy,
        "model": evaluation.model,
        "model_sha256": evaluation.model_sha256,
        "may_refuse": evaluation.may_refuse,
        "tasks": plan.families,
        "split": plan.split.value,
        "shift": plan.shift,
        "first_seed": plan.seed,
        "bar": aim_of("")[0] if evaluation.bar is None else evaluation.bar,
        **summarise(main).as_dict(),
        "families": {name: _of_family(name, some) for name, some in by_family(main).items()},
        "suites": _suites(results),
        "infer_ms_median": _known(median_ms),
        "infer_ms_p95": _known(slow_ms),
        "wall_s": evaluation.wall_s,
    }
    document |= _refusals(results) | _swaps(results) | _doubts(evaluation)
    return document | {"episode": [result.as_dict() for result in results]}


def _of_family(name: str, results: Sequence[EpisodeResult]) -> Document:
    bar, aim = aim_of(name)
    return {**summarise(results).as_dict(), "bar": bar, "aim": aim}


def _suites(results: Sequence[EpisodeResult]) -> Document:
    return {
        suite: summarise(some).as_dict() | {"points": _known(0.0 - 100.0 * lost_to(some, results))}
        for suite in (MAIN, *SUITES)
        if (some := of_suite(results, suite))
    }


def _refusals(results: Sequence[EpisodeResult]) -> Document:
    if not any(r.kind in (Kind.UNGROUNDABLE, Kind.GROUNDABLE) for r in results):
        return {}
    found = refusals(results)
    return {
        "ungroundable": {
            **_rate(found.refused),
            "by_reason": {reason: _rate(rate) for reason, rate in found.by_reason.items()},
            "largest_motion_rad": _known(found.largest_motion_rad),
        },
        "groundable_refused": _rate(found.falsely),
    }


def _swaps(results: Sequence[EpisodeResult]) -> Document:
    rate = swaps(results)
    return {"swaps": _rate(rate)} if rate.trials else {}


def _doubts(evaluation: Evaluation) -> Document:
    found = doubts(evaluation.results, evaluation.threshold)
    if found is None:
        return {}
    return {
        "failure_detection": {
            "episodes": found.episodes,
            "auroc_of_mean_confidence": _known(found.auroc_of_mean),
            "auroc_of_least_confidence": _known(found.auroc_of_least),
            "shipped": _alarm(found.shipped),
            "calibrated": _alarm(found.calibrated),
        }
    }


def _alarm(alarm: Alarm | None) -> Document | None:
    if alarm is None:
        return None
    return {
        **alarm.threshold.model_dump(),
        "caught": _rate(alarm.caught),
        "falsely": _rate(alarm.falsely),
    }


def _rate(rate: Rate) -> Document:
    low, high = rate.interval
    return {
        "count": rate.count,
        "trials": rate.trials,
        "share": _known(rate.share),
        "wilson_low": _known(low),
        "wilson_high": _known(high),
    }


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
