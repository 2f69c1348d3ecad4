# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Checks of what the robot reports: its joints, whether it follows, and whether it is ready."""

import math

from vla_ros.chunk.schedule import Target
from vla_ros.gate.state import Finding
from vla_ros.gate.tick import ScaleCheck, Tick, TickCheck
from vla_ros.gate.vocabulary import Reason, Verdict

_INVALID_IN_ROW = 3
_FROZEN_S = 0.1
_LAG_SCALE = 0.5
_RANGE_SLACK_RAD = 0.0087  # Half a degree: encoders and sag.


def check_joint_age(tick: Tick) -> Finding | None:
    """Object to old joint states."""
    joints = tick.state.joints
    age_s = math.inf if joints is None else tick.since_s(joints.arrival_ns)
    if age_s <= tick.config.joint_state_stale_s:
        return None
    if age_s <= tick.config.joint_state_lost_s:
        text = f"joint state is {age_s * 1e3:.0f} ms old (joint_state_stale_s)"
        return Finding(Verdict.HOLD, Reason.JS_STALE, text)
    text = f"no joint state for {tick.config.joint_state_lost_s} s (joint_state_lost_s)"
    return Finding(Verdict.STOP, Reason.JS_LOST, text)


def check_joint_motion(tick: Tick) -> Finding | None:
    """Object to joint states that only repeat while the arm should move."""
    joints, since_ns = tick.state.joints, tick.state.frozen_ns
    if joints is None or since_ns is None:
        return None
    frozen_s = (joints.arrival_ns - since_ns) * 1e-9
    if frozen_s < _FROZEN_S:
        return None
    text = f"joint states repeat for {frozen_s:.2f} s while the arm should move. Check its driver"
    return Finding(Verdict.STOP, Reason.JS_FROZEN, text)


def check_joint_validity(tick: Tick) -> Finding | None:
    """Object to joint states that cannot be right."""
    count = tick.state.invalid_samples
    if count == 0:
        return None
    verdict = Verdict.HOLD if count < _INVALID_IN_ROW else Verdict.STOP
    return Finding(
        verdict, Reason.JS_INVALID, f"{count} joint states not finite, incomplete or jumping"
    )


def check_joint_range(tick: Tick) -> Finding | None:
    """Object to a measured joint outside its limits."""
    measured = tick.measured
    if measured is None:
        return None
    limits = tick.config.limits
    for j, q in enumerate(measured):
        low, high = (
            limits.hard_lower[j] - _RANGE_SLACK_RAD,
            limits.hard_upper[j] + _RANGE_SLACK_RAD,
        )
        if not low <= q <= high:
            text = f"{limits.names[j]} is at {q:.3f} rad, outside [{low:.3f}, {high:.3f}]"
            return Finding(Verdict.STOP, Reason.JS_OUT_OF_RANGE, text)
    return None


def check_tracking(tick: Tick) -> Finding | None:
    """Object to an arm that does not follow its commands."""
    since = tick.state.tracking_ns
    if since is None or tick.since_s(since) < tick.config.tracking_time_s:
        return None
    return Finding(
        Verdict.STOP,
        Reason.TRACKING,
        f"a joint is {tick.tracking_rad:.3f} rad away from its commands, limit "
        f"{tick.config.tracking_rad} rad (tracking_rad)",
    )


def scale_by_lag(target: Target, tick: Tick) -> tuple[float, Finding | None]:  # noqa: ARG001
    """Follow the plan at half speed while the arm lags behind."""
    since = tick.state.lagging_ns
    if since is None or tick.since_s(since) < tick.config.tracking_time_s:
        return 1.0, None
    text = (
        f"a joint is {tick.tracking_rad:.3f} rad away from its commands, limit "
        f"{tick.config.tracking_warn_rad} rad (tracking_warn_rad)"
    )
    return _LAG_SCALE, Finding(Verdict.SCALE, Reason.TRACKING_WARN, text)


def check_driver(tick: Tick) -> Finding | None:
    """Object to a robot that is not ready to move, or whose driver is silent."""
    driver, heartbeat = tick.config.driver, tick.inputs.driver
    if driver is None:
        return None
    if heartbeat is None:
        text = f"the driver has not said yet on {driver.topic} that the robot is ready"
        return Finding(Verdict.STOP, Reason.DRIVER_LOST, text)
    if not heartbeat.age_s <= driver.lost_s:
        text = f"the driver is silent on {driver.topic} for {driver.lost_s} s (driver.lost_s)"
        return Finding(Verdict.STOP, Reason.DRIVER_LOST, text)
    if not heartbeat.good:
        text = f"the robot is not ready to move, says its driver on {driver.topic}"
        return Finding(Verdict.STOP, Reason.DRIVER_PROTECTIVE, text)
    if heartbeat.age_s <= driver.late_s:
        return None
    text = f"the driver is silent on {driver.topic} for {driver.late_s} s (driver.late_s)"
    return Finding(Verdict.HOLD, Reason.DRIVER_LATE, text)


JOINT_CHECKS = (
    TickCheck(3, check_joint_age),
    TickCheck(4, check_joint_motion),
    TickCheck(5, check_joint_validity),
    TickCheck(6, check_joint_range),
    TickCheck(7, check_tracking),
    ScaleCheck(7, scale_by_lag),
    TickCheck(8, check_driver),
)
