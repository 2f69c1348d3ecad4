# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""An evaluation as Markdown: tables for its own page and for the model card.

Everything is written from the JSON document, so that a page can be made again from a file.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from vla_ros.evaluate.bars import (
    FALSELY_REFUSED_BAR,
    REFUSED_BAR,
    SHIFT_AIM,
    SHIFT_BAR,
    SHIFTED,
    SWAP_AIM,
    SWAP_BAR,
)
from vla_ros.sim.shift import SHIFTS, WIDE

Document = Mapping[str, Any]

MEANINGS = {
    "trained sentences": "sentences to learn from",
    "new colour pairs": "colours of object and target that were never learned together",
    "more things": "two more things on the table than usual",
    "new things": "two things on the table of shapes and colours that no sentence names",
    "camera moved": "both cameras moved by N(0, 1 cm) along each axis",
    "light halved": "lamp and ambient light at half",
    "shadows": "the lamp casts shadows",
    "colours": "shades vary twice as much",
    "friction": "friction times 0.6 to 1.4",
    "delays": "answers 0.10 to 0.25 s late",
    "haste": "answers 0.02 to 0.05 s late, instead of up to 0.15",
}
_THRESHOLDS = {
    "shipped": "the policy profile's threshold",
    "calibrated": "calibrated on these very episodes, so that 99 % of the successes pass",
}
_VARIED = (
    "Demonstrations of `vla_ros train` vary camera, light, friction and delays at least as much, "
    "half of them have shadows, and shades vary nearly as much (standard deviation "
    f"{WIDE.shade:g} against {SHIFTS['colors'].shade:g} of each colour value). Layouts, held-out "
    "sentences, colour pairs, more things and new things are what they never had."
)
_UNTOLD = (
    "Pairs of colours of object and target that the training did not have were not measured apart."
)


def make_page(document: Document, plots: Sequence[str], videos: Sequence[str]) -> str:
    """Return the page of one evaluation.

    Args:
        document: What `make_document` returned, or its JSON.
        plots: Names of the pictures beside the page.
        videos: Names of the videos beside the page.
    """
    model = f", model `{document['model']}`" if document["model"] else ""
    parts = [
        f"# Evaluation of `{document['policy']}`{model}",
        "Written by `vla_ros eval --out` from measured figures. Every episode went through the "
        "chunk schedule and the safety gate; it counts if the policy said done and physics agreed "
        "a second later. Intervals are Wilson's, 95 %.",
        headline(document),
        "## Task families",
        families(document),
        *([f"![{name}]({name})" for name in plots]),
        *sections(document),
    ]
    if videos:
        parts += ["## Failures on video", "\n".join(f"- [{name}]({name})" for name in videos)]
    return "\n\n".join(parts) + "\n"


def sections(document: Document) -> Iterator[str]:
    """Yield what was measured beside the task families."""
    if len(document["suites"]) > 1:
        yield "## Generalisation"
        yield suites(document)
        yield _VARIED
        if "new colour pairs" not in document["suites"]:
            yield _UNTOLD
    listening = list(_listening(document))
    if listening:
        yield "## Whether it listens"
        yield "\n".join(f"- {line}" for line in listening)
    if "failure_detection" in document:
        yield "## Whether it knows when it fails"
        yield doubts(document["failure_detection"])


def headline(document: Document) -> str:
    """Return the figures of all in one paragraph."""
    median, slow = document["infer_ms_median"], document["infer_ms_p95"]
    return (
        f"**{_rate(document)}** of {document['episodes']} episodes, seeds from "
        f"{document['first_seed']}, {_sentences(document)}, shift: {document['shift']}. "
        f"Stages reached: {_percent(document['partial'])}. Mean time "
        f"{_number(document['mean_duration_s'], 1)} s and way of the tool "
        f"{_number(document['mean_path_m'], 2)} m in successful episodes. One answer took "
        f"{_number(median, 1)} ms (median), {_number(slow, 1)} ms (95 %) on one thread."
    )


def families(document: Document) -> str:
    """Return the table of task families."""
    rows = [
        "| family | success | interval | bar | aim | stages | time | way | failures |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name, figures in document["families"].items():
        met = _met(is_met=figures["success_rate"] >= figures["bar"])
        rows.append(
            f"| `{name}` | {_count(figures)} | {_interval(figures)} | {figures['bar']:.0%} {met} "
            f"| {figures['aim']:.0%} | {_percent(figures['partial'])} "
            f"| {_number(figures['mean_duration_s'], 1)} s "
            f"| {_number(figures['mean_path_m'], 2)} m "
            f"| {_failures(figures)} |"
        )
    return "\n".join(rows)


def suites(document: Document) -> str:
    """Return the table of generalisation splits."""
    rows = [
        "| what differs | success | interval | points, on the same seeds | bar | aim |",
        "|---|---|---|---|---|---|",
    ]
    for name, figures in document["suites"].items():
        points = figures["points"]
        rows.append(
            f"| {_meaning(name, document)} | {_count(figures)} | {_interval(figures)} "
            f"| {'' if name == 'main' else f'{points:+.1f}'} | {_bar_of_shift(name, points)} |"
        )
    return "\n".join(rows)


def doubts(found: Document) -> str:
    """Return what confidence says about failures."""
    text = (
        f"AUROC of one minus the mean confidence of an episode as a sign of failure: "
        f"{_number(found['auroc_of_mean_confidence'], 3)}; of its least: "
        f"{_number(found['auroc_of_least_confidence'], 3)} ({found['episodes']} episodes)."
    )
    alarms = [
        f"A goal that ends below {alarm['least']:.3g}, {alarm['in_row']} times in a row "
        f"({whose}), ends early in {_rate(alarm['caught'])} of the failures and, falsely, in "
        f"{_rate(alarm['falsely'])} of the successes."
        for name, whose in _THRESHOLDS.items()
        if (alarm := found[name]) is not None
    ]
    return "\n\n".join(
        [text, *(alarms or ["The policy profile sets no threshold (`confidence`)."])]
    )


def _listening(document: Document) -> Iterator[str]:
    if "swaps" in document:
        rate = document["swaps"]
        yield (
            f"Two instructions in one scene, both right: {_rate(rate)}; bar {SWAP_BAR:.0%} "
            f"{_met(is_met=rate['share'] >= SWAP_BAR)}, aim {SWAP_AIM:.0%}."
        )
    refused = document.get("ungroundable")
    if refused is not None and refused["trials"]:
        reasons = ", ".join(
            f"{name} {_percent(rate['share'])}" for name, rate in refused["by_reason"].items()
        )
        yield (
            f"Instructions that cannot be carried out, refused with no joint moved by more than "
            f"0.01 rad: {_rate(refused)}; bar {REFUSED_BAR:.0%} "
            f"{_met(is_met=refused['share'] >= REFUSED_BAR)}; {reasons}; largest motion "
            f"{_number(refused['largest_motion_rad'], 4)} rad."
        )
    falsely = document.get("groundable_refused")
    if falsely is not None and falsely["trials"]:
        met = _met(is_met=falsely["share"] <= FALSELY_REFUSED_BAR)
        yield (
            f"Instructions that can be carried out, refused: {_rate(falsely)}; "
            f"bar {FALSELY_REFUSED_BAR:.0%} {met}."
        )


def _bar_of_shift(suite: str, points: float) -> str:
    """Return the cells that say how much a shift may cost, and whether it does."""
    if suite not in SHIFTED:
        return "|"
    met = _met(is_met=round(points, 9) >= -100 * SHIFT_BAR)
    return f"{-100 * SHIFT_BAR:.0f} {met} | {-100 * SHIFT_AIM:.0f}"


def _met(*, is_met: bool) -> str:
    return "met" if is_met else "**missed**"


def _meaning(suite: str, document: Document) -> str:
    if suite == "main":
        return f"(unseen layouts, {_sentences(document)})"
    return MEANINGS.get(suite, suite)


def _sentences(document: Document) -> str:
    return "held-out sentences" if document["split"] == "held_out" else "trained sentences"


def _failures(figures: Document) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in figures["failures"].items())


def _count(figures: Document) -> str:
    share = _percent(figures["success_rate"], 1)
    return f"{figures['successes']}/{figures['episodes']} = {share}"


def _interval(figures: Document) -> str:
    low, high = _percent(figures["wilson_low"], 1), _percent(figures["wilson_high"], 1)
    return f"{low} to {high}"


def _rate(figures: Document) -> str:
    share = figures["success_rate"] if "success_rate" in figures else figures["share"]
    counts = "" if "success_rate" in figures else f"{figures['count']}/{figures['trials']} = "
    return f"{counts}{_percent(share, 1)} ({_interval(figures)})"


def _percent(value: float | None, digits: int = 0) -> str:
    return "?" if value is None else f"{value:.{digits}%}"


def _number(value: float | None, digits: int) -> str:
    return "?" if value is None else f"{value:.{digits}f}"
