# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""One tick being worked on: the state so far, and what there is to tell."""

from dataclasses import dataclass, field, replace
from typing import Any

from vla_ros.gate.config import GateConfig
from vla_ros.gate.state import Answer, Event, Finding, GateState, PolicyRecord
from vla_ros.gate.stop import MotionError, MotionGenerator
from vla_ros.gate.vocabulary import POLICY_REASONS, GateMode, Reason, Verdict

_FLAPPING_S = 60.0
_SLOWED_S = 1.0  # A reason to slow down that comes back sooner is the same one still.
_FLAPPING_COUNT = 5
_CONTENT_REASONS = POLICY_REASONS | {
    Reason.WORKSPACE,
    Reason.KEEPOUT,
    Reason.SELF_STOP,
    Reason.ENV_STOP,
    Reason.NO_SAFE_STOP,
    Reason.POLICY_DIVERGED,
}
# When it comes back, its arm stands where it was when it went.
_DRIVER_GONE = {Reason.NO_CONTROLLER, Reason.DRIVER_LOST}
_FLAPPING_REASONS = _CONTENT_REASONS | {Reason.SINGULAR, Reason.LOW_CONFIDENCE}


@dataclass(slots=True, kw_only=True, eq=False)
class Turn:
    """Changes of mode and what they bring about.

    Attributes:
        config: The gate's constants.
        generator: Of stops.
        now_ns: Control clock.
        state: So far.
        findings: Of this tick.
        events: Of this tick.
        answers: To the requests of this tick.
    """

    config: GateConfig
    generator: MotionGenerator
    now_ns: int
    state: GateState
    findings: list[Finding] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)

    def change(self, **fields: Any) -> None:
        """Replace fields of the state."""
        self.state = self.state.but(**fields)

    def tell(self, message: str, *reasons: Reason) -> None:
        """Add an event."""
        number = self.state.event_id + 1
        self.change(event_id=number, event_ns=self.now_ns, message=message)
        self.events.append(
            Event(
                number=number,
                stamp_ns=self.now_ns,
                mode=self.state.mode,
                reasons=reasons,
                message=message,
            )
        )

    def enter(self, mode: GateMode, cause: tuple[Finding, ...] = ()) -> None:
        """Change the mode without motion of its own."""
        self.change(mode=mode, entered_ns=self.now_ns, cause=cause)

    def react(self, findings: list[Finding]) -> None:
        """Do what the worst finding asks for."""
        worst = max((finding.verdict for finding in findings), default=Verdict.PASS)
        cause = tuple(finding for finding in findings if finding.verdict is worst)
        mode = self.state.mode
        if worst is Verdict.FAULT:
            self.fault(cause)
        elif worst is Verdict.ESTOP:
            self.emergency_stop(cause)
        elif worst is Verdict.STOP and mode in (GateMode.ARMED, GateMode.RUN, GateMode.HOLD):
            self.protective_stop(cause)
        elif worst is Verdict.HOLD and mode is GateMode.RUN:
            self.hold(cause)

    def hold(self, cause: tuple[Finding, ...]) -> None:
        """Stop; a new chunk may resume the goal."""
        holds = self.state.record.holds_ns
        if any(finding.reason in _FLAPPING_REASONS for finding in cause):
            recent = [ns for ns in holds if (self.now_ns - ns) * 1e-9 < _FLAPPING_S]
            holds = (*recent, self.now_ns)
        if len(holds) >= _FLAPPING_COUNT:
            text = f"held {len(holds)} times within {_FLAPPING_S:.0f} s"
            self.protective_stop((Finding(Verdict.STOP, Reason.FLAPPING, text), *cause))
            return
        self.enter(GateMode.HOLD, cause)
        doubts = self.state.record.doubts_in_row  # What it sends while held counts on.
        self.change(
            schedule=self.state.schedule.flush(),
            record=PolicyRecord(holds_ns=holds, doubts_in_row=doubts),
        )
        self.tell(_words("holding", cause), *_reasons(cause))

    def protective_stop(self, cause: tuple[Finding, ...]) -> None:
        """Stop and latch."""
        self.enter(GateMode.PSTOP, cause)
        self._drop_plan()
        text = _words(_LATCHED[GateMode.PSTOP], cause)
        self.tell(f"{text}; remove the cause, then call ~/reset and ~/arm", *_reasons(cause))

    def emergency_stop(self, cause: tuple[Finding, ...]) -> None:
        """Stop as fast as the hard limits allow, and latch."""
        state = self.state
        if state.mode in (GateMode.ESTOP, GateMode.FAULT):
            return
        self.enter(GateMode.ESTOP, cause)
        self._drop_plan()
        if state.motion is not None and not state.resting:
            try:
                stop = self.generator.stop(state.motion, emergency=True)
            except MotionError:
                stop = None  # The stored stop is slower, and proved.
            if stop is not None:
                self.change(stop=stop, stop_elapsed_s=0.0, emergency=True)
        text = _words(_LATCHED[GateMode.ESTOP], cause)
        self.tell(f"{text}; release it, then call ~/reset and ~/arm", *_reasons(cause))

    def fault(self, cause: tuple[Finding, ...]) -> None:
        """Stop for good: the gate does not trust itself."""
        if self.state.mode is GateMode.FAULT:
            return
        self.enter(GateMode.FAULT, cause)
        self._drop_plan()
        self.tell(f"{_words('fault', cause)}; cleanup and configure the node", *_reasons(cause))

    def end_goal(self) -> None:
        """The goal is over: follow the stop and stay armed."""
        holds = self.state.record.holds_ns  # They count on in the next goal.
        self._drop_plan()
        self.change(record=PolicyRecord(holds_ns=holds))
        self.enter(GateMode.ARMED)
        self.tell("the goal ended; armed")

    def disarm(self, message: str, *reasons: Reason) -> None:
        """Publish nothing any more."""
        self._drop_plan()
        self.enter(GateMode.IDLE)
        self.change(
            motion=None, stop=None, stop_elapsed_s=0.0, commands=(), owner=None, tracking_ns=None
        )
        self.tell(message, *reasons)

    def let_go(self) -> None:
        """Command nothing more in a latched stop once the arm is not, or not known to be, there.

        A driver that comes back, or a person, may have moved it: repeating the last command would
        move it again without ~/arm.
        """
        state = self.state
        if state.mode not in (GateMode.PSTOP, GateMode.ESTOP) or state.motion is None:
            return
        left = state.motion.position
        if state.commands[:1] != (left,):
            return  # It may still be on its way.
        why = self._why_let_go(state, left)
        if why:
            self.change(motion=None, stop=None, stop_elapsed_s=0.0, commands=())
            latched = _words(_LATCHED[state.mode], state.cause)
            self.tell(f"{latched}; {why}: nothing is commanded before ~/arm")

    def _why_let_go(self, state: GateState, left: tuple[float, ...]) -> str:
        """Say why the arm may not be where it was left; empty if it is there."""
        joints, config = state.joints, self.config
        if any(finding.reason in _DRIVER_GONE for finding in self.findings):
            return "its driver is gone"
        if joints is None:
            return "nobody has reported where the arm is"
        age_s = (self.now_ns - joints.arrival_ns) * 1e-9
        if not age_s <= config.joint_state_lost_s:
            return f"where the arm is was last reported {age_s:.2f} s ago"
        away_rad = max(abs(a - b) for a, b in zip(joints.position.tolist(), left, strict=True))
        if not away_rad <= config.tracking_rad:
            return f"the arm is {away_rad:.3f} rad from where it was left"
        return ""

    def time_out(self) -> None:
        """Leave modes that may not last."""
        state = self.state
        waited_s = (self.now_ns - state.entered_ns) * 1e-9
        limit_s = self.config.arm_timeout_s
        if state.mode is GateMode.HOLD and state.resting and waited_s > self.config.resume_s:
            text = f"held for {self.config.resume_s} s; call ~/arm to go on"
            self.disarm(text, Reason.HOLD_TIMEOUT)
        elif state.mode is GateMode.ARMED and limit_s is not None and waited_s > limit_s:
            self.disarm(f"no goal for {limit_s} s; call ~/arm to go on", Reason.ARM_TIMEOUT)

    def close(self) -> None:
        """Tell what is new among the findings, count, and settle the verdict."""
        state = self.state
        before = {finding.reason for finding in state.findings}
        told = {reason for event in self.events for reason in event.reasons}
        new = [f for f in self.findings if f.verdict is Verdict.DROP or f.reason not in before]
        slowing = [f.reason for f in self.findings if f.verdict is Verdict.SCALE]
        slowed = {r: ns for r, ns in state.slowed_ns if (self.now_ns - ns) * 1e-9 < _SLOWED_S}
        untold = [
            f for f in new if _is_news(f) and f.reason not in told and f.reason not in slowed
        ]
        if untold and state.joints is not None:  # Before the first joint state there is no news.
            self._add("; ".join(f.message for f in untold), *_reasons(untold))
        state = self.state
        blocked = any(finding.verdict >= Verdict.HOLD for finding in self.findings)
        worst = max((finding.verdict for finding in self.findings), default=Verdict.PASS)
        self.change(
            findings=tuple(self.findings),
            verdict=max(worst, _LEAST_VERDICT.get(state.mode, Verdict.PASS)),
            blocked_ns=self.now_ns if blocked else state.blocked_ns,
            interventions=state.interventions
            + len({f.reason for f in new if f.reason in _CONTENT_REASONS}),
            slowed_ns=tuple((slowed | dict.fromkeys(slowing, self.now_ns)).items()),
            tick_ns=self.now_ns,
        )

    def _add(self, message: str, *reasons: Reason) -> None:
        """Add to the newest event of the tick; it has one, whatever is objected to."""
        if not self.events:
            self.tell(message, *reasons)
            return
        last = self.events[-1]
        text = f"{last.message}; {message}"
        self.events[-1] = replace(last, reasons=(*last.reasons, *reasons), message=text)
        self.change(message=text)

    def _drop_plan(self) -> None:
        self.change(
            schedule=self.state.schedule.flush(), goal_id=None, ending=False, record=PolicyRecord()
        )


_LEAST_VERDICT = {
    GateMode.HOLD: Verdict.HOLD,
    GateMode.PSTOP: Verdict.STOP,
    GateMode.ESTOP: Verdict.ESTOP,
    GateMode.FAULT: Verdict.FAULT,
}


_LATCHED = {GateMode.PSTOP: "protective stop", GateMode.ESTOP: "emergency stop"}

# Changes nothing for the arm, and is told all the same.
_NEWS = {Reason.CHUNK_INCONSISTENT, Reason.AUDIT_DEGRADED}


def _reasons(findings: tuple[Finding, ...] | list[Finding]) -> tuple[Reason, ...]:
    return tuple(finding.reason for finding in findings)


def _is_news(finding: Finding) -> bool:
    return finding.verdict > Verdict.PASS or finding.reason in _NEWS


def _words(what: str, cause: tuple[Finding, ...]) -> str:
    return f"{what}: " + "; ".join(f"{f.reason.name}: {f.message}" for f in cause)
