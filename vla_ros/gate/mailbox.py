# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Where other threads leave what the gate shall look at in its next tick."""

import threading
from collections import deque
from dataclasses import dataclass, field

from vla_ros.gate.state import Answer, EstopInput, GateInputs
from vla_ros.gate.vocabulary import Request
from vla_ros.types import ActionChunk, JointSample

_MOST_CHUNKS = 32  # More than these within a tick are a flood; the oldest are of no use.


@dataclass(slots=True, eq=False)
class Ticket:
    """A request on its way, and its answer once it is there."""

    request: Request
    answer: Answer | None = None
    _done: threading.Event = field(default_factory=threading.Event)

    def settle(self, answer: Answer) -> None:
        """Give the answer."""
        self.answer = answer
        self._done.set()

    def wait(self, timeout_s: float) -> Answer | None:
        """Block until there is an answer; None if there is none in time."""
        return self.answer if self._done.wait(timeout_s) else None


class Mailbox:
    """Safe for use from several threads; `collect` belongs to the control thread."""

    def __init__(self) -> None:
        self._joints: JointSample | None = None
        self._chunks: deque[ActionChunk] = deque(maxlen=_MOST_CHUNKS)
        self._tickets: deque[Ticket] = deque()
        self._presses: deque[int] = deque(maxlen=1)
        self._estop: tuple[bool, int] | None = None
        self._intruder: str | None = None

    def put_joints(self, sample: JointSample) -> None:
        """Leave a joint state; a newer one replaces it."""
        self._joints = sample

    def put_chunk(self, chunk: ActionChunk) -> None:
        """Leave a chunk."""
        self._chunks.append(chunk)

    def put_estop(self, *, pressed: bool, monotonic_ns: int) -> None:
        """Leave a heartbeat of the emergency stop."""
        if pressed:  # Kept until it is seen, even if the button is let go of before.
            self._presses.append(monotonic_ns)
        self._estop = (pressed, monotonic_ns)

    def put_intruder(self, intruder: str | None) -> None:
        """Say who else commands the arm; None for nobody."""
        self._intruder = intruder

    def ask(self, request: Request) -> Ticket:
        """Leave a request; wait on the ticket for the answer."""
        ticket = Ticket(request)
        self._tickets.append(ticket)
        return ticket

    def collect(
        self, monotonic_ns: int, clock_step_s: float
    ) -> tuple[GateInputs, tuple[Ticket, ...]]:
        """Take everything out, for one tick.

        Args:
            monotonic_ns: Now, on the clock of `put_estop`.
            clock_step_s: Step of the wall clock against the control clock [s].
        """
        tickets = tuple(self._tickets.popleft() for _ in range(len(self._tickets)))
        chunks = tuple(self._chunks.popleft() for _ in range(len(self._chunks)))
        heartbeat = self._estop
        estop = None
        if heartbeat is not None:
            pressed, arrived_ns = heartbeat
            if self._presses:
                self._presses.clear()
                pressed = True
            estop = EstopInput(pressed=pressed, age_s=(monotonic_ns - arrived_ns) * 1e-9)
        inputs = GateInputs(
            joints=self._joints,
            chunks=chunks,
            requests=tuple(ticket.request for ticket in tickets),
            estop=estop,
            intruder=self._intruder,
            clock_step_s=clock_step_s,
        )
        return inputs, tickets
