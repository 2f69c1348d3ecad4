# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Rows of a chunk that ask for more speed, acceleration or jerk than the arm may have."""

import math
from dataclasses import dataclass

import numpy as np

from vla_ros.gate.limits import JointLimits
from vla_ros.types import ActionChunk

_WINDOW_S = 0.1  # Over shorter times the noise of a policy looks like acceleration.


@dataclass(frozen=True, slots=True)
class FastRows:
    """Where a chunk asks for too much.

    Attributes:
        sequence: Number of the chunk.
        after: For each row but the last, whether the way from it to the next one does.
        text: What is asked for where it is most.
    """

    sequence: int
    after: tuple[bool, ...]
    text: str

    def holds_at(self, sequence: int, row: int) -> bool:
        """Say whether a row that is due belongs to it."""
        return sequence == self.sequence and row < len(self.after) and self.after[row]


def find_fast_rows(chunk: ActionChunk, limits: JointLimits) -> FastRows | None:
    """Return where a chunk asks for more than the operating limits; None if nowhere."""
    rates = limits.operating
    step_s = chunk.step_ns * 1e-9 / chunk.speed_scale
    stride = max(1, math.ceil(_WINDOW_S / step_s - 1e-6))
    after = np.zeros(max(len(chunk.position_rad) - 1, 0), dtype=bool)
    text = ""
    for word, unit, order, limit in (
        ("jerk", "rad/s^3", 3, rates.jerk),
        ("acceleration", "rad/s^2", 2, rates.acceleration),
        ("velocity", "rad/s", 1, rates.velocity),
    ):
        apart = 1 if order == 1 else stride
        values = np.diff(chunk.position_rad[::apart], n=order, axis=0) / (apart * step_s) ** order
        shares = np.abs(values) / np.array(limit)
        over = ~(shares <= 1.0 + 1e-9)
        for row in np.flatnonzero(over.any(axis=1)) * apart:
            after[row : row + order * apart] = True
        if over.any():
            row, j = np.unravel_index(int(np.argmax(shares)), shares.shape)
            text = f"the plan asks {limits.names[j]} for {values[row, j]:.2f} {unit} of {word}, "
            text += f"limit {limit[j]:g}; it is followed late"
    return FastRows(chunk.sequence, tuple(after.tolist()), text) if after.any() else None
