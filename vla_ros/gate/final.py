# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The last look at a command, by backward differences of what was published.

It shares no code with the rest of the gate and judges values only, never timing.
"""

import math

from vla_ros.gate.limits import JointLimits, Vector
from vla_ros.gate.vocabulary import Reason

_POSITION_SLACK = 1e-6
_RATE_SLACK = 1.0 + 1e-6
_JERK_SLACK = 1.0 + 1e-4


def find_breach(
    history: tuple[Vector, Vector, Vector],
    position: Vector,
    gripper: float | None,
    *,
    limits: JointLimits,
    dt_s: float,
    emergency: bool,
) -> tuple[Reason, str] | None:
    """Return what is wrong with a command, or None.

    Args:
        history: The three positions published before, oldest first [rad].
        position: About to be published [rad]. Length J.
        gripper: Opening about to be published; None for none.
        limits: Of the arm.
        dt_s: Time between two commands [s].
        emergency: The hard limits hold instead of the operating ones.
    """
    if len(position) != len(limits.names) or not all(map(math.isfinite, position)):
        return Reason.INVARIANT_I1, f"position is {position}, wanted {len(limits.names)} numbers"
    if gripper is not None and not 0.0 <= gripper <= 1.0:
        return Reason.INVARIANT_I16, f"gripper opening is {gripper}, wanted 0 to 1"
    rates = limits.hard if emergency else limits.operating
    for j, name in enumerate(limits.names):
        p0, p1, p2, p3 = history[0][j], history[1][j], history[2][j], position[j]
        low, high = limits.lower[j] - _POSITION_SLACK, limits.upper[j] + _POSITION_SLACK
        if not low <= p3 <= high:
            return Reason.INVARIANT_I2, f"{name}: {p3} rad is outside [{low}, {high}]"
        velocity = (p3 - p2) / dt_s
        top = rates.velocity[j]
        if not abs(velocity) <= top * _RATE_SLACK:
            return Reason.INVARIANT_I3, f"{name}: {velocity} rad/s is above {top}"
        velocity_before = (p2 - p1) / dt_s
        acceleration = (velocity - velocity_before) / dt_s
        top = rates.acceleration[j]
        if not abs(acceleration) <= top * _RATE_SLACK:
            return Reason.INVARIANT_I4, f"{name}: {acceleration} rad/s^2 is above {top}"
        acceleration_before = (velocity_before - (p1 - p0) / dt_s) / dt_s
        jerk = (acceleration - acceleration_before) / dt_s
        top = rates.jerk[j]
        if not abs(jerk) <= top * _JERK_SLACK:
            return Reason.INVARIANT_I5, f"{name}: {jerk} rad/s^3 is above {top}"
    return None
