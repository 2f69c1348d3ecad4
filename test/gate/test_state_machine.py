# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The gate's modes against a model that was written from their description alone.

VLA_ROS_MACHINE sets how many runs are made; a nightly run makes 1000 of 50 steps.
"""

import os
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from vla_ros.gate import EstopInput, GateMode, Request
from vla_ros.gate.state import Heartbeat
from vla_ros.robot.parts import DeadmanProfile

RUNS = int(os.environ.get("VLA_ROS_MACHINE", "100"))
STEPS = 50 if RUNS >= 1000 else 40
IDLE, ARMED, RUN, HOLD = GateMode.IDLE, GateMode.ARMED, GateMode.RUN, GateMode.HOLD
PSTOP, ESTOP, FAULT = GateMode.PSTOP, GateMode.ESTOP, GateMode.FAULT
ACTIVE = (ARMED, RUN, HOLD)
LATCHED = (PSTOP, ESTOP, FAULT)
LONG_AGO = -(10**9)
PLAN = 301.299  # Ticks that a plan lasts at full speed.


@dataclass
class Sent:
    """A chunk: good, without numbers, the end of its goal, or nothing anybody can read."""

    kind: str
    session: int
    goal: str


@dataclass
class Model:
    """What mode the gate has to be in. Time is in ticks of 10 ms."""

    mode: GateMode = IDLE
    epoch: int = 0
    owner: int | None = None
    goal: str | None = None
    entered: int = LONG_AGO
    objected: int = LONG_AGO
    told: int = LONG_AGO  # When the newest event was; the gate says so.
    stopping: bool = False  # The arm moved along its stop in the last tick; the gate says so.
    errors: int = 0
    bad: int = 0
    holds: list[int] = field(default_factory=list)
    left: float = 0.0
    scale: float = 1.0

    def tick(
        self,
        now: int,
        *,
        sent: Sent | None = None,
        request: Request | None = None,
        pressed: bool = False,
        released: bool = False,
        jump: bool = False,
    ) -> None:
        self.left -= self.scale
        broken = sent is not None and sent.kind == "broken" and self.mode in ACTIVE
        self.errors = self.errors + 1 if broken else 0
        if sent is not None and not broken and self.mode in ACTIVE:
            self.take(now, sent)
        starved = self.mode is RUN and self.left <= 2.0 * max(self.scale, 1e-3)
        if self.errors == 2:
            self.leave(FAULT, now)
        elif pressed and self.mode not in (ESTOP, FAULT):
            self.leave(ESTOP, now)
        elif released and self.mode in ACTIVE:
            self.leave(PSTOP, now)
        elif (jump or starved or broken) and self.mode is RUN:
            self.hold(now, content=False)
        objects = pressed or released or jump or starved or broken
        if request is not None:
            self.obey(now, request, objects=objects, broken=broken)
        if not broken and self.mode is HOLD and now - self.entered > 200:
            self.leave(IDLE, now)
        if self.mode is RUN:
            self.scale = min(1.0, self.scale + 0.01)
        if objects:
            self.objected = now

    def take(self, now: int, sent: Sent) -> None:
        if self.owner not in (None, sent.session):
            self.bad = 0
        elif sent.kind == "end":
            if self.mode is not ARMED:
                self.leave(ARMED, now)
        elif sent.kind == "nan":
            self.bad += 1
            if self.bad >= 3 and self.mode is RUN:
                self.hold(now, content=True)
        elif self.mode is RUN or (self.mode is ARMED and self.objected != now - 1):
            self.follow(now, sent, 1.0 if self.mode is ARMED else self.scale)
        elif self.mode is HOLD:
            clear = now - max(self.entered, self.objected) >= 20 and not self.stopping
            if clear and now - self.entered <= 200 and sent.goal == self.goal:
                self.follow(now, sent, 0.0)

    def follow(self, now: int, sent: Sent, scale: float) -> None:
        if self.mode is not RUN:
            self.mode, self.entered = RUN, now
        self.owner, self.goal = sent.session, sent.goal
        self.left, self.scale, self.bad = PLAN - scale, scale, 0  # Row 0 was due a tick ago.

    def hold(self, now: int, *, content: bool) -> None:
        if content:
            self.holds = [*[t for t in self.holds if now - t < 6000], now]
        if len(self.holds) >= 5:
            self.leave(PSTOP, now)
        else:
            self.mode, self.entered, self.bad = HOLD, now, 0

    def leave(self, mode: GateMode, now: int) -> None:
        self.mode, self.entered = mode, now
        self.goal, self.bad, self.holds = None, 0, []
        if mode is IDLE:
            self.owner = None

    def obey(self, now: int, request: Request, *, objects: bool, broken: bool) -> None:
        if request is Request.ESTOP and self.mode is not FAULT:
            self.leave(ESTOP, now if self.mode is not ESTOP else self.entered)
        elif request is Request.STOP and self.mode not in LATCHED:
            self.leave(PSTOP, now)
        elif broken or objects or self.stopping:
            return
        elif request is Request.ARM and self.mode in (IDLE, ARMED):
            self.leave(ARMED, now)
            self.epoch, self.owner = self.epoch + 1, None
        elif request is Request.RESET and self.mode in (PSTOP, ESTOP):
            if not (now - self.objected >= 50 and now - self.told >= 100):
                return
            self.leave(IDLE, now)


class Machine(RuleBasedStateMachine):
    """Steps the gate and the model side by side."""

    make_rig: Any = None

    @initialize()
    def begin(self) -> None:
        self.rig = type(self).make_rig(
            deadman=DeadmanProfile(topic="/deadman"), execution_max_age_s=99.0
        )
        self.model = Model()
        self.now = 0
        self.pressed = False
        self.released = False
        self.command: Any = None

    def step(
        self, request: Request | None = None, sent: Sent | None = None, *, jump: bool = False
    ) -> None:
        rig, model = self.rig, self.model
        self.now += 1
        was, measured = model.mode, rig.position.copy()
        epoch = model.epoch
        decision = rig.tick(
            *([] if request is None else [request]),
            chunks=() if sent is None else (self.chunk(sent),),
            estop=EstopInput(pressed=self.pressed, age_s=0.0),
            deadman=Heartbeat(good=not self.released, age_s=0.0),
            clock_step_s=0.2 if jump else 0.0,
        )
        model.tick(
            self.now,
            sent=sent,
            request=request,
            pressed=self.pressed,
            released=self.released,
            jump=jump,
        )
        assert decision.mode is model.mode, (was, request, sent, decision.findings)
        assert rig.state.epoch == model.epoch
        model.stopping = decision.stopping
        if decision.events:
            assert len(decision.events) == 1 or request is not None
            model.told = self.now
        if was in LATCHED and decision.mode not in LATCHED:
            assert request is Request.RESET
        command = None if decision.command is None else decision.command.position
        if model.epoch == 0 or model.mode is IDLE:
            assert command is None
        elif model.epoch != epoch:
            np.testing.assert_array_equal(command, measured)
        elif model.mode is not RUN and not decision.stopping and was is model.mode:
            assert command is None or np.abs(command - self.command).max() < 1e-3
        self.command = command

    def chunk(self, sent: Sent) -> Any:
        rig = self.rig
        names = {"session": sent.session, "goal_id": sent.goal * 32}
        if sent.kind == "broken":
            return object()
        if sent.kind == "end":
            return rig.end_chunk(**names)
        # Towards zero for a while, and then at rest until it ends.
        way = -0.02 * np.sign(rig.position) * np.minimum(np.arange(30), 4)[:, None]
        rows = rig.position + way if sent.kind == "good" else np.full((30, 2), np.nan)
        return rig.chunk(rows, step_ns=100_433_000, **names)

    @rule(request=st.sampled_from(Request))
    def ask(self, request: Request) -> None:
        self.step(request)

    @rule(ticks=st.sampled_from([40, 48, 49, 50, 95, 98, 99, 100, 110, 110, 110, 150]))
    def reset_after_a_while(self, ticks: int) -> None:
        for _ in range(ticks):
            self.step()
        self.step(Request.RESET)

    @rule()
    def arm(self) -> None:
        self.step(Request.ARM)

    @rule(
        kind=st.sampled_from(["good"] * 5 + ["nan", "end", "broken"]),
        session=st.sampled_from([7, 7, 7, 8]),
        goal=st.sampled_from("aaab"),
        times=st.sampled_from([1, 1, 1, 2, 3]),
    )
    def send(self, kind: str, session: int, goal: str, times: int) -> None:
        for _ in range(times):
            self.step(sent=Sent(kind, session, goal))
            if kind == "broken":
                self.step()  # Two in a row are for good; see `break_for_good`.

    @rule(ticks=st.sampled_from([15, 17, 18, 19, 20, 30]), jump=st.booleans())
    def come_back(self, ticks: int, jump: bool) -> None:
        """Hold a goal, and send its next chunk a little later; then let the plan run out."""
        self.step(sent=Sent("good", 7, "a"))
        self.step(jump=True)
        for _ in range(30 if jump else 0):
            self.step()
        self.step(jump=jump)
        for _ in range(ticks):
            self.step()
        self.step(sent=Sent("good", 7, "a"))
        for _ in range(380):
            self.step()

    @rule(times=st.sampled_from([1, 2, 5]))
    def spoil(self, times: int) -> None:
        """Go on in a goal, and send what holds it."""
        for _ in range(times):
            for kind in ("good", "nan", "nan", "nan"):
                self.step(sent=Sent(kind, 7, "a"))
            for _ in range(35):
                self.step()

    @rule(likely=st.integers(0, 9))
    def break_for_good(self, likely: int) -> None:
        for _ in range(2 if likely == 0 else 0):
            self.step(sent=Sent("broken", 7, "a"))

    @rule(kind=st.sampled_from(["good", "broken"]), request=st.sampled_from(Request))
    def send_and_ask(self, kind: str, request: Request) -> None:
        # What is sent in the tick of arming belongs to the epoch before.
        if kind == "broken" or request is not Request.ARM:
            self.step(request, Sent(kind, 7, "a"))

    @rule()
    def let_the_clock_jump(self) -> None:
        self.step(jump=True)

    @rule(ticks=st.sampled_from([0, 1, 30, 210]), request=st.sampled_from([None, *Request]))
    def press_the_button(self, ticks: int, request: Request | None) -> None:
        self.pressed = True
        self.step()
        self.step(request)
        for _ in range(ticks):
            self.step()
        self.pressed = False

    @rule(ticks=st.sampled_from([0, 1, 30, 210]), request=st.sampled_from([None, *Request]))
    def release_the_switch(self, ticks: int, request: Request | None) -> None:
        self.released = True
        self.step()
        self.step(request)
        for _ in range(ticks):
            self.step()
        self.released = False

    @precondition(lambda self: self.model.mode is not FAULT)
    @rule()
    def begin_a_goal(self) -> None:
        """Whatever was before."""
        if self.model.mode is not IDLE:
            self.step(sent=Sent("end", self.model.owner or 7, "a"))
            for _ in range(110):
                self.step()
            self.step(Request.RESET)
        self.step(Request.ARM)
        self.step(sent=Sent("good", 7, "a"))

    @rule(ticks=st.sampled_from([1, 2, 5, 50, 99, 200, 380]))
    def wait(self, ticks: int) -> None:
        for _ in range(ticks):
            self.step()

    @precondition(lambda self: self.model.mode is IDLE)
    @rule(by=st.floats(-0.02, 0.02))
    def jog(self, by: float) -> None:
        self.rig.position = np.clip(self.rig.position + by, -0.9, 0.9)
        self.step()


def test_the_modes_are_those_of_the_model(make_rig: Any) -> None:
    machine = type("Modes", (Machine,), {"make_rig": staticmethod(make_rig)})

    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=RUNS,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            derandomize=RUNS < 1000,
            suppress_health_check=list(HealthCheck),
        ),
    )
