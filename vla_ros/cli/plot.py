# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Plots a recording: commanded and measured joints, their velocities, and the gate over time."""

from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from numpy.typing import NDArray

from vla_ros.cli.recorded import Recording
from vla_ros.gate.vocabulary import GateMode, Verdict

mpl.use("Agg")
from matplotlib import pyplot as plt

_WINDOW = 5  # Samples: differences of neighbouring ones show only the jitter of their times.


def write_plot(path: Path, recording: Recording, title: str) -> None:
    """Write the plot as a PNG."""
    began_s = _began_s(recording)
    figure, (positions, velocities, gate) = plt.subplots(
        3, 1, sharex=True, figsize=(11, 9), height_ratios=(3, 3, 1.2), layout="constrained"
    )
    figure.suptitle(title)
    commanded = _series(recording.commanded, began_s)
    measured = _series(recording.measured, began_s)
    for j, name in enumerate(recording.joint_names):
        color = f"C{j}"
        _draw(positions, commanded, j, color, "-", label=name)
        _draw(positions, measured, j, color, ":")
        _draw(velocities, _rates(commanded), j, color, "-")
        _draw(velocities, _rates(measured), j, color, ":")
    positions.set_ylabel("position [rad]\n(solid commanded, dotted measured)")
    if recording.commanded:
        positions.legend(loc="upper right", ncols=3, fontsize="small")
    velocities.set_ylabel("velocity [rad/s]")
    _draw_gate(gate, recording, began_s)
    gate.set_xlabel("time [s]")
    for axes in (positions, velocities, gate):
        axes.grid(alpha=0.3)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _began_s(recording: Recording) -> float:
    firsts = [recording.gate[0].time_s] if recording.gate else []
    firsts += [entries[0][0] for entries in (recording.commanded, recording.measured) if entries]
    return min(firsts, default=0.0)


Series = tuple[NDArray[np.float64], NDArray[np.float64]]


def _series(entries: list[tuple[float, list[float]]], began_s: float) -> Series:
    """Return times since the beginning (N,) and rows (N, J)."""
    times = np.array([time_s for time_s, _ in entries]) - began_s
    return times, np.array([row for _, row in entries])


def _rates(series: Series) -> Series:
    """Return the rates over a window of samples, at its middle."""
    times, rows = series
    if len(times) <= _WINDOW:
        return times[:0], rows[:0]
    first, last = slice(None, -_WINDOW), slice(_WINDOW, None)
    span = np.maximum(times[last] - times[first], 1e-3)
    return (times[last] + times[first]) / 2, (rows[last] - rows[first]) / span[:, None]


def _draw(axes: Any, series: Series, j: int, color: str, line: str, label: str = "") -> None:
    times, rows = series
    if len(times):
        axes.plot(times, rows[:, j], line, color=color, linewidth=1.1, label=label or None)


def _draw_gate(axes: Any, recording: Recording, began_s: float) -> None:
    times = [note.time_s - began_s for note in recording.gate]
    modes = [note.mode.value for note in recording.gate]
    verdicts = [note.verdict.value for note in recording.gate]
    axes.step(times, modes, where="post", color="C0", label="mode")
    axes.set_yticks([mode.value for mode in GateMode], [mode.name for mode in GateMode], size=7)
    axes.set_ylabel("gate mode", color="C0")
    other = axes.twinx()
    other.step(times, verdicts, where="post", color="C3", linewidth=0.9)
    names = [verdict.name for verdict in Verdict]
    other.set_yticks([verdict.value for verdict in Verdict], names, size=7)
    other.set_ylabel("verdict", color="C3")


def max_speed(recording: Recording) -> float:
    """Return the fastest commanded joint [rad/s], over differences of 50 ms."""
    _, rates = _rates(_series(recording.commanded, 0.0))
    return float(np.abs(rates).max()) if rates.size else 0.0
