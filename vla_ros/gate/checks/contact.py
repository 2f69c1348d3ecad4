# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Checks that keep the tool slow where its fingers are near what they may touch.

Moving away is as fast as anywhere; moving along a surface is as slow as moving towards it.
"""

import math

from vla_ros.chunk.schedule import Target
from vla_ros.gate.checks.speed import plan_speed_m_s
from vla_ros.gate.collision import CollisionModel
from vla_ros.gate.limits import Vector
from vla_ros.gate.state import Finding
from vla_ros.gate.stop import MotionState, StopTrajectory
from vla_ros.gate.tick import MotionCheck, ScaleCheck, Tick
from vla_ros.gate.vocabulary import Reason, Verdict

_SAMPLES = 6
_AHEAD_S = 0.1
_STEP_S = 0.01
_AWAY_M_S = 1e-3  # Less than this is neither coming nearer nor moving away.
_BRAKE_M_S2 = 1.0  # Of the tool along the plan; any arm that reaches its limits can do more.
_REACTION_S = 0.05  # By which the arm follows its plan.
_SWEEP = 2.0  # No finger moves more than this many times as fast as the tool in a stop.


def scale_near_contact(target: Target, tick: Tick) -> tuple[float, Finding | None]:
    """Follow a plan more slowly that comes near, or moves along, what the fingers may touch."""
    model, speed = tick.config.collision, plan_speed_m_s(target, tick)
    contact = None if model is None else model.settings.contact
    if model is None or contact is None or speed <= contact.speed_m_s:
        return 1.0, None
    ahead_s = _AHEAD_S / max(tick.state.schedule.scale, 1e-3)
    here_m = _gap_m(model, target.position)
    comes_m_s = (here_m - _gap_m(model, _moved(target.position, target.velocity, ahead_s))) / (
        _AHEAD_S
    )
    allowed, left_m = contact.speed_m_s, here_m - contact.within_m
    if comes_m_s < -_AWAY_M_S or (left_m > 0.0 and comes_m_s <= _AWAY_M_S):
        return 1.0, None
    if left_m > 0.0:
        way_m = left_m * speed / comes_m_s - _REACTION_S * speed
        allowed = math.sqrt(allowed**2 + 2.0 * _BRAKE_M_S2 * max(way_m, 0.0))
    if allowed >= speed:
        return 1.0, None
    text = "the fingers are near what they may touch, so the tool is slow"
    return allowed / speed, Finding(Verdict.SCALE, Reason.ENV_NEAR, text)


def check_contact_speed(
    candidate: MotionState, stop: StopTrajectory, tick: Tick
) -> Finding | None:
    """Object to a command or a stop that is fast near what the fingers may touch."""
    config = tick.config
    model, speed_of = config.collision, config.tool_speed
    contact = None if model is None else model.settings.contact
    if model is None or contact is None or speed_of is None:
        return None
    sweep_m = _SWEEP * config.tcp_speed_m_s * stop.duration_s
    if _gap_m(model, candidate.position) >= contact.within_m + sweep_m:
        return None
    for motion in (candidate, *stop.samples(_SAMPLES)):
        speed = speed_of(motion.position, motion.velocity)
        if speed <= contact.speed_m_s:
            continue
        gap_m = _gap_m(model, motion.position)
        between_m = speed * stop.duration_s / _SAMPLES  # What no sample sees.
        if gap_m >= contact.within_m + between_m:
            continue
        later_m = _gap_m(model, _moved(motion.position, motion.velocity, _STEP_S))
        if not later_m > gap_m + _AWAY_M_S * _STEP_S:
            text = f"the tool would move at {speed:.2f} m/s {gap_m * 1e3:.0f} mm from what its "
            text += f"fingers may touch, limit {contact.speed_m_s} m/s"
            return Finding(Verdict.SCALE, Reason.ENV_NEAR, text)
    return None


def _gap_m(model: CollisionModel, q: Vector) -> float:
    near = model.touching(q)
    return math.inf if near is None else near.distance_m


def _moved(q: Vector, velocity: Vector, time_s: float) -> Vector:
    return tuple([x + v * time_s for x, v in zip(q, velocity, strict=True)])


CONTACT_CHECKS = (ScaleCheck(27, scale_near_contact), MotionCheck(27, check_contact_speed))
