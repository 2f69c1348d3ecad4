# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The losses of a training over its steps, as a picture."""

import json
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
from matplotlib import pyplot as plt

_SHOWN = ("total", "action", "attention", "offsets", "grounded", "done", "off_m", "judged")


def cut_curve(curve: Path, step: int) -> None:
    """Forget what a file of losses tells of steps after one that a training goes on from."""
    if not curve.is_file():
        return
    lines = curve.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if json.loads(line)["step"] <= step]
    curve.write_text("".join(kept), encoding="utf-8")


def plot_curve(curve: Path, picture: Path) -> None:
    """Draw a file of losses, one JSON object a line, as a PNG; nothing if there is none."""
    if not curve.is_file():
        return
    notes = [json.loads(line) for line in curve.read_text(encoding="utf-8").splitlines()]
    figure, axes = plt.subplots(2, 4, figsize=(14, 6), sharex=True, layout="constrained")
    for name, ax in zip(_SHOWN, axes.flat, strict=True):
        ax.plot([note["step"] for note in notes], [note[name] for note in notes])
        ax.set_title(name)
        ax.grid(alpha=0.3)
    figure.supxlabel("step")
    figure.savefig(picture, dpi=110)
    plt.close(figure)
