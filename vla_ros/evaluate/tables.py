# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The figures of an evaluation as lines of text, for a terminal."""

from collections.abc import Iterator, Sequence

from vla_ros.evaluate.bars import (
    FALSELY_REFUSED_BAR,
    REFUSED_BAR,
    SHIFT_AIM,
    SHIFT_BAR,
    SHIFTED,
    SWAP_AIM,
    SWAP_BAR,
    lost_to,
)
from vla_ros.evaluate.cases import MAIN, SUITES, Kind, aim_of
from vla_ros.evaluate.document import Evaluation
from vla_ros.evaluate.doubts import doubts
from vla_ros.evaluate.episode import EpisodeResult
from vla_ros.evaluate.figures import (
    by_family,
    infer_ms,
    of_suite,
    refusals,
    summarise,
    swaps,
)


def lines(evaluation: Evaluation) -> Iterator[str]:
    """Yield the figures, the most telling one last."""
    results, main = evaluation.results, of_suite(evaluation.results)
    families = by_family(main)
    if len(families) > 1:
        yield from (_line(name, some, *aim_of(name)) for name, some in families.items())
    for suite in SUITES:
        if some := of_suite(results, suite):
            yield _line(suite, some, after=_lost(suite, some, results) if main else "")
    yield from _refusals(results)
    pairs = swaps(results)
    if pairs.trials:
        met = _met(is_met=pairs.share >= SWAP_BAR)
        yield (
            f"both of two instructions in one scene right: {pairs}; bar {SWAP_BAR:.0%} {met}, "
            f"aim {SWAP_AIM:.0%}"
        )
    yield from _doubts(evaluation)
    median_ms, slow_ms = infer_ms(results)
    yield f"one answer took {median_ms:.1f} ms (median), {slow_ms:.1f} ms (95 %), on one thread"
    if main:
        aims = aim_of("")
        bar = aims[0] if evaluation.bar is None else evaluation.bar
        yield _line("all", main, bar, aims[1])


def headline(results: Sequence[EpisodeResult]) -> str:
    """Return the figures of all main episodes as `name=value`."""
    figures = summarise(of_suite(results, MAIN)).as_dict()
    numbers = {name: value for name, value in figures.items() if isinstance(value, int | float)}
    return " ".join(f"{name}={value:.6g}" for name, value in numbers.items())


def _line(
    name: str,
    results: Sequence[EpisodeResult],
    bar: float | None = None,
    aim: float = 0.0,
    after: str = "",
) -> str:
    figures = summarise(results)
    if bar is not None:
        after = f"; bar {bar:.0%} {_met(is_met=figures.success.share >= bar)}, aim {aim:.0%}"
    failures = ", ".join(f"{count} {kind}" for kind, count in figures.failures.items())
    return (
        f"{name:18} {figures.success}{after}; partial {figures.partial:.0%}, "
        f"{figures.mean_duration_s:.1f} s, {figures.mean_path_m:.2f} m"
        + (f"; {failures}" if failures else "")
    )


def _lost(suite: str, some: Sequence[EpisodeResult], results: Sequence[EpisodeResult]) -> str:
    lost = lost_to(some, results)
    points = f"; {-100 * lost:+.1f} points"
    if suite not in SHIFTED:
        return points
    met = _met(is_met=lost <= SHIFT_BAR)
    return f"{points}, bar {-100 * SHIFT_BAR:.0f} {met}, aim {-100 * SHIFT_AIM:.0f}"


def _met(*, is_met: bool) -> str:
    return "met" if is_met else "MISSED"


def _refusals(results: Sequence[EpisodeResult]) -> Iterator[str]:
    found = refusals(results)
    if found.refused.trials:
        reasons = ", ".join(
            f"{reason} {rate.share:.0%}" for reason, rate in found.by_reason.items()
        )
        yield (
            f"cannot be done, refused at rest: {found.refused}; bar {REFUSED_BAR:.0%} "
            f"{_met(is_met=found.refused.share >= REFUSED_BAR)}; {reasons}; "
            f"largest motion of a joint {found.largest_motion_rad:.4f} rad"
        )
    if found.falsely.trials:
        met = _met(is_met=found.falsely.share <= FALSELY_REFUSED_BAR)
        yield f"can be done, refused: {found.falsely}; bar {FALSELY_REFUSED_BAR:.0%} {met}"
    mistaken = [r for r in results if r.kind is Kind.TASK and r.refused]
    if mistaken:
        yield f"refused among the tasks: {len(mistaken)}"


def _doubts(evaluation: Evaluation) -> Iterator[str]:
    found = doubts(evaluation.results, evaluation.threshold)
    if found is None:
        return
    yield (
        f"confidence tells failures: AUROC {found.auroc_of_mean:.3f} (mean), "
        f"{found.auroc_of_least:.3f} (least)"
    )
    for name, alarm in (("shipped", found.shipped), ("calibrated here", found.calibrated)):
        if alarm is not None:
            yield (
                f"below {alarm.threshold.least:.3g} {alarm.threshold.in_row} times in a row "
                f"({name}): {alarm.caught} of failures, {alarm.falsely} of successes"
            )
