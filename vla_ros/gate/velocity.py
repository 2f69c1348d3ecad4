# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a velocity controller may be told: the speed of the gate's command, and back to its place.

A velocity alone drifts: what the arm lags behind is never made up for. So the distance between
where the command is and where the arm was measured is added, as a speed; and no more of it at once
than the arm may accelerate.
"""

from dataclasses import dataclass

import numpy as np

from vla_ros.types import FloatArray, JointCommand, JointSample

DEADBAND_RAD = 1e-3  # An arm that rests this near to its command is left in peace.


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VelocityLaw:
    """How a command in positions becomes one in velocities.

    Attributes:
        limit_rad_s: Largest velocity of each joint [rad/s]. Shape (J,).
        gain_per_s: Velocity for each radian between command and arm [1/s].
        stale_s: A joint state older than this is none [s].
        deadband_rad: Distance that a resting command leaves as it is [rad].
    """

    limit_rad_s: FloatArray
    gain_per_s: float
    stale_s: float
    deadband_rad: float = DEADBAND_RAD

    def velocity(
        self, command: JointCommand, measured: JointSample | None, now_ns: int
    ) -> FloatArray:
        """Return the velocity of each joint [rad/s], in the command's order; always finite.

        Without a fresh joint state of the same joints it is zero: nobody knows where the arm is.

        Args:
            command: Of the gate.
            measured: The newest joint state; None if there is none.
            now_ns: On the clock that stamped its arrival.
        """
        rest = np.zeros(len(command.names))
        if measured is None or measured.names != command.names:
            return rest
        age_s = (now_ns - measured.arrival_ns) * 1e-9
        if not abs(age_s) <= self.stale_s:  # It may have arrived while the tick was under way.
            return rest
        away_rad = command.position - measured.position
        settled = (command.velocity == 0.0) & (np.abs(away_rad) <= self.deadband_rad)
        wanted = command.velocity + self.gain_per_s * away_rad
        if not np.isfinite(wanted).all():
            return rest
        bounded = np.clip(wanted, -self.limit_rad_s, self.limit_rad_s)
        return np.where(settled, 0.0, bounded)


class VelocityStream:
    """What is told from tick to tick: no step that is larger than the acceleration limit allows.

    The gate's own commands keep that limit, and in an emergency the harder one: a joint may always
    change its speed as much as its command does.
    """

    def __init__(self, law: VelocityLaw, step_rad_s: FloatArray) -> None:
        """Begin at rest.

        Args:
            law: Says what is wanted.
            step_rad_s: How much each joint may change its speed in a tick [rad/s]. Shape (J,).
        """
        self._law = law
        self._step = step_rad_s
        self.rest()

    def rest(self) -> None:
        """Take down that zero was told."""
        self._told = np.zeros(len(self._step))
        self._command = self._told

    def follow(
        self, command: JointCommand, measured: JointSample | None, now_ns: int
    ) -> FloatArray:
        """Return the velocity of each joint [rad/s] for a tick, always finite; see `VelocityLaw`.

        Args:
            command: Of the gate.
            measured: The newest joint state; None if there is none.
            now_ns: On the clock that stamped its arrival.
        """
        wanted = self._law.velocity(command, measured, now_ns)
        # fmax and not maximum: what is no number is none of the command's changes.
        reach = np.fmax(np.abs(command.velocity - self._command), self._step)
        self._command = np.where(np.isfinite(command.velocity), command.velocity, 0.0)
        self._told = np.clip(wanted, self._told - reach, self._told + reach)
        return self._told
