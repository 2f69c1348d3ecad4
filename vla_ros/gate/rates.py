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
        spans: From where to where, in rows after row 0; a bend at a row lies around it.
        text: What is asked for where it is most.
    """

    sequence: int
    spans: tuple[tuple[float, float], ...]
    text: str

    def holds_at(self, sequence: int, row: float) -> bool:
        """Say whether what is due belongs to it.

        Args:
            sequence: Number of the chunk that is followed.
            row: How many rows after its row 0 the plan is.
        """
        return sequence == self.sequence and any(low <= row < high for low, high in self.spans)


def find_fast_rows(chunk: ActionChunk, limits: JointLimits) -> FastRows | None:
    """Return where a chunk asks for more than the operating limits; None if nowhere.

    A difference of two rows is the velocity between them; a difference of two velocities is the
    acceleration from the middle of the first way to the middle of the second; and so on.
    """
    rates = limits.operating
    step_s = chunk.step_ns * 1e-9 / chunk.speed_scale
    stride = max(1, math.ceil(_WINDOW_S / step_s - 1e-6))
    spans: list[tuple[float, float]] = []
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
        begins = (np.flatnonzero(over.any(axis=1)) + (order - 1) / 2) * apart
        spans += [(begin, begin + apart) for begin in begins.tolist()]
        if over.any():
            row, j = np.unravel_index(int(np.argmax(shares)), shares.shape)
            text = f"the plan asks {limits.names[j]} for {values[row, j]:.2f} {unit} of {word}, "
            text += f"limit {limit[j]:g}; it is followed late"
    return FastRows(chunk.sequence, tuple(spans), text) if spans else None
