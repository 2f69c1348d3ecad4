# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A report on hops as a picture."""

from pathlib import Path
from typing import Any

import matplotlib as mpl

from vla_ros.timing.hops import HOPS
from vla_ros.timing.tally import Report

mpl.use("Agg")
from matplotlib import pyplot as plt

_LEAST_MS = 0.01  # On the logarithmic axis.
_MOST_WAYS = 300  # More columns than these are too narrow to see.


def write_plot(path: Path, report: Report) -> None:
    """Write how each hop is spread, and each chunk's way over time, as a PNG."""
    figure, (hops, ways) = plt.subplots(
        1, 2, figsize=(14, 6.5), width_ratios=(1, 1.25), layout="constrained"
    )
    figure.suptitle(f"from photon to motion, heard for {report.seconds:.0f} s")
    _draw_hops(hops, report)
    _draw_ways(ways, report)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _colors() -> dict[str, Any]:
    palette = mpl.colormaps["tab20"]
    return {hop.name: palette(k % palette.N) for k, hop in enumerate(HOPS)}


def _draw_hops(axes: Any, report: Report) -> None:
    """Draw a bar up to the median for each hop, and marks for the rest of its spread."""
    colors = _colors()
    for y, row in enumerate(report.rows):
        spread = row.spread
        if spread is None:
            axes.text(_LEAST_MS * 1.1, y, "not seen", va="center", fontsize="small", color="0.4")
            continue
        axes.barh(y, max(spread.p50_ms, 0.0), color=colors[row.hop.name])
        for value, mark in ((spread.p95_ms, "|"), (spread.p99_ms, "x"), (spread.worst_ms, ".")):
            axes.plot(max(value, _LEAST_MS), y, mark, color="k", markersize=8)
    axes.set_yticks(range(len(report.rows)), [row.hop.name for row in report.rows])
    axes.invert_yaxis()
    axes.set_xscale("log")
    tops = [row.spread.worst_ms for row in report.rows if row.spread is not None]
    axes.set_xlim(_LEAST_MS, 2.0 * max([*tops, 1.0]))
    axes.set_xlabel("[ms]")
    axes.set_title("bar: p50, |: p95, x: p99, dot: worst")
    axes.grid(alpha=0.3, axis="x")
    axes.set_axisbelow(True)


def _draw_ways(axes: Any, report: Report) -> None:
    """Draw each of the newest chunks as a column of its hops."""
    axes.set_title("each chunk: age of its image at the first command")
    axes.set_xlabel("chunks, the newest on the right")
    axes.set_ylabel("[ms]")
    if not report.ways:
        text = "no chunk was seen on its whole way"
        axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center")
        return
    ways = [dict(way.hops) for way in report.ways[-_MOST_WAYS:]]
    below = [0.0] * len(ways)
    colors = _colors()
    for hop in HOPS:
        heights = [max(0.0, way.get(hop.name, 0.0)) for way in ways]
        if any(heights):
            color = colors[hop.name]
            axes.bar(range(len(ways)), heights, 0.9, bottom=below, color=color, label=hop.name)
        below = [a + b for a, b in zip(below, heights, strict=True)]
    axes.grid(alpha=0.3, axis="y")
    axes.set_axisbelow(True)
    handles, labels = axes.get_legend_handles_labels()
    axes.legend(handles[::-1], labels[::-1], loc="center left", bbox_to_anchor=(1.0, 0.5))
