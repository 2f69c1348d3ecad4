# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""One fault, once: made while the arm moves, judged, undone, and the way back judged as well."""

import time
from dataclasses import dataclass, replace
from itertools import pairwise

from vla_ros.faults import verdict
from vla_ros.faults.bench import Bench
from vla_ros.faults.bounds import Bounds
from vla_ros.faults.fault import Fault, Wanted
from vla_ros.faults.jog import JOG_RAD
from vla_ros.faults.recording import Said, spread_rad
from vla_ros.faults.wire import WireReport, find_beginnings, judge_wire
from vla_ros.gate.limits import make_joint_limits
from vla_ros.gate.vocabulary import LATCHED, GateMode

LATEST_MS = 20.0  # A machine that is later than this makes a repeat void.
_QUIET_S = 0.4  # After the bound, where nothing may move either.
_STILL_S = 0.1  # At rest for so long is at rest.
_STAYS_S = 1.2  # The cause is gone for so long, and the latch holds; a reset would be possible.
_SILENT_S = 0.3
_PATIENCE_S = 30.0
_FIRST_S = 1.0
_EMERGENCY_S = 0.05  # A command may be heard before the word that explains it.
_MOST_LOST = 0.05  # Of the commands, for a verdict on them.
_MOVES = (Wanted.MOTION, Wanted.STALL, Wanted.GATING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """How a fault went.

    Attributes:
        passed: As it has to.
        void: The machine was too late for a verdict.
        standstill_s: From the fault to the last motion [s].
        bound_s: Longest time allowed [s]; None without one.
        said_s: From the fault until perception_node said what is wrong [s]; None without that.
        modes: Where the gate went.
        reasons: What the gate said.
        late_ms: Worst lateness of the machine [ms].
        judged: Commands heard and held against the limits.
        lost: Commands that were sent and not heard.
        closest_ms: Shortest time between the sending of two commands [ms].
        near: Commands sent nearer than 0.9 periods after the one before.
        message: What is wrong, in words; empty if nothing is.
    """

    passed: bool
    void: bool
    standstill_s: float
    bound_s: float | None
    said_s: float | None
    modes: tuple[str, ...]
    reasons: tuple[str, ...]
    late_ms: float
    judged: int
    lost: int
    closest_ms: float
    near: int
    message: str


def failed_trial(error: Exception) -> Trial:
    """Return what is to be told of a repeat that ended in an error."""
    return Trial(
        passed=False,
        void=False,
        standstill_s=float("nan"),
        bound_s=None,
        said_s=None,
        modes=(),
        reasons=(),
        late_ms=float("nan"),
        judged=0,
        lost=0,
        closest_ms=float("nan"),
        near=0,
        message=f"{type(error).__name__}: {error}",
    )


def try_fault(bench: Bench, fault: Fault, bounds: Bounds) -> Trial:
    """Make a fault while the arm moves, see what becomes of it, undo it and see the arm again."""
    return _Run(bench, fault, bounds).make()


class _Run:
    """One repeat."""

    def __init__(self, bench: Bench, fault: Fault, bounds: Bounds) -> None:
        self._bench = bench
        self._heard = bench.recording
        self._fault = fault
        self._bounds = bounds
        self._bound_s = None if fault.bound_s is None else fault.bound_s(bounds)
        self._wrong: list[str] = []
        self._began_s = 0.0

    def make(self) -> Trial:
        """Make the fault, and judge."""
        bench, fault = self._bench, self._fault
        bench.make_it_move()
        since_s = time.monotonic()
        bench.lateness_ms()
        self._began_s = time.monotonic()
        bench.do(fault.act)
        time.sleep(self._watched_s())
        late_ms = bench.lateness_ms()
        moved_s = self._standstill_s() - self._began_s
        killed = fault.act[1:2] if fault.act[0] == "kill" else ()
        for name in bench.find_dead():
            if name not in killed:
                self._note(f"{name} has ended by itself")
        said = self._see_it_end()
        if fault.may_latch and said[-1].mode is GateMode.PSTOP:
            fault = self._fault = replace(fault, wanted=Wanted.PSTOP)
        self._note(verdict.judge_modes(fault, said))
        self._note(verdict.judge_reasons(fault, said))
        self._note(verdict.judge_bound(moved_s, self._bound_s))
        said_s = self._see_words()
        if fault.wanted in _MOVES:
            self._stop_by_hand()
        if fault.wanted in {Wanted.PASSING, Wanted.SILENCE}:
            self._see_it_move()
        else:
            self._go_back()
        wire = self._judge_commands(since_s)
        reasons = frozenset[int]().union(*(one.reasons for one in said))
        return Trial(
            passed=not self._wrong,
            void=fault.voidable and late_ms > LATEST_MS,
            standstill_s=moved_s,
            bound_s=self._bound_s,
            said_s=said_s,
            modes=tuple(one.mode.name for one in said),
            reasons=tuple(verdict.name_reasons(reasons).split("/")),
            late_ms=late_ms,
            judged=wire.judged,
            lost=wire.lost,
            closest_ms=wire.closest_s * 1e3,
            near=wire.near,
            message="; ".join(self._wrong),
        )

    def _note(self, text: str) -> None:
        if text:
            self._wrong.append(text)

    # ---- the fault ----

    def _watched_s(self) -> float:
        if self._fault.wanted in {Wanted.MOTION, Wanted.GATING}:
            said_s = self._fault.said_s(self._bounds) if self._fault.says else 0.0
            return max(self._bounds.audit_s, said_s)
        if self._fault.wanted is Wanted.STALL:
            return self._bounds.resume_s
        return (self._bound_s or 0.0) + _QUIET_S

    def _standstill_s(self) -> float:
        """Return when the arm came to rest."""
        wanted, began_s = self._fault.wanted, self._began_s
        if wanted is Wanted.DRIVER:
            return self._heard.measured_until_s(began_s)
        if wanted is Wanted.PASSING:
            return self._heard.rested_s(began_s, _STILL_S)
        if wanted is Wanted.SILENCE:
            commands = self._heard.commands_between(began_s, time.monotonic())
            return max((command.time_s for command in commands), default=began_s)
        return self._heard.moved_until_s(began_s)

    def _see_it_end(self) -> list[Said]:
        """Wait for what has to follow without anybody's doing; return what the gate said."""
        wanted = self._fault.wanted
        if wanted is Wanted.HOLD:
            self._bench.wait_for_mode(self._bounds.idle_s, GateMode.IDLE)
        elif wanted is Wanted.PASSING:
            self._bench.wait_for_mode(self._bounds.resume_s, GateMode.RUN, *LATCHED)
        elif wanted in {Wanted.MOTION, Wanted.STALL} and not self._moves():
            self._note("the arm does not go on")
        return self._heard.said_since(self._began_s)

    def _see_words(self) -> float | None:
        """Return how long perception_node took to say what is wrong [s]; None if it need not."""
        fault = self._fault
        if not fault.says:
            return None
        said_s = self._heard.complained_s(fault.says, self._began_s) - self._began_s
        self._note(verdict.judge_words(fault, said_s, fault.said_s(self._bounds)))
        return said_s

    def _moves(self) -> bool:
        now_s = time.monotonic()
        newest = self._heard.commands_between(now_s - _STILL_S, now_s)
        return bool(newest) and self._heard.speed_rad_s() > 0.0

    # ---- the way back ----

    def _stop_by_hand(self) -> None:
        """See that the gate still obeys while the fault lasts."""
        refusal = self._bench.ask("stop")
        asked_s = time.monotonic()
        if refusal:
            self._note(f"~/stop: {refusal}")
            return
        time.sleep(self._bounds.stop_s + _QUIET_S)
        if self._bench.station.mode not in LATCHED:
            self._note("the gate did not latch on ~/stop")
        if self._fault.voidable:
            moved_s = self._heard.moved_until_s(asked_s) - asked_s
            self._note(verdict.judge_bound(moved_s, self._bounds.stop_s))

    def _see_it_move(self) -> None:
        """Take the cause away, and see that the arm goes on from where it is."""
        self._bench.undo()
        if not self._bench.wait_for_mode(self._bounds.resume_s, GateMode.RUN):
            self._note("the gate does not run again")
        time.sleep(self._bounds.resume_s)
        if not self._moves():
            self._note("the arm does not go on")

    def _go_back(self) -> None:
        """Take the cause away, and see that only ~/reset and ~/arm move the arm again."""
        bench, rest_s = self._bench, time.monotonic()
        mode = bench.station.mode
        undone_s = time.monotonic()
        bench.undo()
        bench.wait_until_up()
        time.sleep(_STAYS_S)
        if mode in LATCHED and self._fault.wanted is not Wanted.DRIVER:
            self._try_without_reset(mode)
        if bench.station.mode in LATCHED:
            self._reset()
        reset_s = time.monotonic()
        time.sleep(_SILENT_S)
        if bench.station.mode is not GateMode.IDLE:
            self._note("the gate is not idle before ~/arm")
        self._note(
            verdict.judge_stillness(
                self._heard.joints_between(undone_s, time.monotonic()), "before ~/arm"
            )
        )
        if self._fault.jog:
            self._move_past_the_gate()
        armed_s = time.monotonic()
        moved = self._heard.commands_between(rest_s, armed_s)
        if len({command.position for command in moved}) > 1:
            self._note("commands moved the arm before ~/arm")
        still = self._heard.commands_between(reset_s + self._bounds.react_s, armed_s)
        self._note(verdict.judge_silence(still, "in IDLE"))
        bench.station.ready(_PATIENCE_S)
        self._see_it_begin(reset_s + self._bounds.react_s)

    def _try_without_reset(self, mode: GateMode) -> None:
        if self._bench.station.mode is not mode:
            self._note(f"{mode.name} did not stay latched when its cause was gone")
        if not self._bench.ask("arm"):
            self._note(f"~/arm was obeyed in {mode.name}, without ~/reset")

    def _move_past_the_gate(self) -> None:
        began_s = time.monotonic()
        self._bench.jog()
        joints = self._heard.joints_between(began_s, time.monotonic())
        if spread_rad([row.position for row in joints]) < JOG_RAD / 2.0:
            self._note("the arm could not be moved by another")

    def _reset(self) -> None:
        until_s = time.monotonic() + _PATIENCE_S
        refusal = self._bench.ask("reset")
        while refusal and time.monotonic() < until_s:
            time.sleep(_SILENT_S)
            refusal = self._bench.ask("reset")
        if refusal or not self._bench.wait_for_mode(_FIRST_S, GateMode.IDLE):
            self._note(f"~/reset: {refusal or 'does not lead to IDLE'}")

    def _see_it_begin(self, since_s: float) -> None:
        time.sleep(_FIRST_S)
        now_s = time.monotonic()
        commands = self._heard.commands_between(since_s, now_s)
        self._note(verdict.judge_beginning(commands, self._heard.joints_between(0.0, now_s)))

    # ---- all commands ----

    def _judge_commands(self, since_s: float) -> WireReport:
        """Judge everything heard from shortly before the fault until now."""
        profile = self._bench.profile
        dt_s = 1.0 / profile.command.rate_hz
        said = self._heard.said_since(since_s)
        commands = self._heard.commands_between(since_s, time.monotonic())
        epochs_s = [b.time_s for a, b in pairwise(said) if b.epoch != a.epoch and b.epoch > 0]
        begins = find_beginnings(commands, epochs_s, dt_s)
        pressed_s = [one.time_s for one in said if one.mode is GateMode.ESTOP]

        def is_emergency(heard_s: float) -> bool:
            before = [time_s for time_s in pressed_s if time_s - _EMERGENCY_S <= heard_s]
            return bool(before) and not any(
                before[-1] < began_s <= heard_s for began_s in epochs_s
            )

        limits = make_joint_limits(profile)
        report = judge_wire(commands, begins, is_emergency, limits, dt_s)
        self._wrong += report.breaches
        self._note(verdict.judge_lure(commands, begins))
        if report.lost > _MOST_LOST * report.judged:
            self._note(f"{report.lost} of {report.judged} commands were lost: no verdict on them")
        return report
