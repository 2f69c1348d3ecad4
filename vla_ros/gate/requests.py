# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What happens when a person asks to arm, stop or reset."""

from vla_ros.gate.checks.collision import judge_place
from vla_ros.gate.checks.motion import judge_tool
from vla_ros.gate.state import Answer, Finding, PolicyRecord
from vla_ros.gate.stop import at_rest
from vla_ros.gate.tick import Tick
from vla_ros.gate.turn import Turn
from vla_ros.gate.vocabulary import GateMode, Reason, Request, Verdict

_BUSY = {
    GateMode.RUN: "a goal is running",
    GateMode.HOLD: "holding; it resumes or becomes idle within seconds",
    GateMode.PSTOP: "a protective stop is latched: remove its cause and call ~/reset first",
    GateMode.ESTOP: "an emergency stop is latched: release it and call ~/reset first",
    GateMode.FAULT: "the gate is faulty: cleanup and configure the node",
}


def answer(turn: Turn, tick: Tick, request: Request) -> None:
    """Do what a person asks for, or say why not."""
    act = {
        Request.ARM: _arm,
        Request.STOP: _stop,
        Request.ESTOP: _estop,
        Request.RESET: _reset,
    }[request]
    done, message = act(turn, tick)
    turn.answers.append(Answer(request=request, done=done, message=message))


def _arm(turn: Turn, tick: Tick) -> tuple[bool, str]:
    refusal = _arm_refusal(turn, tick)
    measured = tick.measured
    if refusal is not None or measured is None:
        return False, f"not armed: {refusal}"
    motion = at_rest(measured)
    epoch = turn.state.epoch + 1
    turn.change(
        epoch=epoch,
        owner=None,
        goal_id=None,
        sequence=-1,
        observed_ns=0,
        ending=False,
        armed_ns=turn.now_ns,
        armed_rad=measured,
        tracking_ns=None,
        motion=motion,
        stop=turn.generator.stop(motion),
        stop_elapsed_s=0.0,
        emergency=False,
        commands=(measured,) * 3,
        grip=turn.state.grip.released(),
        gripper_ns=(),
        schedule=turn.state.schedule.flush().at_scale(1.0, turn.now_ns),
        fast_rows=None,
        record=PolicyRecord(),
    )
    turn.enter(GateMode.ARMED)
    estop = turn.config.estop_topic
    button = "no emergency stop in the graph" if estop is None else f"emergency stop on {estop}"
    shape = "" if turn.config.collision is not None else "; nobody watches for collisions"
    message = f"armed, epoch {epoch}; {button}{shape}"
    turn.tell(message)
    return True, message


def _arm_refusal(turn: Turn, tick: Tick) -> str | None:
    """Return why the arm may not be armed now; None if it may."""
    state, config = turn.state, turn.config
    if state.mode in _BUSY:
        return _BUSY[state.mode]
    for finding in turn.findings:
        if finding.verdict >= Verdict.HOLD:
            return f"{finding.reason.name}: {finding.message}"
    if config.estop_topic is not None and not state.estop_heard:
        return f"no heartbeat on {config.estop_topic} yet; is the emergency stop's node running?"
    if not state.resting:
        return "the arm still stops; try again"
    if not state.speed_rad_s <= config.arm_speed_rad_s:
        limit = config.arm_speed_rad_s
        return f"the arm moves at {state.speed_rad_s:.3f} rad/s, limit {limit} rad/s"
    measured = tick.measured
    if measured is None:
        return "no joint state yet"
    limits = config.limits
    for name, low, q, high in zip(limits.names, limits.lower, measured, limits.upper, strict=True):
        if not low <= q <= high:
            return (
                f"{name} is at {q:.3f} rad, outside [{low:.3f}, {high:.3f}]: "
                "bring it back by hand or with the robot's own controls"
            )
    if config.tool_position is not None:
        found = judge_tool(config.tool_position(measured), tick)
        if found is not None:
            return found.message.replace("would be", "is")
    found = judge_place(measured, tick)
    return None if found is None else found.message.replace("would be", "are")


def _stop(turn: Turn, tick: Tick) -> tuple[bool, str]:  # noqa: ARG001 - one signature for all.
    if turn.state.mode in (GateMode.PSTOP, GateMode.ESTOP, GateMode.FAULT):
        return True, "stopped already"
    turn.protective_stop((Finding(Verdict.STOP, Reason.OPERATOR_STOP, "asked for"),))
    return True, "stopping; call ~/reset and ~/arm to go on"


def _estop(turn: Turn, tick: Tick) -> tuple[bool, str]:  # noqa: ARG001 - one signature for all.
    turn.emergency_stop((Finding(Verdict.ESTOP, Reason.OPERATOR_ESTOP, "asked for"),))
    return True, "stopping at once; call ~/reset and ~/arm to go on"


def _reset(turn: Turn, tick: Tick) -> tuple[bool, str]:
    state, config = turn.state, turn.config
    if state.mode is GateMode.IDLE:
        return True, "nothing to reset"
    if state.mode is GateMode.FAULT:
        return False, f"not reset: {_BUSY[GateMode.FAULT]}"
    if state.mode not in (GateMode.PSTOP, GateMode.ESTOP):
        return False, f"not reset: nothing is latched, the mode is {state.mode.name}"
    for finding in turn.findings:
        if finding.verdict >= Verdict.HOLD:
            return False, f"not reset: {finding.reason.name}: {finding.message}"
    if not state.resting:
        return False, "not reset: the arm still stops"
    if not state.speed_rad_s <= config.arm_speed_rad_s:
        limit = config.arm_speed_rad_s
        return False, f"not reset: the arm moves at {state.speed_rad_s:.3f} rad/s, limit {limit}"
    if not tick.since_s(state.blocked_ns) >= config.reset_clear_s:
        return False, f"not reset: the cause is gone for less than {config.reset_clear_s} s"
    if state.event_ns is not None and not tick.since_s(state.event_ns) >= config.reset_quiet_s:
        return False, f"not reset: less than {config.reset_quiet_s} s since: {state.message}"
    turn.disarm("reset; call ~/arm to go on")
    return True, "reset; nothing moves before ~/arm"
