# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A report on hops as a table to read, and as an object for programs."""

from collections.abc import Iterator

from vla_ros.timing.tally import Report, Row
from vla_ros.timing.window import Spread

_BAR = 20
_NAME = 24


def as_text(report: Report) -> list[str]:
    """Return the lines of a table, in the order of the way from photon to motion."""
    reasons = list(dict.fromkeys(row.why for row in report.rows if row.why))
    longest = max((row.spread.p50_ms for row in report.rows if row.spread), default=0.0)
    return [
        f"listened for {report.seconds:.1f} s: {report.observations} observations, "
        f"{report.chunks} chunks, {len(report.ways)} of them from photon to motion",
        "",
        f"{'[ms]':{_NAME}}{'p50':>8}{'p95':>8}{'p99':>8}{'worst':>9}{'n':>7}",
        *_lines(report, reasons, longest),
        _whole(report),
        *([""] if reasons or report.notes else []),
        *(f"({number}) {reason}" for number, reason in enumerate(reasons, 1)),
        *report.notes,
    ]


def as_object(report: Report) -> dict[str, object]:
    """Return a report for a program; null is what was not seen."""
    return {
        "seconds": report.seconds,
        "observations": report.observations,
        "chunks": report.chunks,
        "complete": report.complete,
        "hops": [
            {
                "name": row.hop.name,
                "kind": row.hop.kind.value,
                "node": row.hop.node,
                "meaning": row.hop.meaning,
                "ms": _figures(row.spread),
                "not_seen_because": row.why,
            }
            for row in report.rows
        ],
        "photon_to_motion_ms": _figures(report.whole),
        "notes": list(report.notes),
        "ways": [{"heard_s": way.heard_s, "hop_ms": dict(way.hops)} for way in report.ways],
    }


def _lines(report: Report, reasons: list[str], longest_ms: float) -> Iterator[str]:
    node = ""
    for row in report.rows:
        if row.hop.node != node:
            node = row.hop.node
            yield f"{node}"
        yield _line(row, reasons, longest_ms)


def _line(row: Row, reasons: list[str], longest_ms: float) -> str:
    name = f"  {row.hop.name:{_NAME - 2}}"
    if row.spread is None:
        return f"{name}{'not seen':>8}  ({reasons.index(row.why) + 1})"
    share = max(0.0, row.spread.p50_ms) / longest_ms if longest_ms > 0.0 else 0.0
    return f"{name}{_numbers(row.spread)}  {'#' * round(_BAR * share):{_BAR}}  {row.hop.meaning}"


def _whole(report: Report) -> str:
    name = f"{'photon to motion':{_NAME}}"
    return f"{name}{_numbers(report.whole)}" if report.whole else f"{name}{'not seen':>8}"


def _numbers(spread: Spread) -> str:
    return (
        f"{spread.p50_ms:8.2f}{spread.p95_ms:8.2f}{spread.p99_ms:8.2f}{spread.worst_ms:9.2f}"
        f"{spread.count:7d}"
    )


def _figures(spread: Spread | None) -> dict[str, float] | None:
    if spread is None:
        return None
    return {
        "count": spread.count,
        "p50": spread.p50_ms,
        "p95": spread.p95_ms,
        "p99": spread.p99_ms,
        "worst": spread.worst_ms,
        "least": spread.least_ms,
        "negative": spread.negative,
    }
