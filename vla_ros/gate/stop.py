# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Jerk-limited motion: one step towards a target, and the way from any state to rest.

Wraps ruckig and its traps: vectors of a wrong length are accepted there, some inputs of measure
zero raise, unknown result codes raise ValueError. Intermediate waypoints are never used: they
would be sent to a web service.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ruckig import (
    ControlInterface,
    InputParameter,
    Result,
    Ruckig,
    RuckigError,
    Synchronization,
    Trajectory,
)

from vla_ros.gate.limits import JointLimits, RateLimits, Vector

_NUDGE = 1e-7  # Moves a target off the inputs ruckig fails on; far below what an arm resolves.
_RESTING_S = 1e-6
_FRAME_SHARE = 0.95  # Leaves a joint some speed to catch up with a target at the limit.
_SOLVED = (Result.Working, Result.Finished)


class MotionError(Exception):
    """The motion generator found no trajectory; the gate follows the stop it has."""


@dataclass(frozen=True, slots=True)
class MotionState:
    """Where a commanded arm is, and how it moves.

    Attributes:
        position: [rad]. Length J.
        velocity: [rad/s]. Length J.
        acceleration: [rad/s^2]. Length J.
    """

    position: Vector
    velocity: Vector
    acceleration: Vector


def at_rest(position: Sequence[float]) -> MotionState:
    """Return a state that stands still."""
    zeros = (0.0,) * len(position)
    return MotionState(tuple(position), zeros, zeros)


class StopTrajectory:
    """The way from one state to rest; read-only."""

    __slots__ = ("_end", "_jerk", "_samples", "_start", "_trajectory", "duration_s")

    def __init__(self, trajectory: Trajectory, start: MotionState, jerk: Vector) -> None:
        """Wrap a solved stop.

        Args:
            trajectory: From `start` to rest.
            start: Where it begins.
            jerk: With which it was solved [rad/s^3]. Length J.
        """
        self._trajectory = trajectory
        self._start = start
        self._jerk = jerk
        self.duration_s: float = trajectory.duration
        self._end = at_rest(trajectory.at_time(self.duration_s)[0])
        self._samples: tuple[MotionState, ...] = ()

    def at(self, elapsed_s: float) -> MotionState:
        """Return the state after a time [s]; at rest from `duration_s` on."""
        if elapsed_s >= self.duration_s:
            return self._end
        position, velocity, acceleration = self._trajectory.at_time(elapsed_s)
        return MotionState(tuple(position), tuple(velocity), tuple(acceleration))

    def samples(self, count: int) -> tuple[MotionState, ...]:
        """Return states evenly along the way, the last one at rest; just that one if it rests."""
        if not self._samples:
            count = count if self.duration_s > _RESTING_S else 1
            step_s = self.duration_s / count
            self._samples = tuple([self.at(step_s * k) for k in range(1, count)] + [self._end])
        return self._samples

    def extremes(self) -> list[tuple[float, float]]:
        """Return the exact smallest and largest position of each joint on the way [rad].

        Computed here: ruckig's own extremes of a stop always include zero.
        """
        found = []
        start = self._start
        joints = zip(
            start.position,
            start.velocity,
            start.acceleration,
            self._end.position,
            self._jerk,
            strict=True,
        )
        for position, velocity, acceleration, end, jerk in joints:
            turn = _turning_point(position, velocity, acceleration, jerk)
            found.append((min(position, end, turn), max(position, end, turn)))
        return found


def _turning_point(position: float, velocity: float, acceleration: float, jerk: float) -> float:
    """Return where a joint turns back during its stop; its position if it does not.

    It does when it brakes so hard already that it is through zero speed before the jerk limit
    lets it ease off; until then only the jerk acts.
    """
    sign = 1.0 if velocity > 0.0 else -1.0
    v, a = sign * velocity, sign * acceleration
    rest = a * a - 2.0 * jerk * v
    if not (v > 0.0 and a < 0.0 and rest > 0.0):
        return position
    t = (-a - math.sqrt(rest)) / jerk
    return position + sign * t * (v + t * (a / 2.0 + t * jerk / 6.0))


class MotionGenerator:
    """Computes steps and stops within the limits of one arm.

    It keeps buffers, not memory: the same arguments give the same answer.
    """

    def __init__(self, limits: JointLimits, dt_s: float) -> None:
        """Prepare for an arm.

        Args:
            limits: Of the arm.
            dt_s: Time between two commands [s].
        """
        self._count = len(limits.names)
        self._dt_s = dt_s
        self._generator = Ruckig(self._count, dt_s)
        self._zeros = (0.0,) * self._count
        self._jerk = limits.operating.jerk
        self._hard_jerk = limits.hard.jerk
        self._velocity = limits.operating.velocity
        self._frame_cap = tuple(_FRAME_SHARE * v for v in self._velocity)
        self._track = _parameters(limits.operating, ControlInterface.Position)
        self._stop = _parameters(limits.operating, ControlInterface.Velocity)
        self._fast_stop = _parameters(limits.hard, ControlInterface.Velocity)

    def track(self, state: MotionState, position: Vector, velocity: Vector) -> MotionState:
        """Return the state one tick later on the fastest way to a moving target.

        It is computed in a frame that moves with the target, where the target stands still:
        aimed at directly, a target once overtaken makes the fastest way turn back and forth.

        Args:
            state: Now, one tick before the target is due.
            position: Of the target when it is due [rad]. Length J.
            velocity: Of the target [rad/s]; capped below the limit. Length J.

        Raises:
            MotionError: There is no such way.
            ValueError: A vector has a wrong length.
        """
        self._check_length("position", position)
        self._check_length("velocity", velocity)
        dt = self._dt_s
        caps = zip(velocity, self._frame_cap, strict=True)
        frame = tuple([min(max(v, -cap), cap) for v, cap in caps])
        start = zip(state.position, position, frame, strict=True)
        self._set_state(
            self._track,
            MotionState(
                tuple([s - p + v * dt for s, p, v in start]),
                tuple([s - v for s, v in zip(state.velocity, frame, strict=True)]),
                state.acceleration,
            ),
        )
        rates = tuple(zip(self._velocity, frame, strict=True))
        self._track.max_velocity = tuple([top - v for top, v in rates])
        self._track.min_velocity = tuple([-top - v for top, v in rates])
        try:
            trajectory = self._solve(self._track, self._zeros)
        except MotionError:
            trajectory = self._solve(self._track, (_NUDGE,) * self._count)
        moved, speed, acceleration = trajectory.at_time(dt)
        return MotionState(
            tuple([m + p for m, p in zip(moved, position, strict=True)]),
            tuple([m + v for m, v in zip(speed, frame, strict=True)]),
            tuple(acceleration),
        )

    def stop(self, state: MotionState, *, emergency: bool = False) -> StopTrajectory:
        """Return the fastest way to rest, within the operating or (emergency) hard limits.

        Raises:
            MotionError: There is no such way.
            ValueError: A vector has a wrong length.
        """
        parameters = self._fast_stop if emergency else self._stop
        self._set_state(parameters, state)
        jerk = self._hard_jerk if emergency else self._jerk
        return StopTrajectory(self._solve(parameters, None), state, jerk)

    def _set_state(self, parameters: InputParameter, state: MotionState) -> None:
        for name in ("position", "velocity", "acceleration"):
            self._check_length(name, getattr(state, name))
        parameters.current_position = state.position
        parameters.current_velocity = state.velocity
        parameters.current_acceleration = state.acceleration

    def _check_length(self, name: str, vector: Sequence[float]) -> None:
        if len(vector) != self._count:
            raise ValueError(f"{name} has {len(vector)} values, wanted {self._count}")

    def _solve(self, parameters: InputParameter, position: Vector | None) -> Trajectory:
        if position is not None:
            self._check_length("position", position)
            parameters.target_position = position
        trajectory = Trajectory(self._count)
        try:
            result = self._generator.calculate(parameters, trajectory)
        except (RuckigError, RuntimeError, ValueError) as error:
            raise MotionError(f"ruckig: {error}") from error
        if result not in _SOLVED:
            raise MotionError(f"ruckig: {result!r}")
        return trajectory


def _parameters(rates: RateLimits, interface: ControlInterface) -> InputParameter:
    parameters = InputParameter(len(rates.velocity))
    parameters.control_interface = interface
    parameters.synchronization = Synchronization.No
    parameters.max_velocity = rates.velocity
    parameters.max_acceleration = rates.acceleration
    parameters.max_jerk = rates.jerk
    return parameters
