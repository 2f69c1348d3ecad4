# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Keeps the tool below its speed limit, also where the arm catches up with its plan or stops."""

import math
from collections.abc import Iterator

from vla_ros.gate.config import GateConfig, ToolPosition
from vla_ros.gate.state import Finding
from vla_ros.gate.stop import MotionState, StopTrajectory
from vla_ros.gate.tick import MotionCheck, Tick
from vla_ros.gate.vocabulary import Reason, Verdict

_STEPS = 6
_LAST_STEP = 4  # Later the arm is all but at rest.
_GAIN = 0.01  # Of the top speed: a joint that gains less by its acceleration is fastest now.
_STOP_SHARE = 0.97  # Leaves room for what the tool does between the samples of a stop.
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
    """Return a speed of the tool above a limit in a command or its stop [m/s]; None if none is."""
    config = tick.config
    tool, last = config.tool_position, tick.state.motion
    if tool is None or last is None:
        return None
    speed = math.dist(tool(last.position), tool(candidate.position)) / config.dt_s
    if not speed <= top_m_s * _SLACK:
        return speed
    if stop.duration_s < config.dt_s:
        return None
    for at_s in _sample_times(candidate, stop, config):
        speed = _speed_m_s(config, tool, stop.at(at_s))
        if not speed <= top_m_s * _STOP_SHARE:
            return speed
    return None


def _sample_times(
    candidate: MotionState, stop: StopTrajectory, config: GateConfig
) -> Iterator[float]:
    """Go through a stop evenly, and to where each joint that still gains speed is fastest."""
    for k in range(_LAST_STEP + 1):
        yield stop.duration_s * k / _STEPS
    rates = config.limits.operating
    joints = zip(
        candidate.velocity, candidate.acceleration, rates.velocity, rates.jerk, strict=True
    )
    for v, a, top, jerk in joints:
        if v * a > 0.0 and a * a > 2.0 * _GAIN * top * jerk:
            yield abs(a) / jerk


def _speed_m_s(config: GateConfig, tool: ToolPosition, motion: MotionState) -> float:
    q, v = motion.position, motion.velocity
    if config.tool_speed is not None:
        return config.tool_speed(q, v)
    ahead = tuple([x + dx * _ALONG_S for x, dx in zip(q, v, strict=True)])
    return math.dist(tool(q), tool(ahead)) / _ALONG_S


TOOL_CHECKS = (MotionCheck(24, check_tool_speed),)
