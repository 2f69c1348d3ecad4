# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""An evaluation as pictures, drawn from its JSON document."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import matplotlib as mpl

from vla_ros.evaluate.cases import MAIN

mpl.use("Agg")
from matplotlib import pyplot as plt

Document = Mapping[str, Any]

_GOOD, _BAD = "#2a7f62", "#b3541e"


def write_plots(folder: Path, document: Document, prefix: str = "") -> list[Path]:
    """Write the pictures that a document has figures for; their paths."""
    return [
        path
        for name, draw in (
            ("families", _draw_families),
            ("failures", _draw_failures),
            ("generalisation", _draw_suites),
            ("confidence", _draw_confidence),
        )
        if draw(document, path := folder / f"{prefix}{name}.svg")
    ]


def _draw_families(document: Document, path: Path) -> bool:
    """Draw the success of each family against its bar; False if there is nothing to draw."""
    rows = document["families"]
    if not rows:
        return False
    figure, axes = _canvas(len(rows))
    _draw_rates(axes, rows)
    for y, figures in enumerate(rows.values()):
        axes.plot([figures["bar"]] * 2, [y - 0.4, y + 0.4], color="k", linewidth=1.5)
        axes.plot([figures["aim"]] * 2, [y - 0.4, y + 0.4], color="k", linewidth=1, linestyle=":")
    axes.set_title("success per task family (line: bar, dotted: aim)")
    return _save(figure, path)


def _draw_suites(document: Document, path: Path) -> bool:
    rows = document["suites"]
    if len(rows) < 2:
        return False
    figure, axes = _canvas(len(rows))
    _draw_rates(axes, rows)
    axes.axvline(rows[MAIN]["success_rate"], color="k", linewidth=1, linestyle=":")
    axes.set_title("success when one thing differs (dotted: when nothing does)")
    return _save(figure, path)


def _draw_failures(document: Document, path: Path) -> bool:
    rows = document["families"]
    kinds = list(dict.fromkeys(kind for figures in rows.values() for kind in figures["failures"]))
    if not kinds:
        return False
    figure, axes = _canvas(len(rows))
    left = [0.0] * len(rows)
    for kind in kinds:
        shares = [f["failures"].get(kind, 0) / f["episodes"] for f in rows.values()]
        axes.barh(range(len(rows)), shares, left=left, label=kind.replace("_", " "))
        left = [a + b for a, b in zip(left, shares, strict=True)]
    axes.set_yticks(range(len(rows)), list(rows))
    axes.invert_yaxis()
    axes.set_title("what went wrong, share of the episodes")
    axes.legend(fontsize="small")
    return _save(figure, path)


def _draw_confidence(document: Document, path: Path) -> bool:
    """Draw how confident the policy was where it failed and where it did not."""
    means = dict(_confidences(document))
    if not all(means.values()):
        return False
    figure, axes = _canvas(4)
    bins = [k / 20 for k in range(21)]
    for name, color in (("success", _GOOD), ("failure", _BAD)):
        axes.hist(means[name], bins=bins, density=True, alpha=0.6, color=color, label=name)
    axes.set_xlabel("mean confidence of an episode")
    axes.set_title("whether the policy knows when it fails")
    axes.legend()
    return _save(figure, path)


def _confidences(document: Document) -> Iterator[tuple[str, list[float]]]:
    episodes = [e for e in document["episode"] if e["suite"] == MAIN and e["confidence"]]
    for name, wanted in (("success", True), ("failure", False)):
        yield (
            name,
            [
                sum(e["confidence"]) / len(e["confidence"])
                for e in episodes
                if e["success"] is wanted
            ],
        )


def _draw_rates(axes: Any, rows: Document) -> None:
    """Draw a bar with its interval for each row."""
    for y, figures in enumerate(rows.values()):
        share, bar = figures["success_rate"], figures.get("bar", 0.0)
        low, high = figures["wilson_low"], figures["wilson_high"]
        around = [[max(0.0, share - low)], [max(0.0, high - share)]]  # At 0 and 1, but for bits.
        axes.barh(
            y,
            share,
            xerr=around,
            color=_GOOD if share >= bar else _BAD,
            error_kw={"capsize": 3, "ecolor": "0.35"},
        )
    axes.set_yticks(range(len(rows)), list(rows))
    axes.invert_yaxis()
    axes.set_xlim(0.0, 1.0)


def _canvas(rows: int) -> tuple[Any, Any]:
    figure, axes = plt.subplots(figsize=(8, 1.2 + 0.42 * rows), layout="constrained")
    axes.grid(alpha=0.3, axis="x")
    axes.set_axisbelow(True)
    return figure, axes


def _save(figure: Any, path: Path) -> bool:
    """Write an SVG that is the same for the same figures: no date, no random names."""
    with plt.rc_context({"svg.hashsalt": path.stem}):
        figure.savefig(path, metadata={"Date": None})
    plt.close(figure)
    return True
