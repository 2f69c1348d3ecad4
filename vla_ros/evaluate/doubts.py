# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Whether a policy knows when it fails: its confidence held against what happened."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from vla_ros.evaluate.episode import EpisodeResult
from vla_ros.evaluate.figures import Rate, of_suite
from vla_ros.robot.parts import ConfidenceProfile

_FALSELY = 0.01  # Share of successes that a calibrated threshold ends for nothing.
_FEWEST = 50  # Successes to calibrate from, with as many answers as shall be in a row.
_IN_ROW = (3, 6, 10, 15, 20, 30)  # What calibration tries.


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """What a threshold would have done.

    Attributes:
        threshold: When a goal ends.
        caught: How many of the failures it would have ended.
        falsely: How many of the successes.
    """

    threshold: ConfidenceProfile
    caught: Rate
    falsely: Rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubts:
    """Whether the policy's confidence tells of failures.

    Attributes:
        episodes: How many had a confidence.
        auroc_of_mean: Of 1 - mean confidence, as a sign of failure; 0.5 is guessing.
        auroc_of_least: The same of the least confidence.
        shipped: What the threshold of the policy profile does; None if it has none.
        calibrated: What the one does that catches the most of these failures while it lets 99 %
            of these successes pass; None if they are few. Of so many answers in a row, only the
            successes that had as many count: a threshold cannot end the shorter ones, which
            hence say nothing of it.
    """

    episodes: int
    auroc_of_mean: float
    auroc_of_least: float
    shipped: Alarm | None
    calibrated: Alarm | None


def doubts(
    results: Sequence[EpisodeResult], threshold: ConfidenceProfile | None = None
) -> Doubts | None:
    """Return what confidence says about the main episodes; None if the policy has none."""
    some = [r for r in of_suite(results) if r.confidence]
    if not some:
        return None
    failed = [not r.success for r in some]
    return Doubts(
        episodes=len(some),
        auroc_of_mean=auroc([1.0 - np.mean(r.confidence) for r in some], failed),
        auroc_of_least=auroc([1.0 - min(r.confidence) for r in some], failed),
        shipped=None if threshold is None else _alarm(some, threshold),
        calibrated=_calibrated(some),
    )


def auroc(score: ArrayLike, positive: ArrayLike) -> float:
    """Return how likely a positive has a higher score than a negative; NaN without both."""
    scores, is_positive = np.asarray(score, np.float64), np.asarray(positive, bool)
    high, low = scores[is_positive], scores[~is_positive]
    if not len(high) or not len(low):
        return math.nan
    apart = high[:, None] - low[None, :]
    return float(np.mean((apart > 0.0) + 0.5 * (apart == 0.0)))


def passes(confidence: Sequence[float], in_row: int) -> float:
    """Return the highest threshold that would not have ended an episode; 1.0 if none can."""
    windows = (confidence[k : k + in_row] for k in range(len(confidence) - in_row + 1))
    return min((max(window) for window in windows), default=1.0)


def _calibrated(results: Sequence[EpisodeResult]) -> Alarm | None:
    found = []
    for in_row in _IN_ROW:
        long = [r.confidence for r in results if r.success and len(r.confidence) >= in_row]
        if len(long) < _FEWEST:
            continue
        least = sorted(passes(each, in_row) for each in long)[int(_FALSELY * len(long))]
        if 0.0 < least < 1.0:
            found.append(_alarm(results, ConfidenceProfile(least=least, in_row=in_row)))
    return max(found, key=lambda alarm: alarm.caught.count, default=None)


def _alarm(results: Sequence[EpisodeResult], threshold: ConfidenceProfile) -> Alarm:
    held = [passes(r.confidence, threshold.in_row) < threshold.least for r in results]
    failed = [not r.success for r in results]
    pairs = list(zip(held, failed, strict=True))
    return Alarm(
        threshold=threshold,
        caught=Rate(count=pairs.count((True, True)), trials=sum(failed)),
        falsely=Rate(count=pairs.count((True, False)), trials=len(failed) - sum(failed)),
    )
