# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The losses of a training over its steps, as a picture."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import matplotlib as mpl

from vla_ros.errors import ConfigError
from vla_ros.learn.whole import write_whole

mpl.use("Agg")
from matplotlib import pyplot as plt

_SHOWN = ("total", "action", "attention", "offsets", "grounded", "done", "off_m", "judged")


def cut_curve(curve: Path, step: int) -> None:
    """Forget what a file of losses tells of steps after one that a training goes on from.

    Raises:
        ConfigError: The file cannot be read.
    """
    if not curve.is_file():
        return
    kept = [json.dumps(note) + "\n" for note in _read(curve) if note["step"] <= step]
    write_whole(curve, "".join(kept))


def plot_curve(curve: Path, picture: Path) -> None:
    """Draw a file of losses, one JSON object a line, as a PNG; nothing if there is none.

    Raises:
        ConfigError: The file cannot be read.
    """
    if not curve.is_file():
        return
    notes = _read(curve)
    figure, axes = plt.subplots(2, 4, figsize=(14, 6), sharex=True, layout="constrained")
    for name, ax in zip(_SHOWN, axes.flat, strict=True):
        ax.plot([note["step"] for note in notes], [note[name] for note in notes])
        ax.set_title(name)
        ax.grid(alpha=0.3)
    figure.supxlabel("step")
    figure.savefig(picture, dpi=110)
    plt.close(figure)


def _read(curve: Path) -> list[dict[str, Any]]:
    *lines, last = curve.read_text(encoding="utf-8", errors="replace").splitlines() or [""]
    notes = [_parse(f"{curve}:{number}", line) for number, line in enumerate(lines, 1)]
    with suppress(ValueError):  # An interruption may have cut it short.
        notes.append(json.loads(last))
    return notes


def _parse(where: str, line: str) -> dict[str, Any]:
    try:
        note: dict[str, Any] = json.loads(line)
    except ValueError as e:
        raise ConfigError(
            f"{where}: cannot be read as JSON: {e}. Delete the line, or the file: it is for the "
            "picture alone"
        ) from e
    return note
