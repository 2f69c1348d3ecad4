# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The driver side of the simulated arm: takes commands as robot controllers do, one at a time.

It refuses what a controller refuses, moves its target no faster than the hardware can, and
holds when commands stop coming.
"""

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from vla_ros.errors import SimulationError
from vla_ros.types import FloatArray


@dataclass(frozen=True, kw_only=True, eq=False)
class TrajectoryPoint:
    """One point of a commanded trajectory.

    Attributes:
        time_ns: When it is due, simulated time.
        position_rad: Arm joints in the driver's order, shape (J,).
        velocity_rad_s: Same order; None draws a straight line to this point.
    """

    time_ns: int
    position_rad: FloatArray
    velocity_rad_s: FloatArray | None = None


class Driver:
    """Turns commands into servo targets. Times are simulated nanoseconds. Not thread-safe."""

    def __init__(
        self,
        names: Sequence[str],
        max_velocity_rad_s: FloatArray,
        command_timeout_s: float,
        opening_of: Callable[[float], float],
    ) -> None:
        """Prepare; `place` before use.

        Args:
            names: Of the arm joints, in the order of positions and velocities.
            max_velocity_rad_s: What the hardware can do [rad/s]. Shape (J,).
            command_timeout_s: Commands count as arriving, and velocities go on, for this long [s].
            opening_of: The gripper's opening (0 closed, 1 open) of its joint's position.
        """
        self._names = tuple(names)
        self._max_velocity = max_velocity_rad_s
        self._timeout_ns = round(command_timeout_s * 1e9)
        self._opening_of = opening_of
        self._target: FloatArray = np.zeros(len(self._names))
        self._path: tuple[TrajectoryPoint, ...] = ()
        self._velocity_rad_s: FloatArray | None = None
        self._driven_until_ns = 0
        self.opening = 1.0

    def place(self, position_rad: FloatArray, opening: float) -> None:
        """Start over at a position, with no command pending."""
        self._target = np.array(position_rad)
        self._follow()
        self._driven_until_ns = 0
        self.opening = opening

    def is_driven(self, now_ns: int) -> bool:
        """Tell whether arm commands are arriving."""
        return now_ns < self._driven_until_ns

    def command_positions(self, values: Sequence[float], now_ns: int) -> None:
        """Take a forward-position command: one target per joint [rad], in the driver's order.

        Raises:
            SimulationError: Wrong number of values, or one is not finite.
        """
        point = TrajectoryPoint(time_ns=now_ns, position_rad=self._checked(values, "positions"))
        self._follow(point)
        self._driven_until_ns = now_ns + self._timeout_ns

    def command_velocities(self, values: Sequence[float], now_ns: int) -> None:
        """Take one velocity per joint [rad/s], which goes on until the watchdog bites.

        Raises:
            SimulationError: Wrong number of values, or one is not finite.
        """
        velocity = self._checked(values, "velocities")
        self._follow()
        self._velocity_rad_s = velocity
        self._driven_until_ns = now_ns + self._timeout_ns

    def command_trajectory(
        self, names: Sequence[str], points: Sequence[TrajectoryPoint], now_ns: int
    ) -> None:
        """Take a trajectory, which replaces the one before.

        Args:
            names: Joint of each column, in any order.
            points: In the order of `names`, with increasing times.
            now_ns: Simulated time.

        Raises:
            SimulationError: Other joints, no points, a time that does not increase, or a value
                that is not finite.
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
        path = [self._ordered(point, order) for point in points]
        start = TrajectoryPoint(
            time_ns=now_ns, position_rad=self._target, velocity_rad_s=self._velocity(now_ns)
        )
        ahead = [point for point in path if point.time_ns > now_ns]
        self._follow(*((start, *ahead) if ahead else path[-1:]))
        self._driven_until_ns = max(now_ns + self._timeout_ns, times[-1])

    def command_gripper(self, values: Sequence[float]) -> None:
        """Take the wanted position of the gripper's joint, one value in its unit.

        Raises:
            SimulationError: Not exactly one finite value.
        """
        if len(values) != 1 or not math.isfinite(values[0]):
            raise SimulationError(f"gripper command {list(values)} is not one finite number")
        self.opening = min(max(self._opening_of(values[0]), 0.0), 1.0)

    def advance(self, now_ns: int, step_s: float) -> FloatArray:
        """Return the servo targets for the next physics step [rad], shape (J,)."""
        reach = self._max_velocity * step_s
        if self._velocity_rad_s is not None:
            if now_ns < self._driven_until_ns:
                step = self._velocity_rad_s * step_s
                self._target = self._target + np.clip(step, -reach, reach)
        elif self._path:
            wanted = _position_on(self._path, now_ns)
            self._target = self._target + np.clip(wanted - self._target, -reach, reach)
        return self._target

    def _follow(self, *path: TrajectoryPoint) -> None:
        """Replace what was commanded before."""
        self._path = path
        self._velocity_rad_s = None

    def _checked(self, values: Sequence[float], what: str) -> FloatArray:
        array = np.array(values, dtype=np.float64)
        if array.shape != (len(self._names),):
            raise SimulationError(
                f"command has {array.size} {what}, wanted {len(self._names)}: "
                f"{', '.join(self._names)}"
            )
        finite = np.isfinite(array)
        if not finite.all():
            joint = self._names[int(np.argmin(finite))]
            raise SimulationError(f"commanded {what} of {joint} is not finite")
        return array

    def _ordered(self, point: TrajectoryPoint, order: list[int]) -> TrajectoryPoint:
        position = self._checked(point.position_rad.tolist(), "positions")[order]
        velocity = None
        if point.velocity_rad_s is not None:
            velocity = self._checked(point.velocity_rad_s.tolist(), "velocities")[order]
        return TrajectoryPoint(
            time_ns=point.time_ns, position_rad=position, velocity_rad_s=velocity
        )

    def _velocity(self, now_ns: int) -> FloatArray:
        """Velocity of the running trajectory [rad/s]; zero when it holds."""
        if len(self._path) < 2 or now_ns >= self._path[-1].time_ns:
            return np.zeros(len(self._names))
        ahead = now_ns + 1_000_000
        change = _position_on(self._path, ahead) - _position_on(self._path, now_ns)
        return change / 1e-3


def _position_on(path: tuple[TrajectoryPoint, ...], now_ns: int) -> FloatArray:
    """Interpolate: cubic between points that both have velocities, else a straight line."""
    if now_ns >= path[-1].time_ns:
        return path[-1].position_rad
    index = max(1, next(i for i, point in enumerate(path) if point.time_ns > now_ns))
    a, b = path[index - 1], path[index]
    span_s = (b.time_ns - a.time_ns) / 1e9
    s = max(0.0, (now_ns - a.time_ns) / (b.time_ns - a.time_ns))
    if a.velocity_rad_s is None or b.velocity_rad_s is None:
        return a.position_rad + s * (b.position_rad - a.position_rad)
    rise = s * s * (3 - 2 * s)
    bend_a, bend_b = s * (1 - s) ** 2, s * s * (s - 1)
    return (
        a.position_rad
        + rise * (b.position_rad - a.position_rad)
        + span_s * (bend_a * a.velocity_rad_s + bend_b * b.velocity_rad_s)
    )
