# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Checks of what surrounds the gate: its clock, and who else commands the arm."""

from vla_ros.gate.state import Finding
from vla_ros.gate.tick import Tick, TickCheck
from vla_ros.gate.vocabulary import Reason, Verdict


def check_tick(tick: Tick) -> Finding | None:
    """Object to a tick that came late."""
    last = tick.state.tick_ns
    late_s = 0.0 if last is None else tick.since_s(last)
    if late_s <= tick.config.overrun_s:
        return None
    text = f"{late_s * 1e3:.0f} ms since the last tick, limit {tick.config.overrun_s * 1e3:.0f} ms"
    return Finding(Verdict.HOLD, Reason.TICK_OVERRUN, text)


def check_intruder(tick: Tick) -> Finding | None:
    """Object to somebody else who publishes chunks or commands."""
    if tick.inputs.intruder is None:
        return None
    return Finding(Verdict.STOP, Reason.DUP_PUBLISHER, tick.inputs.intruder)


def check_controller(tick: Tick) -> Finding | None:
    """Object to commands that nobody hears."""
    if tick.inputs.deaf is None:
        return None
    return Finding(Verdict.STOP, Reason.NO_CONTROLLER, tick.inputs.deaf)


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


def check_audit(tick: Tick) -> Finding | None:
    """Say that the audit log is not written; the arm may move all the same."""
    if tick.inputs.audit is None:
        return None
    return Finding(Verdict.PASS, Reason.AUDIT_DEGRADED, tick.inputs.audit)


GRAPH_CHECKS = (
    TickCheck(1, check_tick),
    TickCheck(10, check_intruder),
    TickCheck(10, check_controller),
    TickCheck(19, check_clock),
    TickCheck(36, check_audit),
)
