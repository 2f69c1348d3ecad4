# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a trajectory controller is told: in time, without a jump, and always to rest."""

import random
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from vla_ros.gate import EstopInput, GateMode, Request
from vla_ros.gate.feed import PAST_KNOTS, Knot, TrajectoryFeed
from vla_ros.gate.state import GateInputs
from vla_ros.sim.trajectory import TrajectoryPoint
from vla_ros.sim.trajectory_controller import TrajectoryController

MS = 1_000_000
LIMITS = np.array([1.0, 1.5]), np.array([5.0, 6.0])
UPDATE_NS = 2 * MS
LAG_UPDATES = 20


@dataclass(frozen=True)
class Wire:
    """How messages travel.

    Attributes:
        least_ms: On their way.
        most_ms: On their way.
        loss: How likely one is lost; never two in a row.
        late_ms: How late the gate may tick.
        dies: Tick after which nothing is sent any more.
    """

    least_ms: float = 0.5
    most_ms: float = 8.0
    loss: float = 0.0
    late_ms: float = 0.0
    dies: int = 10**9


class Chain:
    """A gate, its feed, the wire and a controller whose arm lags 40 ms behind."""

    def __init__(self, rig: Any, wire: Wire = Wire(), seed: int = 0, **options: Any) -> None:
        self.rig = rig
        self.wire = wire
        self.dice = random.Random(seed)
        self.feed = TrajectoryFeed(
            rig.gate, options.get("window_s", 0.1), repeats=options.get("repeats", True)
        )
        self.controller = TrajectoryController(rig.gate.config.limits.names)
        self.told: list[tuple[Knot, ...]] = []
        self.commanded: list[np.ndarray] = []
        self.commanded_ns: list[int] = []
        self.clock_ns = 0  # How far the node clock is ahead of the control clock.
        self._mail: list[tuple[int, list[TrajectoryPoint]]] = []
        self._update_ns = rig.now_ns
        self._ticks = 0
        self._lost = False

    def tick(self, *requests: Request, **inputs: Any) -> tuple[Knot, ...]:
        """Let 10 ms pass; return what was told."""
        rig, wire = self.rig, self.wire
        grid_ns = rig.now_ns + 10 * MS
        late_ns = round(self.dice.uniform(0.0, wire.late_ms) * MS)
        rig.now_ns += late_ns
        rig.tick(*requests, **inputs)
        told = inputs.get("estop", rig.estop), {k: v for k, v in inputs.items() if k == "human"}
        heard = GateInputs(joints=rig.measured, estop=told[0], **rig.always)
        knots = self.feed.follow(rig.state, heard, rig.now_ns, rig.now_ns + self.clock_ns)
        self._ticks += 1
        if knots:
            self.told.append(knots)
            self._lost = not self._lost and self.dice.random() < wire.loss
            if not self._lost and self._ticks < wire.dies:
                way_ns = round(self.dice.uniform(wire.least_ms, wire.most_ms) * MS)
                self._mail.append((rig.now_ns + way_ns, points_of(knots, -self.clock_ns)))
        rig.now_ns = grid_ns
        self.update_until(grid_ns)
        return knots

    def ticks(self, count: int, **inputs: Any) -> None:
        for _ in range(count):
            self.tick(**inputs)

    def update_until(self, end_ns: int) -> None:
        """Let the controller work."""
        while self._update_ns < end_ns:
            for arrival in [mail for mail in self._mail if mail[0] <= self._update_ns]:
                self._mail.remove(arrival)
                names = self.rig.gate.config.limits.names
                self.controller.take(names, arrival[1], self._update_ns)
            measured = np.array([self.commanded[-LAG_UPDATES:] or [np.zeros(2)]])[0][0]
            setpoint = self.controller.update(self._update_ns, UPDATE_NS, measured)
            if setpoint is not None:
                self.commanded.append(setpoint.position_rad)
                self.commanded_ns.append(self._update_ns + UPDATE_NS)
            self._update_ns += UPDATE_NS

    def rates(self) -> tuple[float, float]:
        """Return the fastest speed and acceleration commanded, as shares of the limits."""
        dt_s = UPDATE_NS * 1e-9
        speed = np.diff(self.commanded, axis=0) / dt_s
        bend = np.diff(speed, axis=0) / dt_s
        return float((abs(speed) / LIMITS[0]).max()), float((abs(bend) / LIMITS[1]).max())

    def wander(self, ticks: int) -> None:
        """Follow a policy that changes its mind every 0.3 s."""
        for k in range(ticks):
            chunks = ()
            if k % 30 == 3 and self.rig.state.mode in (GateMode.ARMED, GateMode.RUN):
                here = self.rig.position
                goal = np.clip(here + self.dice.uniform(-1, 1) * LIMITS[0] * 0.6, -0.9, 0.9)
                way = np.linspace(0.0, 1.0, 14)[:, None]
                chunks = (self.rig.chunk(here + way * (goal - here)),)
            self.tick(chunks=chunks)


def points_of(knots: tuple[Knot, ...], by_ns: int) -> list[TrajectoryPoint]:
    return [
        TrajectoryPoint(
            time_ns=knot.due_ns + by_ns,
            position_rad=np.array(knot.motion.position),
            velocity_rad_s=np.array(knot.motion.velocity),
            acceleration_rad_s2=np.array(knot.motion.acceleration),
        )
        for knot in knots
    ]


@pytest.fixture
def chain(rig: Any) -> Chain:
    return Chain(rig.arm())


WIRES = st.builds(
    Wire,
    least_ms=st.floats(0.0, 4.0),
    most_ms=st.floats(4.0, 8.0),
    loss=st.sampled_from([0.0, 0.3, 1.0]),
    late_ms=st.sampled_from([0.0, 0.2, 2.0]),
)


@settings(
    max_examples=15,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(wire=WIRES, seed=st.integers(0, 10**6))
def test_a_controller_keeps_the_limits_however_messages_come(
    make_rig: Any, wire: Wire, seed: int
) -> None:
    chain = Chain(make_rig().arm(), wire, seed)
    chain.wander(120)
    speed, bend = chain.rates()
    assert 0.05 < speed <= 1.01
    if wire.late_ms == 0.0:  # What late ticks changed and a lost message said is made up at once.
        assert bend <= 1.05


def test_it_goes_where_the_gate_sends_it_two_ticks_later(chain: Chain) -> None:
    chain.wander(60)
    commanded = dict(zip(chain.commanded_ns, chain.commanded, strict=True))
    begin_ns = chain.rig.now_ns - 60 * 10 * MS
    pairs = [
        (command, commanded[begin_ns + (k + 3) * 10 * MS])
        for k, command in enumerate(chain.rig.commands[-60:])
        if begin_ns + (k + 3) * 10 * MS in commanded and k > 10
    ]
    assert len(pairs) > 40
    assert max(np.abs(a - b).max() for a, b in pairs) < 2e-4


@pytest.mark.parametrize("after", [40, 63, 64, 65, 70, 77])
def test_if_all_that_sends_dies_the_controller_rests_where_the_stop_ends(
    make_rig: Any, after: int
) -> None:
    chain = Chain(make_rig().arm(), Wire(dies=after))
    chain.wander(120)
    told = [knots for knots in chain.told if knots[0].due_ns < 1_000_000_000 + after * 10 * MS]
    speed, bend = chain.rates()
    assert speed <= 1.01
    assert bend <= 1.05
    tail = np.array(chain.commanded)[-50:]
    assert np.ptp(tail, axis=0).max() == 0.0
    ends = np.array([knots[-1].motion.position for knots in told])
    assert np.abs(ends - tail[-1]).max(axis=1).min() == 0.0


@pytest.mark.parametrize("request_", [Request.STOP, Request.ESTOP])
def test_a_stop_is_joined_without_a_jump(chain: Chain, request_: Request) -> None:
    chain.wander(60)
    chain.tick(request_)
    chain.ticks(60)
    speed, bend = chain.rates()
    assert speed <= 1.01
    assert bend <= (1.05 if request_ is Request.STOP else 2.1)
    assert chain.commanded[-1] == pytest.approx(chain.rig.state.motion.position, abs=1e-9)


def test_every_trajectory_ends_at_rest_after_it_arrives_and_its_times_increase(
    chain: Chain,
) -> None:
    chain.wander(150)
    assert len(chain.told) > 20
    for knots in chain.told[1:]:
        times = np.array([knot.due_ns for knot in knots])
        assert (np.diff(times) >= MS).all()
        assert times[-1] - times[0] >= 300 * MS
        assert not any(knots[-1].motion.velocity)
        assert not any(knots[-1].motion.acceleration)


def test_it_begins_with_what_was_told_before(chain: Chain) -> None:
    chain.wander(80)
    for before, knots in zip(chain.told, chain.told[1:], strict=False):
        shared = {knot.due_ns: knot.motion for knot in before}
        past = [knot for knot in knots[:PAST_KNOTS] if knot.due_ns in shared]
        assert all(shared[knot.due_ns].position == knot.motion.position for knot in past[:-1])


def test_what_holds_is_not_told_again(make_rig: Any) -> None:
    chain = Chain(make_rig().arm(), repeats=False)
    chain.tick(chunks=(chain.rig.chunk(),))
    chain.ticks(100)
    moving = len(chain.told)
    assert moving <= 20  # Of a hundred ticks, the window being ten.
    chain.ticks(100)
    resting = len(chain.told)
    chain.ticks(100)
    assert len(chain.told) == resting


@pytest.mark.parametrize("stops", [False, True])
def test_ticks_that_never_came_are_told_with_the_next_one_if_they_are_new(
    make_rig: Any, *, stops: bool
) -> None:
    chain = Chain(make_rig().arm(), repeats=False)
    chain.wander(40)
    while not chain.tick():  # So that what was told last is fresh.
        pass
    chain.tick()
    before = chain.feed._past[-1]
    for _ in range(2):
        chain.rig.tick(*([Request.STOP] if stops else []))
        chain.feed.pass_over(chain.rig.state)
    knots = chain.tick()
    assert bool(knots) is stops
    if stops:
        dues = [knot.due_ns for knot in knots]
        assert dues == sorted(dues)
        assert knots[0] == before


def test_an_arm_at_rest_is_told_to_stay_there_once_in_a_window(chain: Chain) -> None:
    chain.ticks(101)
    assert len(chain.told) in (10, 11)
    here = tuple(chain.rig.position)
    assert {knot.motion.position for knots in chain.told for knot in knots} == {here}


def test_the_first_of_an_epoch_leads_there_from_wherever_the_arm_is(chain: Chain) -> None:
    (knot,) = chain.tick()
    assert knot.due_ns - chain.rig.now_ns > 80 * MS


def test_a_window_of_one_tick_is_told_with_every_tick(make_rig: Any) -> None:
    chain = Chain(make_rig().arm(), window_s=0.01)
    chain.tick(chunks=(chain.rig.chunk(),))
    chain.ticks(50)
    assert len(chain.told) == 51
    newest = chain.told[-1][PAST_KNOTS].motion
    assert newest == chain.rig.state.motion


def test_when_ticks_are_late_the_arm_goes_slower_until_there_is_time_again(chain: Chain) -> None:
    chain.wander(40)
    chain.rig.now_ns += 15 * MS
    since = len(chain.told)
    chain.wander(60)
    steps_ns = [b.due_ns - a.due_ns for _, _, _, a, b, *_ in chain.told[since:]]
    slow = steps_ns.count(10_500_000)
    assert set(steps_ns) == {10 * MS, 10_500_000}
    assert steps_ns[-slow:] != [10_500_000] * slow  # There is time again.
    assert chain.rates()[0] <= 1.01


@pytest.mark.parametrize("step_s", [-3600.0, -0.3, 0.3, 3600.0])
def test_a_node_clock_that_is_set_in_motion_changes_nothing_for_the_arm(
    chain: Chain, step_s: float
) -> None:
    chain.wander(64)
    chain.clock_ns += round(step_s * 1e9)
    chain.wander(60)
    speed, bend = chain.rates()
    assert speed <= 1.01
    assert bend <= 1.05


@pytest.mark.parametrize("step_s", [-3600.0, 3600.0])
def test_a_node_clock_that_is_set_at_rest_is_followed_at_once(chain: Chain, step_s: float) -> None:
    chain.ticks(14)
    chain.clock_ns += round(step_s * 1e9)
    chain.ticks(20)
    knots = chain.told[-1]
    age_ns = chain.rig.now_ns + chain.clock_ns - knots[0].due_ns
    assert 0 < age_ns < 200 * MS


def test_an_emergency_stop_that_is_pressed_is_told_at_once(chain: Chain) -> None:
    chain.wander(60)
    pressed = EstopInput(pressed=True, age_s=0.0)
    knots = chain.tick(estop=pressed)
    assert chain.rig.state.mode is GateMode.ESTOP
    assert len(knots) > PAST_KNOTS


def test_before_anything_is_armed_nothing_is_told(rig: Any) -> None:
    feed = TrajectoryFeed(rig.gate, 0.1, repeats=True)
    rig.tick()
    assert feed.follow(rig.state, GateInputs(), rig.now_ns, rig.now_ns) == ()
