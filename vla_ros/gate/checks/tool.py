# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Keeps the tool below its speed limit, also where the arm catches up with its plan or stops."""

import math

from vla_ros.gate.config import GateConfig, ToolPosition
from vla_ros.gate.state import Finding
from vla_ros.gate.stop import MotionState, StopTrajectory
from vla_ros.gate.tick import MotionCheck, Tick
from vla_ros.gate.vocabulary import Reason, Verdict

_STEPS = 6
_LAST_STEP = 4  # Later the arm is all but at rest.
_NEAR = 0.75  # Of the limit: a sample of a stop above it has every command of the stop looked at.
_GAIN = 0.01  # Of the top speed: a joint that gains less by its acceleration is fastest now.
_ALONG_S = 1e-4
_SLACK = 1.0 - 1e-9


def check_tool_speed(candidate: MotionState, stop: StopTrajectory, tick: Tick) -> Finding | None:
    """Object to a command or a stop that moves the tool too fast; the arm brakes for a tick.

    The joints of a stop come to rest one after the other, so the tool may first become faster.
    """
    top = tick.config.tcp_speed_m_s
    speed = speed_above(top, candidate, stop, tick)
    if speed is None:
        return None
    text = f"the tool would move at {speed:.2f} m/s on its way or in its stop, limit {top} m/s"
    return Finding(Verdict.SCALE, Reason.TCP_SPEED, text)


def speed_above(
    top_m_s: float, candidate: MotionState, stop: StopTrajectory, tick: Tick
) -> float | None:
    """Return a speed of the tool above a limit in a command or its stop [m/s]; None if none is.

    Samples say how much of the stop is anywhere near the limit; of that, every command counts.
    """
    config = tick.config
    tool, last = config.tool_position, tick.state.motion
    if tool is None or last is None:
        return None
    here = tool(candidate.position)
    speed = math.dist(tool(last.position), here) / config.dt_s
    if not speed <= top_m_s * _SLACK:
        return speed
    times = _sample_times(candidate, stop, config)
    fast = [t for t in times if not _speed_m_s(config, tool, stop.at(t)) <= top_m_s * _NEAR]
    until_s = max(fast) + stop.duration_s / _STEPS if fast else 0.0
    for k in range(1, math.ceil(until_s / config.dt_s) + 1):
        there = tool(stop.at(k * config.dt_s).position)
        speed = math.dist(here, there) / config.dt_s
        if not speed <= top_m_s * _SLACK:
            return speed
        here = there
    return None


def _sample_times(candidate: MotionState, stop: StopTrajectory, config: GateConfig) -> list[float]:
    """Return times evenly along a stop, and where each joint that still gains speed is fastest."""
    times = [stop.duration_s * k / _STEPS for k in range(_LAST_STEP + 1)]
    rates = config.limits.operating
    joints = zip(
        candidate.velocity, candidate.acceleration, rates.velocity, rates.jerk, strict=True
    )
    for v, a, top, jerk in joints:
        if v * a > 0.0 and a * a > 2.0 * _GAIN * top * jerk:
            times.append(abs(a) / jerk)
    return times


def _speed_m_s(config: GateConfig, tool: ToolPosition, motion: MotionState) -> float:
    q, v = motion.position, motion.velocity
    if config.tool_speed is not None:
        return config.tool_speed(q, v)
    ahead = tuple([x + dx * _ALONG_S for x, dx in zip(q, v, strict=True)])
    return math.dist(tool(q), tool(ahead)) / _ALONG_S


TOOL_CHECKS = (MotionCheck(24, check_tool_speed),)
