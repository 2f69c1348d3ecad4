# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The fastest way of one joint to rest within an acceleration and a jerk limit, in closed form.

Only for the final checker: the gate computes its stops in another way.
"""

import math
from typing import NamedTuple


class Brake(NamedTuple):
    """A way to rest: the acceleration falls, stays, and rises to zero.

    Attributes:
        sign: The joint brakes against this direction, 1 or -1.
        velocity: At the beginning, in that direction [rad/s].
        acceleration: At the beginning, in that direction [rad/s^2].
        jerk: [rad/s^3].
        fall_s: How long the acceleration falls.
        stay_s: How long it stays.
        rise_s: How long it rises to zero.
    """

    sign: float
    velocity: float
    acceleration: float
    jerk: float
    fall_s: float
    stay_s: float
    rise_s: float

    @property
    def duration_s(self) -> float:
        """From the beginning to rest [s]."""
        return self.fall_s + self.stay_s + self.rise_s

    def offset(self, elapsed_s: float) -> float:
        """Return how far the joint is from where it began, after a time [rad]."""
        x, v, a = 0.0, self.velocity, self.acceleration
        left_s = max(elapsed_s, 0.0)
        phases = ((self.fall_s, -self.jerk), (self.stay_s, 0.0), (self.rise_s, self.jerk))
        for phase_s, jerk in phases:
            t = min(left_s, phase_s)
            x += t * (v + t * (a / 2.0 + t * jerk / 6.0))
            v += t * (a + t * jerk / 2.0)
            a += t * jerk
            left_s -= t
        return self.sign * x

    def turn_s(self) -> float:
        """Return when the joint turns back [s]; 0 if it does not."""
        v, a = self.velocity, self.acceleration
        if not v < 0.0 < a:
            return 0.0
        return (a - math.sqrt(max(a * a + 2.0 * self.jerk * v, 0.0))) / self.jerk

    def extremes(self) -> tuple[float, float]:
        """Return the least and the greatest offset on the way [rad]."""
        end, turn = self.offset(self.duration_s), self.offset(self.turn_s())
        return min(0.0, end, turn), max(0.0, end, turn)


def plan_brake(velocity: float, acceleration: float, top: float, jerk: float) -> Brake:
    """Return the fastest way to rest.

    Args:
        velocity: Now [rad/s].
        acceleration: Now, at most `top` in magnitude [rad/s^2].
        top: Largest acceleration [rad/s^2].
        jerk: Largest jerk [rad/s^3].
    """
    # Where the speed would end if the acceleration were only brought to zero.
    drift = velocity + acceleration * abs(acceleration) / (2.0 * jerk)
    sign = 1.0 if drift > 0.0 else -1.0
    v, a = sign * velocity, sign * acceleration
    peak = math.sqrt(max(jerk * v + a * a / 2.0, 0.0))
    stay_s = 0.0
    if peak > top:
        peak = top
        stay_s = (v + (a * a / 2.0 - top * top) / jerk) / top
    return Brake(sign, v, a, jerk, max((a + peak) / jerk, 0.0), max(stay_s, 0.0), peak / jerk)
