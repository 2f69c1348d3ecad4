# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Checks of the next command together with the stop that would follow it."""

from vla_ros.gate.config import Vector3
from vla_ros.gate.state import Finding
from vla_ros.gate.stop import MotionState, StopTrajectory
from vla_ros.gate.tick import MotionCheck, Tick
from vla_ros.gate.vocabulary import Reason, Verdict

_STOP_SLACK_RAD = 5e-7
_STOP_SAMPLES = 6


def check_stop_range(candidate: MotionState, stop: StopTrajectory, tick: Tick) -> Finding | None:
    """Object to a command after which the arm could not stop inside the joint range."""
    limits = tick.config.limits
    ends = zip(limits.lower, candidate.position, stop.extremes(), limits.upper, strict=True)
    for j, (low, q, (least, most), high) in enumerate(ends):
        inside = low - _STOP_SLACK_RAD <= min(q, least)
        if not (inside and max(q, most) <= high + _STOP_SLACK_RAD):
            text = f"{limits.names[j]} could not stop inside [{low:.3f}, {high:.3f}] rad"
            return Finding(Verdict.HOLD, Reason.NO_SAFE_STOP, text)
    return None


def check_tool_boxes(candidate: MotionState, stop: StopTrajectory, tick: Tick) -> Finding | None:
    """Object to a command or its stop that takes the tool out of where it may be."""
    tool = tick.config.tool_position
    if tool is None:
        return None
    for motion in (candidate, *stop.samples(_STOP_SAMPLES)):
        finding = judge_tool(tool(motion.position), tick)
        if finding is not None:
            return finding
    return None


def judge_tool(point: Vector3, tick: Tick) -> Finding | None:
    """Object to a place of the tool [m, base frame]."""
    box = tick.config.workspace
    if box is not None and not box.contains(point):
        where = f"outside the workspace {box.lower} to {box.upper}"
        return Finding(Verdict.HOLD, Reason.WORKSPACE, f"{_at(point)}, {where}")
    for keep_out in tick.config.keep_out:
        if keep_out.contains(point):
            return Finding(Verdict.HOLD, Reason.KEEPOUT, f"{_at(point)}, inside '{keep_out.name}'")
    return None


def _at(point: Vector3) -> str:
    return "the tool would be at ({:.3f}, {:.3f}, {:.3f}) m".format(*point)


MOTION_CHECKS = (MotionCheck(25, check_tool_boxes), MotionCheck(32, check_stop_range))
