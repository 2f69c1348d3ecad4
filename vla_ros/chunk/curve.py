# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A smooth curve through the rows of a chunk that never leaves the range of its rows."""

from dataclasses import dataclass

import numpy as np

from vla_ros.types import FloatArray

Vector = tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A point on a path.

    Attributes:
        position: [rad] or [m]. Length J.
        velocity: [rad/s] or [m/s]. Length J.
    """

    position: Vector
    velocity: Vector


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """Cubic pieces between rows with monotone slopes: between two rows it stays between them.

    It begins with the slope of the first piece and ends at rest.

    Attributes:
        step_s: Time between rows [s].
        rows: Positions [rad] or [m]. T rows of J.
        slopes: Velocity at each row [rad/s] or [m/s]. T rows of J.
    """

    step_s: float
    rows: tuple[Vector, ...]
    slopes: tuple[Vector, ...]

    @property
    def duration_s(self) -> float:
        """From row 0 to the end of the last row's own step [s]."""
        return len(self.rows) * self.step_s

    def held(self, phase_s: float) -> Point:
        """Return the point `phase_s` after row 0, 0 or more; later than the last row it rests."""
        k = int(phase_s / self.step_s)
        if k >= len(self.rows) - 1:
            return Point(position=self.rows[-1], velocity=(0.0,) * len(self.rows[-1]))
        return self._between(k, phase_s / self.step_s - k)

    def _between(self, k: int, u: float) -> Point:
        """Evaluate the cubic Hermite piece after row k at the fraction u of its step."""
        h = self.step_s
        u2 = u * u
        u3 = u2 * u
        a, b = 2.0 * u3 - 3.0 * u2 + 1.0, -2.0 * u3 + 3.0 * u2
        c, d = (u3 - 2.0 * u2 + u) * h, (u3 - u2) * h
        da = 6.0 * (u2 - u) / h
        dc, dd = 3.0 * u2 - 4.0 * u + 1.0, 3.0 * u2 - 2.0 * u
        pieces = tuple(
            zip(self.rows[k], self.rows[k + 1], self.slopes[k], self.slopes[k + 1], strict=True)
        )
        return Point(
            position=tuple([a * p + b * q + c * m + d * n for p, q, m, n in pieces]),
            velocity=tuple([da * (p - q) + dc * m + dd * n for p, q, m, n in pieces]),
        )


def make_curve(rows: FloatArray, step_s: float) -> Curve:
    """Lay a curve through rows.

    Args:
        rows: Finite positions, shape (T, J), T at least 1.
        step_s: Time between rows [s], above 0.
    """
    return Curve(
        step_s=step_s,
        rows=tuple(map(tuple, rows.tolist())),
        slopes=tuple(map(tuple, _monotone_slopes(rows, step_s).tolist())),
    )


def _monotone_slopes(rows: FloatArray, step_s: float) -> FloatArray:
    """Harmonic mean of the neighbouring pieces, zero where the direction turns. Shape (T, J)."""
    slopes = np.zeros_like(rows)
    if len(rows) < 2:
        return slopes
    piece = np.diff(rows, axis=0) / step_s
    slopes[0] = piece[0]
    before, after = piece[:-1], piece[1:]
    same = before * after > 0.0
    total = np.where(same, before + after, 1.0)
    slopes[1:-1] = np.where(same, 2.0 * before * after / total, 0.0)
    return slopes
