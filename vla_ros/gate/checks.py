# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the gate objects to, one function each. They are given to `Gate` as a tuple."""

import math
from dataclasses import replace

from vla_ros.chunk.blend import switch_gripper
from vla_ros.chunk.schedule import Target
from vla_ros.gate.admission import CHUNK_CHECKS
from vla_ros.gate.config import Vector3
from vla_ros.gate.state import Finding
from vla_ros.gate.stop import MotionState, StopTrajectory
from vla_ros.gate.tick import Check, MotionCheck, ScaleCheck, TargetCheck, Tick, TickCheck
from vla_ros.gate.vocabulary import GateMode, Reason, Verdict

_INVALID_IN_ROW = 3
_RANGE_SLACK_RAD = 0.0087  # Half a degree: encoders and sag.
_STOP_SLACK_RAD = 5e-7
_STOP_SAMPLES = 6
_TCP_SHARE = 0.95
_GRIPPER_SLACK = 0.1  # A regressed opening may miss 0 and 1 by this much.


def check_tick(tick: Tick) -> Finding | None:
    """Object to a tick that came late."""
    last = tick.state.tick_ns
    late_s = 0.0 if last is None else tick.since_s(last)
    if late_s <= tick.config.overrun_s:
        return None
    text = f"{late_s * 1e3:.0f} ms since the last tick, limit {tick.config.overrun_s * 1e3:.0f} ms"
    return Finding(Verdict.HOLD, Reason.TICK_OVERRUN, text)


def check_estop(tick: Tick) -> Finding | None:
    """Object to a pressed or silent emergency stop."""
    if tick.config.estop_topic is None:
        return None
    heartbeat = tick.inputs.estop
    if heartbeat is not None and heartbeat.pressed:
        return Finding(Verdict.ESTOP, Reason.ESTOP_PRESSED, "the emergency stop is pressed")
    if heartbeat is None and not tick.state.estop_heard:
        return None  # Nothing can be armed before the first heartbeat.
    timeout_s = tick.config.estop_timeout_s
    if heartbeat is not None and heartbeat.age_s <= timeout_s:
        return None
    return Finding(
        Verdict.ESTOP,
        Reason.ESTOP_LOST,
        f"no heartbeat on {tick.config.estop_topic} for {timeout_s} s",
    )


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


def check_intruder(tick: Tick) -> Finding | None:
    """Object to somebody else who publishes chunks or commands."""
    if tick.inputs.intruder is None:
        return None
    return Finding(Verdict.STOP, Reason.DUP_PUBLISHER, tick.inputs.intruder)


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


def check_clock(tick: Tick) -> Finding | None:
    """Object to a clock that jumps."""
    last = tick.state.tick_ns
    own_s = 0.0 if last is None else tick.since_s(last)
    wall_s = tick.inputs.clock_step_s
    limit_s = tick.config.clock_jump_s
    if own_s >= 0.0 and abs(wall_s) <= limit_s:
        return None
    jump_s = own_s if own_s < 0.0 else wall_s
    text = f"the clock jumped by {jump_s:.3f} s, limit {limit_s} s forwards and 0 back"
    return Finding(Verdict.HOLD, Reason.CLOCK_JUMP, text)


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
    """Say so while a chunk is followed that asks for more than the limits allow."""
    if target.sequence != tick.state.limited_sequence:
        return target, None
    text = "the plan is faster than the joint limits; it is followed late"
    return target, Finding(Verdict.CLAMP, Reason.RATE_LIMITED, text)


def supervise_gripper(target: Target, tick: Tick) -> tuple[Target, Finding | None]:
    """Turn the opening wanted into open or close, and forbid chatter."""
    state = tick.state
    wanted = switch_gripper(state.gripper, target.gripper)
    text = None
    if not -_GRIPPER_SLACK <= target.gripper <= 1.0 + _GRIPPER_SLACK:
        text = f"gripper opening {target.gripper:.2f} is outside [0, 1]"
    recent = [stamp for stamp in state.gripper_ns if tick.since_s(stamp) < 1.0]
    many = len(recent) >= tick.config.gripper_switches_per_s
    if state.gripper is not None and wanted != state.gripper and many:
        wanted = state.gripper
        text = f"the gripper switched {len(recent)} times within a second"
    finding = None if text is None else Finding(Verdict.CLAMP, Reason.GRIP_CLAMPED, text)
    return replace(target, gripper=wanted), finding


def scale_by_operator(target: Target, tick: Tick) -> tuple[float, Finding | None]:  # noqa: ARG001
    """Follow the plan as slowly as the operator wants."""
    asked = tick.inputs.speed_scale
    if asked >= 1.0:
        return 1.0, None
    scale = asked if asked > 0.0 else 0.0  # NaN stands still.
    return scale, Finding(Verdict.SCALE, Reason.SPEED_SCALE, f"operator allows {scale:.0%}")


def scale_by_tool_speed(target: Target, tick: Tick) -> tuple[float, Finding | None]:
    """Slow the plan down so that the tool keeps its speed limit."""
    tool = tick.config.tool_position
    scale = tick.state.schedule.scale
    if tool is None or scale < 1e-3:
        return 1.0, None
    dt_s = tick.config.dt_s
    ahead = tuple(
        q + v / scale * dt_s for q, v in zip(target.position, target.velocity, strict=True)
    )
    speed = math.dist(tool(target.position), tool(ahead)) / dt_s
    limit = tick.config.tcp_speed_m_s * _TCP_SHARE
    if speed <= limit:
        return 1.0, None
    text = f"the plan moves the tool at {speed:.2f} m/s, limit {tick.config.tcp_speed_m_s} m/s"
    return limit / speed, Finding(Verdict.SCALE, Reason.TCP_SPEED, text)


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
    samples = _STOP_SAMPLES if stop.duration_s > 1e-6 else 0
    times = [stop.duration_s * k / samples for k in range(1, samples + 1)]
    for q in (candidate.position, *(stop.at(t).position for t in times)):
        finding = judge_tool(tool(q), tick)
        if finding is not None:
            return finding
    return None


def judge_tool(point: Vector3, tick: Tick) -> Finding | None:
    """Object to a place of the tool [m, base frame]."""
    where = "({:.3f}, {:.3f}, {:.3f}) m".format(*point)
    box = tick.config.workspace
    if box is not None and not box.contains(point):
        text = f"the tool would be at {where}, outside the workspace {box.lower} to {box.upper}"
        return Finding(Verdict.HOLD, Reason.WORKSPACE, text)
    for keep_out in tick.config.keep_out:
        if keep_out.contains(point):
            text = f"the tool would be at {where}, inside '{keep_out.name}'"
            return Finding(Verdict.HOLD, Reason.KEEPOUT, text)
    return None


TICK_CHECKS = (
    TickCheck(1, check_tick),
    TickCheck(2, check_estop),
    TickCheck(3, check_joint_age),
    TickCheck(5, check_joint_validity),
    TickCheck(6, check_joint_range),
    TickCheck(7, check_tracking),
    TickCheck(10, check_intruder),
    TickCheck(14, check_execution_age),
    TickCheck(17, check_starved),
    TickCheck(19, check_clock),
)
TARGET_CHECKS = (
    TargetCheck(22, clamp_position),
    TargetCheck(23, note_rates),
    TargetCheck(30, supervise_gripper),
)
SCALE_CHECKS = (ScaleCheck(24, scale_by_tool_speed), ScaleCheck(35, scale_by_operator))
MOTION_CHECKS = (MotionCheck(25, check_tool_boxes), MotionCheck(32, check_stop_range))

ALL_CHECKS: tuple[Check, ...] = (
    *TICK_CHECKS,
    *CHUNK_CHECKS,
    *TARGET_CHECKS,
    *SCALE_CHECKS,
    *MOTION_CHECKS,
)
