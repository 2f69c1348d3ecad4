# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How long the arm may move on after a fault, computed from the profile of the robot."""

from dataclasses import dataclass

from vla_ros.gate.limits import make_joint_limits
from vla_ros.robot.profile import RobotProfile

# Publishing and hearing a command, and the lateness that a valid repeat may have.
_DELIVERY_S = 0.025
_POLL_S = 0.5  # How often executor_node looks at the graph.
_DISCOVERY_S = 0.3  # Until the middleware has told it of a new publisher.
_INVALID_S = 0.03  # Three joint states.
_TRACKING_S = 0.25  # Window of the newest commands, and how long an error has to last.
_FROZEN_S = 0.1
_DRIVER_RAMP_S = 0.2  # How long a driver takes to stop the arm by itself.
WAVE_S = 1.0  # How far ahead the scripted policy plans.
WAVE_RAD_S = 0.3  # The arm is at least this fast when a fault is made.


@dataclass(frozen=True, slots=True)
class Bounds:
    """Longest times from a fault to standstill [s]."""

    stop_s: float
    emergency_s: float
    joints_lost_s: float
    joints_odd_s: float
    joints_frozen_s: float
    tracking_s: float
    plan_s: float
    graph_s: float
    button_lost_s: float
    driver_s: float


def make_bounds(profile: RobotProfile) -> Bounds:
    """Take the bounds from the thresholds and limits of a robot."""
    limits, times = make_joint_limits(profile), profile.thresholds
    tick_s = 1.0 / profile.command.rate_hz
    react_s = tick_s + _DELIVERY_S
    stop_s = react_s + limits.operating.longest_stop_s
    emergency_s = react_s + limits.hard.longest_stop_s
    button_s = 0.0 if profile.estop == "none" else profile.estop.timeout_s
    return Bounds(
        stop_s=stop_s,
        emergency_s=emergency_s,
        joints_lost_s=times.joint_state_stale_s + stop_s,
        joints_odd_s=_INVALID_S + stop_s,
        joints_frozen_s=_FROZEN_S + _INVALID_S + stop_s,
        tracking_s=_TRACKING_S + times.tracking_rad / WAVE_RAD_S + stop_s,
        plan_s=WAVE_S + stop_s,
        graph_s=_POLL_S + _DISCOVERY_S + stop_s,
        button_lost_s=button_s + emergency_s,
        driver_s=profile.driver_command_timeout_s + _DRIVER_RAMP_S + react_s,
    )
