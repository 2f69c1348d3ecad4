# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""One fault, once: made while the arm moves, and judged."""

import time
from dataclasses import dataclass

from vla_ros.faults.bench import Bench
from vla_ros.faults.bounds import Bounds
from vla_ros.faults.table import Fault, Wanted
from vla_ros.gate.vocabulary import GateMode, Reason

LATEST_MS = 20.0  # A machine that is later than this makes a repeat void.
_WATCHED_S = 1.2  # Where the arm has to go on, or nothing is demanded of it.
_QUIET_S = 0.4
_POLL_S = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """How a fault went.

    Attributes:
        passed: As it has to.
        void: The machine was too late for a verdict.
        standstill_s: From the fault to the last motion [s].
        bound_s: Longest time allowed [s]; None without one.
        reasons: What the gate said.
        late_ms: Worst lateness of the machine [ms].
        message: What is wrong, in words; empty if nothing is.
    """

    passed: bool
    void: bool
    standstill_s: float
    bound_s: float | None
    reasons: tuple[str, ...]
    late_ms: float
    message: str


def try_fault(bench: Bench, fault: Fault, bounds: Bounds) -> Trial:
    """Make a fault while the arm moves, and see what becomes of it; undo it afterwards."""
    bench.make_it_move()
    bench.lateness_ms()
    began_s = time.monotonic()
    bench.do(fault.act)
    bound_s = None if fault.bound_s is None else fault.bound_s(bounds)
    wait_s = _WATCHED_S if bound_s is None else bound_s + _QUIET_S
    time.sleep(wait_s)
    still_moves = bench.recording.speed_rad_s() > 0.0 and bench.station.mode is GateMode.RUN
    late_ms = bench.lateness_ms()
    moved_s = _moved_until_s(bench, fault, began_s) - began_s
    reasons = bench.recording.reasons_since(began_s)
    message = _judge(fault, moved_s, bound_s, reasons, still_moves=still_moves)
    void = fault.voidable and late_ms > LATEST_MS
    bench.undo()
    return Trial(
        passed=not message,
        void=void,
        standstill_s=moved_s,
        bound_s=bound_s,
        reasons=tuple(_name(reason) for reason in sorted(reasons)),
        late_ms=late_ms,
        message=message,
    )


def _moved_until_s(bench: Bench, fault: Fault, began_s: float) -> float:
    if fault.wanted is Wanted.MEASURED_REST:
        return bench.recording.measured_until_s(began_s)
    return bench.recording.moved_until_s(began_s)


def _judge(
    fault: Fault, moved_s: float, bound_s: float | None, reasons: set[int], *, still_moves: bool
) -> str:
    """Return what is wrong, in words."""
    if fault.reasons and not reasons.intersection(fault.reasons):
        wanted = " or ".join(reason.name for reason in fault.reasons)
        return f"the gate did not say {wanted}"
    if fault.wanted is Wanted.MOTION and not still_moves:
        return "the arm does not go on"
    if bound_s is not None and not moved_s <= bound_s:
        return f"the arm moved for {moved_s:.3f} s, bound {bound_s:.3f} s"
    return ""


def _name(number: int) -> str:
    try:
        return Reason(number).name
    except ValueError:
        return str(number)
