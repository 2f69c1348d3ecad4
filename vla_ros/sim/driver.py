# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The driver side of the simulated arm: takes commands as robot controllers do, one at a time.

It refuses what a controller refuses, moves its target no faster than the hardware can, and
holds when commands stop coming.
"""

import math
from collections.abc import Callable, Sequence

import numpy as np

from vla_ros.errors import SimulationError
from vla_ros.sim.trajectory import TrajectoryPoint
from vla_ros.sim.trajectory_controller import TrajectoryController, check_values
from vla_ros.types import FloatArray


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
        self._position_rad: FloatArray | None = None
        self._velocity_rad_s: FloatArray | None = None
        self._trajectories = TrajectoryController(names)
        self._driven_until_ns = 0
        self.opening = 1.0

    def place(self, position_rad: FloatArray, opening: float) -> None:
        """Start over at a position, with no command pending."""
        self._target = np.array(position_rad)
        self._forget()
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
        position = check_values(values, "positions", self._names)
        self._forget()
        self._position_rad = position
        self._driven_until_ns = now_ns + self._timeout_ns

    def command_velocities(self, values: Sequence[float], now_ns: int) -> None:
        """Take one velocity per joint [rad/s], which goes on until the watchdog bites.

        Raises:
            SimulationError: Wrong number of values, or one is not finite.
        """
        velocity = check_values(values, "velocities", self._names)
        self._forget()
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
            SimulationError: See `TrajectoryController.take`.
        """
        self._trajectories.take(names, points, now_ns)
        self._position_rad = self._velocity_rad_s = None
        self._driven_until_ns = max(now_ns + self._timeout_ns, points[-1].time_ns)

    def command_gripper(self, values: Sequence[float]) -> None:
        """Take the wanted position of the gripper's joint, one value in its unit.

        Raises:
            SimulationError: Not exactly one finite value.
        """
        if len(values) != 1 or not math.isfinite(values[0]):
            raise SimulationError(f"gripper command {list(values)} is not one finite number")
        self.opening = min(max(self._opening_of(values[0]), 0.0), 1.0)

    def advance(
        self,
        now_ns: int,
        step_s: float,
        position_rad: FloatArray | None = None,
        velocity_rad_s: FloatArray | None = None,
    ) -> FloatArray:
        """Return the servo targets for the next physics step [rad], shape (J,).

        Args:
            now_ns: Simulated time.
            step_s: To the next step [s].
            position_rad: Measured joints, shape (J,); None if they are where they were sent.
            velocity_rad_s: Measured joints, shape (J,).
        """
        reach = self._max_velocity * step_s
        measured = self._target if position_rad is None else position_rad
        step = self._step(now_ns, step_s, measured, velocity_rad_s)
        if step is not None:
            self._target = self._target + np.clip(step, -reach, reach)
        return self._target

    def _step(
        self, now_ns: int, step_s: float, measured: FloatArray, velocity: FloatArray | None
    ) -> FloatArray | None:
        """Return how far the target is to move [rad], shape (J,); None to hold it."""
        if self._velocity_rad_s is not None:
            return self._velocity_rad_s * step_s if now_ns < self._driven_until_ns else None
        if self._position_rad is not None:
            return self._position_rad - self._target
        setpoint = self._trajectories.update(now_ns, round(step_s * 1e9), measured, velocity)
        return None if setpoint is None else setpoint.position_rad - self._target

    def _forget(self) -> None:
        """Leave what was commanded before."""
        self._position_rad = self._velocity_rad_s = None
        self._trajectories.clear()
