# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the control thread of executor_node does in each tick."""

import traceback
from collections.abc import Callable

from vla_ros.gate.foresee import hear_nothing
from vla_ros.gate.gate import Gate
from vla_ros.gate.mailbox import Mailbox, Ticket
from vla_ros.gate.record import PublishedCommand
from vla_ros.gate.shadow import Shadow
from vla_ros.gate.state import Decision, Event, GateInputs, GateState
from vla_ros.gate.vocabulary import GateMode, Reason, Request, Verdict
from vla_ros.nodes.executor_outputs import ExecutorOutputs
from vla_ros.ros.control_loop import ControlClock, ControlLoop
from vla_ros.timing.commands import FirstCommands

_ALARMING = (GateMode.PSTOP, GateMode.ESTOP, GateMode.FAULT)
_ASKED_FOR = {Reason.OPERATOR_STOP, Reason.OPERATOR_ESTOP}
_HOLD_TICKS = 5
_TICK_TIMEOUT_S = 0.1
_STATUS_PERIOD_NS = 1_000_000_000


class Control:
    """Asks the gate at a fixed rate, publishes its commands, and tells what changed.

    Attributes:
        mailbox: Where other threads leave their news.
        state: Of the gate, after the newest tick.
        decision: Of the newest tick; None before the first.
        firsts: The first command of each chunk.
    """

    def __init__(
        self,
        gate: Gate,
        clock: ControlClock,
        outputs: ExecutorOutputs,
        monotonic_ns: Callable[[], int],
        log: Callable[[str, str], None],
        record: Callable[[Event | PublishedCommand], None],
        *,
        shadow: Shadow | None = None,
    ) -> None:
        """Prepare; `start` begins.

        Args:
            gate: Decides.
            clock: Of the ticks.
            outputs: Publishes.
            monotonic_ns: A clock that never jumps, for the heartbeat of the emergency stop.
            log: Takes a severity (`info`, `warning`, `error`) and a text.
            record: Takes every event, and every command that was published; never blocks.
            shadow: For a dry run.
        """
        self.mailbox = Mailbox()
        self.state = GateState()
        self.decision: Decision | None = None
        self.firsts = FirstCommands(monotonic_ns)
        self._gate = gate
        self._clock = clock
        self._outputs = outputs
        self._monotonic_ns = monotonic_ns
        self._log = log
        self._record = record
        self._shadow = shadow
        self._shift_ns = clock.shift_ns()
        self._shown: tuple[object, ...] = ()
        self._shown_ns = 0
        self._told: tuple[object, ...] = ()
        self._late_ns = 0
        self._speaks = False
        self._inputs: GateInputs | None = None
        self._dt_ns = round(gate.config.dt_s * 1e9)
        self._owed_ns = 0
        self._loop = ControlLoop(clock, gate.config.dt_s, self._tick, self._on_failure)

    @property
    def is_silent_for_good(self) -> bool:
        """The gate is faulty and has brought the arm to rest: it commands nothing any more."""
        decision = self.decision
        return (
            decision is not None and decision.mode is GateMode.FAULT and decision.command is None
        )

    def start(self) -> None:
        """Begin to tick."""
        self._loop.start()

    def come_to_rest(self, timeout_s: float) -> bool:
        """Have the arm follow its verified stop; say whether it rests in time."""
        if self.state.motion is None:
            return True
        deadline_ns = self._monotonic_ns() + int(timeout_s * 1e9)
        self.mailbox.ask(Request.STOP).wait(timeout_s)
        while not self.state.resting:
            if self._monotonic_ns() > deadline_ns:
                return False
            self._wait_a_tick()
        for _ in range(_HOLD_TICKS):  # So that the last command arrives, and does so again.
            self._wait_a_tick()
        return True

    def _wait_a_tick(self) -> None:
        self.mailbox.ask(Request.STOP).wait(_TICK_TIMEOUT_S)

    def close(self) -> None:
        """End the ticks."""
        self._loop.stop()
        self._end_speech(speaks=False)

    def take_lateness_ms(self) -> float:
        """Return the worst lateness of a tick since the last call [ms]."""
        late_ms, self._late_ns = self._late_ns * 1e-6, 0
        return late_ms

    def _tick(self, now_ns: int) -> None:
        began_ns = self._monotonic_ns()
        last_ns = self.state.tick_ns
        late_ns = 0
        if last_ns is not None:
            late_ns = now_ns - last_ns - self._dt_ns
            self._late_ns = max(self._late_ns, late_ns)
            self._make_up(last_ns, now_ns)
        inputs, tickets = self.mailbox.collect(
            self._monotonic_ns(), self._clock_step_ns(late_ns) * 1e-9
        )
        decision = self._decide(inputs, now_ns, began_ns)
        self._answer(tickets, decision)

    def _make_up(self, last_ns: int, now_ns: int) -> None:
        """Let ticks that never came pass in silence, where the controller went on without them.

        The gate follows what it told: else it would call the arm back to where it was. Ticks that
        came a little late add up to one that never came.
        """
        told, inputs = self._outputs.told_ticks, self._inputs
        if not told or self.state.motion is None or inputs is None:
            self._owed_ns = 0
            return
        owed_ns = self._owed_ns + now_ns - last_ns - self._dt_ns
        self._owed_ns = max(owed_ns, -self._dt_ns)  # A clock that went back owes nothing.
        missed = max(0, (self._owed_ns + self._dt_ns // 2) // self._dt_ns)
        self._owed_ns -= missed * self._dt_ns
        for k in range(1, min(missed, told) + 1):
            passed_ns = (now_ns - last_ns) * k // (missed + 1)
            silence = hear_nothing(inputs, passed_ns * 1e-9)
            self._decide(silence, last_ns + passed_ns)
        self.state = self.state.but(tick_ns=last_ns)  # It is late all the same.

    def _decide(self, inputs: GateInputs, now_ns: int, began_ns: int | None = None) -> Decision:
        """Have the gate decide, and do what it decided.

        Args:
            inputs: Of the tick.
            now_ns: When it is, control clock.
            began_ns: When it began, on the clock that never jumps; None for one that has passed,
                in which nothing is sent.
        """
        if self._shadow is not None:
            self.state, inputs = self._shadow.cast(self.state, inputs)
        self.state, decision = self._gate.step(self.state, inputs, now_ns)
        if self._shadow is not None:
            self._shadow.follow(decision.command)
        decided_ns = self._monotonic_ns()
        if decision.command is not None and began_ns is None:
            self._outputs.pass_over(self.state)
        elif decision.command is not None:
            self._outputs.send(decision.command, self.state, inputs)
        if began_ns is not None:
            self.firsts.see(inputs, self.state, decision.published, began_ns, decided_ns)
        self._end_speech(speaks=decision.command is not None)
        if decision.published is not None:
            self._record(decision.published)
        self._inputs, self.decision = inputs, decision
        self._show(decision, now_ns)
        for event in decision.events:
            self._record(event)
            self._tell(event, decision)
        if decision.error is not None:
            self._log("error", "".join(traceback.format_exception(decision.error)))
        return decision

    def _end_speech(self, *, speaks: bool) -> None:
        """Have what the last command began ended, as soon as there is no command any more."""
        if self._speaks and not speaks:
            self._outputs.pause()
        self._speaks = speaks

    def _clock_step_ns(self, late_ns: int) -> int:
        """Return by how much the wall clock, or the control clock itself, has jumped [ns].

        A step back of the control clock is the gate's own to see.
        """
        before_ns, self._shift_ns = self._shift_ns, self._clock.shift_ns()
        if self._clock.may_jump and late_ns > 0:
            return late_ns
        return self._shift_ns - before_ns

    def _answer(self, tickets: tuple[Ticket, ...], decision: Decision) -> None:
        for ticket, answer in zip(tickets, decision.answers, strict=False):
            ticket.settle(answer)

    def _show(self, decision: Decision, now_ns: int) -> None:
        """Publish the gate's state when something changed, and once a second."""
        now_shown = (
            decision.mode,
            decision.verdict,
            decision.stopping,
            tuple(finding.reason for finding in decision.findings),
            self.state.event_id,
            self.state.owner,
            self.state.goal_id,
        )
        if now_shown == self._shown and now_ns - self._shown_ns < _STATUS_PERIOD_NS:
            return
        self._shown, self._shown_ns = now_shown, now_ns
        self._outputs.show(decision, self.state, now_ns)

    def _tell(self, event: Event, decision: Decision) -> None:
        """Log an event, unless it only repeats the one before."""
        told = (event.mode, event.reasons)
        if event.reasons and told == self._told:
            return
        self._told = told
        quiet = not event.reasons or decision.verdict is Verdict.SCALE
        severity = "info" if quiet else "warning"
        if event.mode in _ALARMING and not _ASKED_FOR.issuperset(event.reasons):
            severity = "error"
        verdict = Verdict(decision.verdict).name
        self._log(severity, f"gate {event.mode.name} ({verdict}): {event.message}")

    def _on_failure(self, text: str) -> None:
        self._log("error", f"the control loop failed in a tick:\n{text}")
