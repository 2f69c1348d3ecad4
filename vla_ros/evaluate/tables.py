# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The figures of an evaluation as lines of text, for a terminal."""

from collections.abc import Iterator, Sequence

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
            yield _line(suite, some)
    yield from _refusals(results)
    pairs = swaps(results)
    if pairs.trials:
        yield f"both of two instructions in one scene right: {pairs}; bar 80%, aim 90%"
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
    name: str, results: Sequence[EpisodeResult], bar: float | None = None, aim: float = 0.0
) -> str:
    figures = summarise(results)
    share = figures.success.share
    verdict = (
        ""
        if bar is None
        else f"; bar {bar:.0%} {'met' if share >= bar else 'MISSED'}, aim {aim:.0%}"
    )
    failures = ", ".join(f"{count} {kind}" for kind, count in figures.failures.items())
    return (
        f"{name:18} {figures.success}{verdict}; partial {figures.partial:.0%}, "
        f"{figures.mean_duration_s:.1f} s, {figures.mean_path_m:.2f} m"
        + (f"; {failures}" if failures else "")
    )


def _refusals(results: Sequence[EpisodeResult]) -> Iterator[str]:
    found = refusals(results)
    if found.refused.trials:
        reasons = ", ".join(
            f"{reason} {rate.share:.0%}" for reason, rate in found.by_reason.items()
        )
        yield (
            f"cannot be done, refused at rest: {found.refused}; bar 95%; {reasons}; "
            f"largest motion of a joint {found.largest_motion_rad:.4f} rad"
        )
    if found.falsely.trials:
        yield f"can be done, refused: {found.falsely}; bar 3%"
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
    if found.threshold is not None:
        yield (
            f"below {found.threshold.least:g} {found.threshold.in_row} times in a row: "
            f"{found.alarms} of failures, {found.false_alarms} of successes"
        )
