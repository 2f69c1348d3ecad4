# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Checks of the plan being followed: how old, how long, and what it asks for next."""

from dataclasses import replace

from vla_ros.chunk.blend import switch_gripper
from vla_ros.chunk.schedule import Target
from vla_ros.gate.state import Finding
from vla_ros.gate.tick import TargetCheck, Tick, TickCheck
from vla_ros.gate.vocabulary import GateMode, Reason, Verdict

_GRIPPER_SLACK = 0.1  # A regressed opening may miss 0 and 1 by this much.


def check_execution_age(tick: Tick) -> Finding | None:
    """Object to following a plan whose observation is old."""
    if tick.target is None:
        return None
    age_s = tick.since_s(tick.target.observed_ns)
    if age_s <= tick.config.execution_max_age_s:
        return None
    text = f"the observation behind the plan is {age_s:.2f} s old (execution_max_age_s)"
    return Finding(Verdict.HOLD, Reason.OBS_STALE, text)


def check_starved(tick: Tick) -> Finding | None:
    """Object to a plan that is shorter than the stop: the arm must begin to stop now."""
    state = tick.state
    if state.mode is not GateMode.RUN or state.ending or state.stop is None:
        return None
    queue_s = state.schedule.queue_s(tick.now_ns)
    least_s = state.stop.duration_s + 2.0 * tick.config.dt_s
    if queue_s > least_s:
        return None
    text = f"{queue_s:.2f} s are planned and a stop takes {least_s:.2f} s; no chunk followed"
    return Finding(Verdict.HOLD, Reason.STARVED, text)


def clamp_position(target: Target, tick: Tick) -> tuple[Target, Finding | None]:
    """Bring a target inside the joint range."""
    limits = tick.config.limits
    ends = tuple(zip(limits.lower, target.position, limits.upper, strict=True))
    if all(low <= q <= high for low, q, high in ends):
        return target, None
    inside = tuple(min(max(q, low), high) for low, q, high in ends)
    moves = zip(target.velocity, target.position, inside, strict=True)
    clamped = replace(
        target, position=inside, velocity=tuple(v if q == p else 0.0 for v, q, p in moves)
    )
    j = next(j for j, (low, q, high) in enumerate(ends) if not low <= q <= high)
    low, q, high = ends[j]
    text = f"{limits.names[j]}: {q:.3f} rad is outside [{low:.3f}, {high:.3f}]"
    return clamped, Finding(Verdict.CLAMP, Reason.POS_CLAMPED, text)


def note_rates(target: Target, tick: Tick) -> tuple[Target, Finding | None]:
    """Say so while rows are followed that ask for more than the limits allow."""
    fast = tick.state.fast_rows
    if fast is None or not fast.holds_at(target.sequence, target.row):
        return target, None
    return target, Finding(Verdict.CLAMP, Reason.RATE_LIMITED, fast.text)


def supervise_gripper(target: Target, tick: Tick) -> tuple[Target, Finding | None]:
    """Turn the opening wanted into open or close, and forbid chatter."""
    state = tick.state
    held = state.grip.goal
    if target.gripper is None:
        return target, None
    wanted = switch_gripper(held, target.gripper)
    text = None
    if not -_GRIPPER_SLACK <= target.gripper <= 1.0 + _GRIPPER_SLACK:
        text = f"gripper opening {target.gripper:.2f} is outside [0, 1]"
    recent = [stamp for stamp in state.gripper_ns if tick.since_s(stamp) < 1.0]
    many = len(recent) >= tick.config.gripper_switches_per_s
    if held is not None and wanted != held and many:
        wanted = held
        text = f"the gripper switched {len(recent)} times within a second"
    finding = None if text is None else Finding(Verdict.CLAMP, Reason.GRIP_CLAMPED, text)
    return replace(target, gripper=wanted), finding


PLAN_CHECKS = (
    TickCheck(14, check_execution_age),
    TickCheck(17, check_starved),
    TargetCheck(22, clamp_position),
    TargetCheck(23, note_rates),
    TargetCheck(30, supervise_gripper),
)
