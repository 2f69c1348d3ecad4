# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Checks that slow the plan down along its path."""

import math

from vla_ros.chunk.schedule import Target
from vla_ros.gate.state import Finding
from vla_ros.gate.tick import ScaleCheck, Tick
from vla_ros.gate.vocabulary import Reason, Verdict

_TCP_SHARE = 0.85  # Of the limit, for the plan: the arm has to catch up, and settle on its path.


def scale_by_operator(target: Target, tick: Tick) -> tuple[float, Finding | None]:  # noqa: ARG001
    """Follow the plan as slowly as the operator wants."""
    asked = tick.inputs.speed_scale
    if asked >= 1.0:
        return 1.0, None
    scale = asked if asked > 0.0 else 0.0  # NaN stands still.
    return scale, Finding(Verdict.SCALE, Reason.SPEED_SCALE, f"operator allows {scale:.0%}")


def scale_by_goal(target: Target, tick: Tick) -> tuple[float, Finding | None]:  # noqa: ARG001
    """Follow the plan as slowly as its goal asks for, which is nothing to object to."""
    return tick.state.goal_scale, None


def plan_speed_m_s(target: Target, tick: Tick) -> float:
    """Return how fast the plan would move the tool if nothing slowed it down [m/s].

    0 if it (nearly) stands still, and without a tool to look at.
    """
    tool = tick.config.tool_position
    scale = tick.state.schedule.scale
    if tool is None or scale < 1e-3:
        return 0.0
    dt_s = tick.config.dt_s
    ahead = tuple(
        q + v / scale * dt_s for q, v in zip(target.position, target.velocity, strict=True)
    )
    return math.dist(tool(target.position), tool(ahead)) / dt_s


def scale_by_tool_speed(target: Target, tick: Tick) -> tuple[float, Finding | None]:
    """Slow the plan down so that the tool keeps its speed limit."""
    speed = plan_speed_m_s(target, tick)
    limit = tick.config.tcp_speed_m_s * _TCP_SHARE
    if speed <= limit:
        return 1.0, None
    text = f"the plan moves the tool at {speed:.2f} m/s, limit {tick.config.tcp_speed_m_s} m/s"
    return limit / speed, Finding(Verdict.SCALE, Reason.TCP_SPEED, text)


SPEED_CHECKS = (
    ScaleCheck(24, scale_by_tool_speed),
    ScaleCheck(35, scale_by_operator),
    ScaleCheck(35, scale_by_goal),
)
