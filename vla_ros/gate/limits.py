# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What each joint may do: positions with the margin taken off, operating and hard rates."""

import math
from dataclasses import dataclass

from vla_ros.errors import ConfigError
from vla_ros.robot.parts import MotionLimits
from vla_ros.robot.profile import RobotProfile

Vector = tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimits:
    """Largest magnitudes, per joint.

    Attributes:
        velocity: [rad/s]. Length J.
        acceleration: [rad/s^2]. Length J.
        jerk: [rad/s^3]. Length J.
    """

    velocity: Vector
    acceleration: Vector
    jerk: Vector

    def __post_init__(self) -> None:
        for name in ("velocity", "acceleration", "jerk"):
            for j, value in enumerate(getattr(self, name)):
                if not 0.0 < value < math.inf:
                    raise ConfigError(
                        f"{name} limit of joint {j} is {value}, wanted a finite number above 0. "
                        "Set it in the robot profile"
                    )

    @property
    def longest_stop_s(self) -> float:
        """Upper bound of the time from any state to rest [s]."""
        pairs = zip(self.velocity, self.acceleration, self.jerk, strict=True)
        return max(v / a + 2.0 * a / j for v, a, j in pairs)


@dataclass(frozen=True, slots=True, kw_only=True)
class JointLimits:
    """The limits of an arm, joints in the profile's order.

    Attributes:
        names: Joint names. Length J.
        lower: Smallest commanded position: the joint limit plus the margin [rad]. Length J.
        upper: Largest commanded position: the joint limit less the margin [rad]. Length J.
        hard_lower: The joint limit itself [rad]. Length J.
        hard_upper: The joint limit itself [rad]. Length J.
        operating: What every motion but an emergency stop keeps.
        hard: What an emergency stop may use.
    """

    names: tuple[str, ...]
    lower: Vector
    upper: Vector
    hard_lower: Vector
    hard_upper: Vector
    operating: RateLimits
    hard: RateLimits

    def __post_init__(self) -> None:
        wanted = len(self.names)
        rates = (self.operating, self.hard)
        lengths = [len(r) for rate in rates for r in (rate.velocity, rate.acceleration, rate.jerk)]
        lengths += [len(self.lower), len(self.upper), len(self.hard_lower), len(self.hard_upper)]
        if any(n != wanted for n in lengths):
            raise ConfigError(f"limits have lengths {lengths}, wanted {wanted}, one per joint")
        ends = zip(
            self.names, self.hard_lower, self.lower, self.upper, self.hard_upper, strict=True
        )
        for name, hard_low, low, high, hard_high in ends:
            if not -math.inf < hard_low <= low < high <= hard_high < math.inf:
                raise ConfigError(
                    f"{name}: [{low}, {high}] rad is no range inside [{hard_low}, {hard_high}]. "
                    "Set lower_rad, upper_rad and position_margin_rad in the robot profile"
                )


def make_joint_limits(profile: RobotProfile) -> JointLimits:
    """Take the limits of an arm from its profile."""
    margin = profile.position_margin_rad
    lower = tuple(joint.lower_rad for joint in profile.joints)
    upper = tuple(joint.upper_rad for joint in profile.joints)
    return JointLimits(
        names=profile.joint_names,
        lower=tuple(x + margin for x in lower),
        upper=tuple(x - margin for x in upper),
        hard_lower=lower,
        hard_upper=upper,
        operating=_rates([joint.operating for joint in profile.joints]),
        hard=_rates([joint.hard for joint in profile.joints]),
    )


def _rates(limits: list[MotionLimits]) -> RateLimits:
    return RateLimits(
        velocity=tuple(x.velocity_rad_s for x in limits),
        acceleration=tuple(x.acceleration_rad_s2 for x in limits),
        jerk=tuple(x.jerk_rad_s3 for x in limits),
    )
