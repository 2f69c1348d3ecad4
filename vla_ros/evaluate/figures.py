# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What many episodes say together: rates with their intervals, and kinds of failure."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vla_ros.evaluate.cases import MAIN, Kind
from vla_ros.evaluate.episode import EpisodeResult
from vla_ros.evaluate.proportion import wilson_interval

STILL_RAD = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How often something worked, with Wilson's 95 % interval; NaN if it was never tried."""

    count: int
    trials: int

    @property
    def share(self) -> float:
        """0 to 1."""
        return self.count / self.trials if self.trials else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """Its ends, 0 to 1."""
        return wilson_interval(self.count, self.trials) if self.trials else (math.nan, math.nan)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.count}/{self.trials} = {self.share:.1%} ({low:.1%} to {high:.1%})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What some episodes that were to solve a task say.

    Attributes:
        success: How often the policy said done and physics agreed a second later.
        partial: Mean share of the stages that were reached.
        mean_duration_s: Of the successful ones, in simulated time [s].
        mean_path_m: Way of the tool in the successful ones [m].
        interventions: Corrections by the gate, per episode.
        failures: How often each kind came.
    """

    success: Rate
    partial: float
    mean_duration_s: float
    mean_path_m: float
    interventions: float
    failures: dict[str, int]

    def as_dict(self) -> dict[str, object]:
        """Return them for JSON."""
        low, high = self.success.interval
        return {
            "episodes": self.success.trials,
            "successes": self.success.count,
            "success_rate": _known(self.success.share),
            "wilson_low": _known(low),
            "wilson_high": _known(high),
            "partial": _known(self.partial),
            "mean_duration_s": _known(self.mean_duration_s),
            "mean_path_m": _known(self.mean_path_m),
            "interventions_per_episode": _known(self.interventions),
            "failures": self.failures,
        }


def summarise(results: Sequence[EpisodeResult]) -> Figures:
    """Return the figures of some episodes."""
    won = [r for r in results if r.success]
    return Figures(
        success=Rate(count=len(won), trials=len(results)),
        partial=_mean([r.partial for r in results]),
        mean_duration_s=_mean([r.duration_s for r in won]),
        mean_path_m=_mean([r.path_m for r in won]),
        interventions=_mean([r.interventions for r in results]),
        failures=dict(Counter(r.failure.value for r in results if not r.success).most_common()),
    )


def of_suite(results: Sequence[EpisodeResult], suite: str = MAIN) -> list[EpisodeResult]:
    """Return the episodes of one suite."""
    return [r for r in results if r.suite == suite]


def by_family(results: Sequence[EpisodeResult]) -> dict[str, list[EpisodeResult]]:
    """Return the episodes of each family, in order of appearance."""
    found: dict[str, list[EpisodeResult]] = {}
    for result in results:
        found.setdefault(result.family, []).append(result)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusals:
    """What a policy does with instructions that cannot be carried out, and with others.

    Attributes:
        refused: Of those that cannot, how many ended refused and without a motion.
        by_reason: The same for each reason.
        largest_motion_rad: Farthest that a joint moved in any of them [rad].
        falsely: Of those that can, how many were refused.
    """

    refused: Rate
    by_reason: dict[str, Rate]
    largest_motion_rad: float
    falsely: Rate


def refusals(results: Sequence[EpisodeResult]) -> Refusals:
    """Return what was refused."""
    impossible = [r for r in results if r.kind is Kind.UNGROUNDABLE]
    possible = [r for r in results if r.kind is Kind.GROUNDABLE]
    reasons = sorted({r.reason for r in impossible})
    return Refusals(
        refused=_rate_of_refusal(impossible),
        by_reason={
            reason: _rate_of_refusal([r for r in impossible if r.reason == reason])
            for reason in reasons
        },
        largest_motion_rad=max((r.joint_motion_rad for r in impossible), default=math.nan),
        falsely=Rate(count=sum(r.refused for r in possible), trials=len(possible)),
    )


def swaps(results: Sequence[EpisodeResult]) -> Rate:
    """Return in how many pairs both instructions led to what they ask for; half a pair is none."""
    pairs: dict[int, list[bool]] = {}
    for result in results:
        if result.kind is Kind.SWAP:
            pairs.setdefault(result.seed, []).append(result.success)
    whole = [pair for pair in pairs.values() if len(pair) == 2]
    return Rate(count=sum(all(pair) for pair in whole), trials=len(whole))


def infer_ms(results: Sequence[EpisodeResult]) -> tuple[float, float]:
    """Return median and 95 % quantile of the episodes' median times of an answer [ms]."""
    taken = [r.infer_ms for r in results if math.isfinite(r.infer_ms)]
    if not taken:
        return math.nan, math.nan
    return float(np.median(taken)), float(np.quantile(taken, 0.95))


def wrong(result: EpisodeResult) -> str:
    """Return what went wrong with what an episode was to show; empty if nothing did."""
    if result.kind is Kind.UNGROUNDABLE:
        return "" if _is_refused_at_rest(result) else "not_refused"
    if result.kind is Kind.GROUNDABLE:
        return result.ending.value if result.refused else ""
    return "" if result.success else result.failure.value


def _rate_of_refusal(results: Sequence[EpisodeResult]) -> Rate:
    return Rate(count=sum(map(_is_refused_at_rest, results)), trials=len(results))


def _is_refused_at_rest(result: EpisodeResult) -> bool:
    return result.refused and result.joint_motion_rad <= STILL_RAD


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else math.nan


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
