# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Keeps the tool below its speed limit, also where the arm catches up with its plan or stops."""

import math

from vla_ros.gate.config import GateConfig, ToolPosition
from vla_ros.gate.state import Finding
from vla_ros.gate.stop import MotionState, StopTrajectory
from vla_ros.gate.tick import MotionCheck, Tick
from vla_ros.gate.vocabulary import Reason, Verdict

_SAMPLES = 6
_STOP_SHARE = 0.97  # Leaves room for what the tool does between the samples of a stop.
_ALONG_S = 1e-4
_SLACK = 1.0 - 1e-9


def check_tool_speed(candidate: MotionState, stop: StopTrajectory, tick: Tick) -> Finding | None:
    """Object to a command or a stop that moves the tool too fast; the arm brakes for a tick.

    The joints of a stop come to rest one after the other, so the tool may first become faster.
    """
    config = tick.config
    tool, last = config.tool_position, tick.state.motion
    if tool is None or last is None:
        return None
    top = config.tcp_speed_m_s
    speed = math.dist(tool(last.position), tool(candidate.position)) / config.dt_s
    if not speed <= top * _SLACK:
        return _too_fast(speed, top)
    if stop.duration_s < config.dt_s:
        return None
    for k in range(_SAMPLES):
        moving = stop.at(stop.duration_s * k / _SAMPLES)
        speed = _speed_m_s(config, tool, moving)
        if not speed <= top * _STOP_SHARE:
            return _too_fast(speed, top)
    return None


def _speed_m_s(config: GateConfig, tool: ToolPosition, motion: MotionState) -> float:
    q, v = motion.position, motion.velocity
    if config.tool_speed is not None:
        return config.tool_speed(q, v)
    ahead = tuple([x + dx * _ALONG_S for x, dx in zip(q, v, strict=True)])
    return math.dist(tool(q), tool(ahead)) / _ALONG_S


def _too_fast(speed: float, top: float) -> Finding:
    text = f"the tool would move at {speed:.2f} m/s on its way or in its stop, limit {top} m/s"
    return Finding(Verdict.SCALE, Reason.TCP_SPEED, text)


TOOL_CHECKS = (MotionCheck(24, check_tool_speed),)
