# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How long the arm may move on after a fault, computed from the profile of the robot."""

from dataclasses import dataclass

from vla_ros.gate.config import make_gate_config
from vla_ros.robot.profile import RobotProfile

# What the scripted policy does, see `wave.py`.
WAVE_S = 1.0  # It plans so far ahead.
REPLAN_S = 0.3  # It sends a chunk so often.
WAVE_RAD_S = 0.3  # The arm is at least this fast when a fault is made.
SWING_RAD = 0.4  # So far the first joint and the last one swing.
LURE_RAD = 0.1  # So far a chunk that must not count would move every joint.

# Publishing and hearing a command, and the lateness that a valid repeat may have.
_DELIVERY_S = 0.025
_STATE_S = 0.01  # Between two joint states of the simulated arm.
_IMAGE_S = 0.1  # Between two images of the simulated arm, and until one is an observation.
CAMERA_HZ = 15.0  # Images of the simulated arm where a camera is at fault.
_WATCH_S = 0.1  # How often perception_node looks at its cameras.
# It counts the newest 30 times between pictures; 11 of these doubled are below 3/4 of the rate.
_SLOW_S = 2.0 * 12 / CAMERA_HZ
# Constants of the gate and of its node, which no profile has.
_FROZEN_S = 0.1  # Joint states that repeat for so long are frozen.
_POLL_S = 0.5  # How often executor_node looks at the graph and at its audit log.
_AUDIT_RETRY_S = 1.0  # How often the audit log is tried again.
_DISCOVERY_S = 0.3  # Until the middleware has told it of a new publisher.
_DRIVER_RAMP_S = 0.2  # How long a driver takes to stop the arm by itself.


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Longest times [s]: from a fault to standstill, and what else the gate is given time for.

    Attributes:
        react_s: Within a tick, as it is heard.
        stop_s: A stop that begins at once.
        emergency_s: An emergency stop that begins at once.
        joints_lost_s: The joint states end.
        joints_odd_s: A joint state cannot be right.
        joints_frozen_s: The joint states repeat themselves.
        tracking_s: The arm does not follow.
        plan_s: No chunk follows: the arm rests before the plan ends.
        graph_s: Somebody else publishes.
        button_lost_s: The emergency stop falls silent.
        chunk_s: The next chunk stops the arm.
        camera_s: A camera repeats itself: that is seen, and the next chunk stops the arm.
        picture_s: The next picture cannot be used, and that is said.
        old_picture_s: The newest picture is too old, and that is said.
        rate_s: Pictures come too slowly, and that is said.
        blind_s: No observation follows: chunks that answer an old one are refused, and the arm
            rests before the plan ends.
        driver_s: The gate is gone, and the driver stops by itself.
        idle_s: From a hold to idle, without a chunk.
        resume_s: From a fault that passes to motion again.
        audit_s: The audit log cannot be written, or can again.
    """

    react_s: float
    stop_s: float
    emergency_s: float
    joints_lost_s: float
    joints_odd_s: float
    joints_frozen_s: float
    tracking_s: float
    plan_s: float
    graph_s: float
    button_lost_s: float
    chunk_s: float
    camera_s: float
    picture_s: float
    old_picture_s: float
    rate_s: float
    blind_s: float
    driver_s: float
    idle_s: float
    resume_s: float
    audit_s: float


def make_bounds(profile: RobotProfile) -> Bounds:
    """Take the bounds from the thresholds and limits of a robot, as the gate does."""
    config = make_gate_config(profile, None)
    react_s = config.dt_s + _DELIVERY_S
    stop_s = react_s + config.limits.operating.longest_stop_s
    emergency_s = react_s + config.limits.hard.longest_stop_s
    frozen_s = profile.thresholds.camera_frozen_s
    lag_s = config.tracking_rad / WAVE_RAD_S
    picture_s = 2.0 * _IMAGE_S + _WATCH_S  # One picture of two may be lost.
    return Bounds(
        react_s=react_s,
        stop_s=stop_s,
        emergency_s=emergency_s,
        joints_lost_s=config.joint_state_stale_s + stop_s,
        joints_odd_s=_STATE_S + stop_s,
        joints_frozen_s=_FROZEN_S + 2.0 * _STATE_S + stop_s,
        tracking_s=config.tracking_window_s + config.tracking_time_s + lag_s + stop_s,
        plan_s=WAVE_S + react_s,
        graph_s=_POLL_S + _DISCOVERY_S + stop_s,
        button_lost_s=config.estop_timeout_s + emergency_s,
        chunk_s=REPLAN_S + stop_s,
        # An arm that turns rests for a moment, and the count begins anew.
        camera_s=2.0 * frozen_s + _IMAGE_S + REPLAN_S + stop_s,
        picture_s=picture_s,
        old_picture_s=profile.thresholds.image_max_age_s + picture_s,
        rate_s=_SLOW_S + picture_s,
        # One more picture may be on its way when the fault is made.
        blind_s=_IMAGE_S
        + _DELIVERY_S
        + profile.thresholds.observation_max_age_s
        + WAVE_S
        + react_s,
        driver_s=profile.driver_command_timeout_s + _DRIVER_RAMP_S + react_s,
        idle_s=config.resume_s + react_s,
        resume_s=stop_s + config.clear_s + 2.0 * REPLAN_S + 1.0 / config.scale_slew_per_s,
        audit_s=_POLL_S + _AUDIT_RETRY_S + react_s,
    )
