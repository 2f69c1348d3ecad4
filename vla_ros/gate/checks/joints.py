# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Checks of what the robot reports: its joints, and whether it follows."""

import math

from vla_ros.gate.state import Finding
from vla_ros.gate.tick import Tick, TickCheck
from vla_ros.gate.vocabulary import Reason, Verdict

_INVALID_IN_ROW = 3
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


JOINT_CHECKS = (
    TickCheck(3, check_joint_age),
    TickCheck(5, check_joint_validity),
    TickCheck(6, check_joint_range),
    TickCheck(7, check_tracking),
)
