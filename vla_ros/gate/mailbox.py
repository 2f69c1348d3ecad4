# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Where other threads leave what the gate shall look at in its next tick."""

import threading
from collections import deque
from dataclasses import dataclass, field

from vla_ros.gate.state import (
    Answer,
    EstopInput,
    GateInputs,
    Heartbeat,
    HumanDistance,
    Obstacle,
    Obstacles,
)
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


class _Newest:
    """The newest word of somebody; a bad one is kept until it is seen, even if a good one follows.

    One thread puts, another takes.
    """

    def __init__(self) -> None:
        self._heard: tuple[bool, int] | None = None
        self._bad: deque[int] = deque(maxlen=1)

    def put(self, monotonic_ns: int, *, good: bool) -> None:
        if not good:
            self._bad.append(monotonic_ns)
        self._heard = (good, monotonic_ns)

    def take(self, monotonic_ns: int) -> Heartbeat | None:
        heard = self._heard
        if heard is None:
            return None
        good, heard_ns = heard
        if self._bad:
            self._bad.clear()
            good = False
        return Heartbeat(good=good, age_s=(monotonic_ns - heard_ns) * 1e-9)


class Mailbox:
    """Safe for use from several threads; `collect` belongs to the control thread."""

    def __init__(self) -> None:
        self._joints: JointSample | None = None
        self._chunks: deque[ActionChunk] = deque(maxlen=_MOST_CHUNKS)
        self._tickets: deque[Ticket] = deque()
        self._estop = _Newest()
        self._estop_unheard: str | None = None
        self._driver = _Newest()
        self._deadman = _Newest()
        self._human: tuple[float, int] | None = None
        self._obstacles: tuple[tuple[Obstacle, ...], int] | None = None
        self._speed_scale = 1.0
        self._intruder: str | None = None
        self._deaf: str | None = None
        self._audit: str | None = None

    def put_joints(self, sample: JointSample) -> None:
        """Leave a joint state; a newer one replaces it."""
        self._joints = sample

    def put_chunk(self, chunk: ActionChunk) -> None:
        """Leave a chunk."""
        self._chunks.append(chunk)

    def put_estop(self, *, pressed: bool, monotonic_ns: int) -> None:
        """Leave a heartbeat of the emergency stop; even a short press is seen."""
        self._estop.put(monotonic_ns, good=not pressed)

    def put_estop_unheard(self, unheard: str | None) -> None:
        """Say whose emergency stop cannot be heard; None if all can."""
        self._estop_unheard = unheard

    def put_driver(self, *, ready: bool, monotonic_ns: int) -> None:
        """Leave what the driver says; even a short stop of the robot is seen."""
        self._driver.put(monotonic_ns, good=ready)

    def put_deadman(self, *, held: bool, monotonic_ns: int) -> None:
        """Leave what the dead-man switch says; even a short release is seen."""
        self._deadman.put(monotonic_ns, good=held)

    def put_human(self, distance_m: float, monotonic_ns: int) -> None:
        """Leave the distance of the nearest person [m]."""
        self._human = (distance_m, monotonic_ns)

    def put_obstacles(self, boxes: tuple[Obstacle, ...], monotonic_ns: int) -> None:
        """Leave what stands around the arm; it replaces what was said before."""
        self._obstacles = (boxes, monotonic_ns)

    def put_speed_scale(self, scale: float) -> None:
        """Say how fast an operator allows the plan to be followed, 0 to 1."""
        self._speed_scale = scale

    def put_intruder(self, intruder: str | None) -> None:
        """Say who else commands the arm; None for nobody."""
        self._intruder = intruder

    def put_deaf(self, deaf: str | None) -> None:
        """Say which controller does not listen; None if all do."""
        self._deaf = deaf

    def put_audit(self, complaint: str | None) -> None:
        """Say why the audit log is not written; None if all is well."""
        self._audit = complaint

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
            monotonic_ns: Now, on the clock of the other arguments of that name.
            clock_step_s: Step of the wall clock against the control clock [s].
        """
        tickets = tuple(self._tickets.popleft() for _ in range(len(self._tickets)))
        chunks = tuple(self._chunks.popleft() for _ in range(len(self._chunks)))
        button = self._estop.take(monotonic_ns)
        human, obstacles = self._human, self._obstacles
        inputs = GateInputs(
            joints=self._joints,
            chunks=chunks,
            requests=tuple(ticket.request for ticket in tickets),
            estop=None
            if button is None
            else EstopInput(pressed=not button.good, age_s=button.age_s),
            estop_unheard=self._estop_unheard,
            intruder=self._intruder,
            deaf=self._deaf,
            audit=self._audit,
            driver=self._driver.take(monotonic_ns),
            deadman=self._deadman.take(monotonic_ns),
            human=human
            and HumanDistance(distance_m=human[0], age_s=(monotonic_ns - human[1]) * 1e-9),
            obstacles=obstacles
            and Obstacles(boxes=obstacles[0], age_s=(monotonic_ns - obstacles[1]) * 1e-9),
            clock_step_s=clock_step_s,
            speed_scale=self._speed_scale,
        )
        return inputs, tickets
