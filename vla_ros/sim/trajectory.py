# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A path through timed points, as ros2_control's joint_trajectory_controller draws it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vla_ros.types import FloatArray


@dataclass(frozen=True, kw_only=True, eq=False)
class TrajectoryPoint:
    """One point of a commanded trajectory.

    Attributes:
        time_ns: When it is due.
        position_rad: Joints in the order of the trajectory's names, shape (J,).
        velocity_rad_s: Same order; None draws a straight line.
        acceleration_rad_s2: Same order; None leaves it to the velocities.
    """

    time_ns: int
    position_rad: FloatArray
    velocity_rad_s: FloatArray | None = None
    acceleration_rad_s2: FloatArray | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Setpoint:
    """What the controller commands, joints in its own order.

    Attributes:
        position_rad: Shape (J,).
        velocity_rad_s: Shape (J,).
        acceleration_rad_s2: Shape (J,).
    """

    position_rad: FloatArray
    velocity_rad_s: FloatArray
    acceleration_rad_s2: FloatArray


def sample(path: Sequence[TrajectoryPoint], time_ns: int) -> Setpoint:
    """Return what a path says for a time; before its first point that one, after its last that.

    Args:
        path: At least one point, in the order of time.
        time_ns: On its clock.
    """
    last = path[-1]
    if time_ns >= last.time_ns:
        zeros = np.zeros(len(last.position_rad))
        speed, bend = last.velocity_rad_s, last.acceleration_rad_s2
        return Setpoint(
            position_rad=last.position_rad,
            velocity_rad_s=zeros if speed is None else speed,
            acceleration_rad_s2=zeros if bend is None else bend,
        )
    index = max(1, next(i for i, point in enumerate(path) if point.time_ns > time_ns))
    a, b = path[index - 1], path[index]
    span_s = (b.time_ns - a.time_ns) * 1e-9
    return _between(a, b, span_s, max(0.0, (time_ns - a.time_ns) * 1e-9))


def _between(a: TrajectoryPoint, b: TrajectoryPoint, span_s: float, time_s: float) -> Setpoint:
    """Evaluate the polynomial through two points: as many derivatives as both of them have."""
    ends = [a.position_rad, b.position_rad]
    degree = 1
    if a.velocity_rad_s is not None and b.velocity_rad_s is not None:
        ends += [a.velocity_rad_s * span_s, b.velocity_rad_s * span_s]
        degree = 3
        if a.acceleration_rad_s2 is not None and b.acceleration_rad_s2 is not None:
            ends += [a.acceleration_rad_s2 * span_s**2, b.acceleration_rad_s2 * span_s**2]
            degree = 5
    powers = np.arange(degree + 1)
    s = time_s / span_s
    coefficients = _HERMITE[degree] @ np.array(ends)  # Shape (degree + 1, J).
    first = np.where(powers >= 1, powers * s ** np.maximum(powers - 1, 0), 0.0)
    second = np.where(powers >= 2, powers * (powers - 1) * s ** np.maximum(powers - 2, 0), 0.0)
    return Setpoint(
        position_rad=(s**powers) @ coefficients,
        velocity_rad_s=first @ coefficients / span_s,
        acceleration_rad_s2=second @ coefficients / span_s**2,
    )


def _end_values(degree: int) -> FloatArray:
    """Return what powers 0 to `degree` and their derivatives are at 0 and 1, two rows for each."""
    powers = np.arange(degree + 1)
    rows, factor = [], np.ones(degree + 1)
    for order in range((degree + 1) // 2):
        rows += [np.where(powers == order, factor, 0.0), np.where(powers >= order, factor, 0.0)]
        factor = factor * (powers - order)
    return np.array(rows)


_HERMITE = {degree: np.linalg.inv(_end_values(degree)) for degree in (1, 3, 5)}
