# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Whether a policy knows when it fails: its confidence held against what happened."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vla_ros.evaluate.episode import EpisodeResult
from vla_ros.evaluate.figures import Rate, of_suite
from vla_ros.robot.parts import ConfidenceProfile


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubts:
    """Whether the policy's confidence tells of failures.

    Attributes:
        episodes: How many had a confidence.
        auroc_of_mean: Of 1 - mean confidence, as a sign of failure; 0.5 is guessing.
        auroc_of_least: The same of the least confidence.
        alarms: At `least` and `in_row`, how many failures raise an alarm; None without them.
        false_alarms: The same of successes.
        threshold: What the gate holds the arm for.
    """

    episodes: int
    auroc_of_mean: float
    auroc_of_least: float
    alarms: Rate | None
    false_alarms: Rate | None
    threshold: ConfidenceProfile | None


def doubts(
    results: Sequence[EpisodeResult], threshold: ConfidenceProfile | None = None
) -> Doubts | None:
    """Return what confidence says about the main episodes; None if the policy has none."""
    some = [r for r in of_suite(results) if r.confidence]
    if not some:
        return None
    failed = np.array([not r.success for r in some])
    doubt_of_mean = np.array([1.0 - np.mean(r.confidence) for r in some])
    doubt_of_least = np.array([1.0 - min(r.confidence) for r in some])
    alarmed = None if threshold is None else np.array([_alarms(r, threshold) for r in some])
    return Doubts(
        episodes=len(some),
        auroc_of_mean=auroc(doubt_of_mean, failed),
        auroc_of_least=auroc(doubt_of_least, failed),
        alarms=_rate_of(alarmed, failed),
        false_alarms=_rate_of(alarmed, ~failed),
        threshold=threshold,
    )


def auroc(score: ArrayLike, positive: ArrayLike) -> float:
    """Return how likely a positive has a higher score than a negative; NaN without both."""
    scores, is_positive = np.asarray(score, np.float64), np.asarray(positive, bool)
    high, low = scores[is_positive], scores[~is_positive]
    if not len(high) or not len(low):
        return math.nan
    apart = high[:, None] - low[None, :]
    return float(np.mean((apart > 0.0) + 0.5 * (apart == 0.0)))


def _alarms(result: EpisodeResult, threshold: ConfidenceProfile) -> bool:
    """Tell whether so many answers in a row are doubtful, as the gate counts them."""
    row = 0
    for confidence in result.confidence:
        row = 0 if confidence >= threshold.least else row + 1
        if row >= threshold.in_row:
            return True
    return False


def _rate_of(alarmed: NDArray[np.bool_] | None, among: NDArray[np.bool_]) -> Rate | None:
    if alarmed is None:
        return None
    return Rate(count=int(np.sum(alarmed & among)), trials=int(np.sum(among)))
