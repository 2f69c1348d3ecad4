# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What ros2_control's joint_trajectory_controller does with what it is told, without ROS.

As of its releases for Jazzy and Kilted: a new trajectory takes the place of the whole old one at
the next update. From there to its first point it interpolates from where the arm is measured to
be (or, if so configured, from its last command); once that time is past, it is simply on it. Its
last point holds. Times are nanoseconds of one clock.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vla_ros.errors import SimulationError
from vla_ros.types import FloatArray

_STILL_RAD_S = 1.2e-7  # What it takes for rest at the end of a trajectory.


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


class TrajectoryController:
    """Follows the newest trajectory. Not thread-safe.

    Attributes:
        from_last_command: As its parameter interpolate_from_desired_state.
    """

    def __init__(self, names: Sequence[str], *, from_last_command: bool = False) -> None:
        """Begin with no trajectory.

        Args:
            names: Joints, in the order of everything that is measured and commanded.
            from_last_command: As its parameter interpolate_from_desired_state.
        """
        self.from_last_command = from_last_command
        self._names = tuple(names)
        self._path: tuple[TrajectoryPoint, ...] = ()
        self._begun = True
        self._commanded: tuple[int, Setpoint] | None = None

    @property
    def end_ns(self) -> int | None:
        """When the newest trajectory is over; None if there is none."""
        return self._path[-1].time_ns if self._path else None

    def clear(self) -> None:
        """Forget the trajectory, and what was commanded."""
        self._path = ()
        self._commanded = None

    def take(self, names: Sequence[str], points: Sequence[TrajectoryPoint], now_ns: int) -> None:
        """Take a trajectory; it counts from the next update on.

        Args:
            names: Joint of each column, in any order.
            points: In the order of `names`, with increasing times.
            now_ns: Now.

        Raises:
            SimulationError: It is refused, and the one before goes on: other joints, no points,
                times that do not increase, an end in the past or in motion, a wrong number of
                values, or one that is not finite.
        """
        if sorted(names) != sorted(self._names):
            raise SimulationError(
                f"trajectory is for joints {', '.join(names) or 'none'}; "
                f"this arm has {', '.join(self._names)}"
            )
        if not points:
            raise SimulationError("trajectory has no points")
        times = [point.time_ns for point in points]
        if any(b <= a for a, b in itertools.pairwise(times)):
            raise SimulationError("trajectory times do not increase")
        order = [list(names).index(name) for name in self._names]
        path = tuple(self._ordered(point, order) for point in points)
        last = path[-1].velocity_rad_s
        if last is not None and not np.abs(last).max() <= _STILL_RAD_S:
            joint = self._names[int(np.argmax(np.abs(last)))]
            raise SimulationError(
                f"trajectory ends in motion: {joint} at {np.abs(last).max():.3g} rad/s"
            )
        if not times[-1] >= now_ns:
            raise SimulationError(
                f"trajectory ends in the past, {(now_ns - times[-1]) * 1e-6:.1f} ms ago"
            )
        self._path, self._begun = path, False

    def update(
        self,
        now_ns: int,
        period_ns: int,
        position_rad: FloatArray,
        velocity_rad_s: FloatArray | None = None,
    ) -> Setpoint | None:
        """Return what it commands until the next update; None before the first trajectory.

        Args:
            now_ns: Now.
            period_ns: Time to the next update: the command is for then.
            position_rad: Measured, shape (J,).
            velocity_rad_s: Measured, shape (J,); None if the robot reports none.
        """
        if not self._path:
            return None
        if not self._begun:
            self._begun = True
            self._path = (self._before(now_ns, position_rad, velocity_rad_s), *self._path)
        setpoint = _sample(self._path, now_ns + period_ns)
        self._commanded = (now_ns, setpoint)
        return setpoint

    def _before(
        self, now_ns: int, position_rad: FloatArray, velocity_rad_s: FloatArray | None
    ) -> TrajectoryPoint:
        """Return the point that a new trajectory is reached from; unused if that has begun."""
        first = self._path[0]
        time_ns = min(now_ns, first.time_ns - 1)
        if self.from_last_command and self._commanded is not None:
            commanded_ns, last = self._commanded
            return TrajectoryPoint(
                time_ns=min(commanded_ns, time_ns),
                position_rad=last.position_rad,
                velocity_rad_s=last.velocity_rad_s,
                acceleration_rad_s2=last.acceleration_rad_s2,
            )
        zeros = np.zeros(len(self._names))
        return TrajectoryPoint(
            time_ns=time_ns,
            position_rad=np.array(position_rad),
            velocity_rad_s=zeros if velocity_rad_s is None else np.array(velocity_rad_s),
            acceleration_rad_s2=zeros,
        )

    def _ordered(self, point: TrajectoryPoint, order: list[int]) -> TrajectoryPoint:
        def ordered(values: FloatArray | None, what: str) -> FloatArray | None:
            return None if values is None else check_values(values, what, self._names)[order]

        position = check_values(point.position_rad, "positions", self._names)[order]
        return TrajectoryPoint(
            time_ns=point.time_ns,
            position_rad=position,
            velocity_rad_s=ordered(point.velocity_rad_s, "velocities"),
            acceleration_rad_s2=ordered(point.acceleration_rad_s2, "accelerations"),
        )


def check_values(
    values: FloatArray | Sequence[float], what: str, names: Sequence[str]
) -> FloatArray:
    """Return values as an array, one for each joint.

    Raises:
        SimulationError: Wrong number of values, or one is not finite.
    """
    array = np.array(values, dtype=np.float64)
    if array.shape != (len(names),):
        raise SimulationError(
            f"command has {array.size} {what}, wanted {len(names)}: {', '.join(names)}"
        )
    finite = np.isfinite(array)
    if not finite.all():
        joint = names[int(np.argmin(finite))]
        raise SimulationError(f"commanded {what} of {joint} is not finite")
    return array


def _sample(path: tuple[TrajectoryPoint, ...], time_ns: int) -> Setpoint:
    last = path[-1]
    zeros = np.zeros(len(last.position_rad))
    if time_ns >= last.time_ns:
        return Setpoint(
            position_rad=last.position_rad, velocity_rad_s=zeros, acceleration_rad_s2=zeros
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
