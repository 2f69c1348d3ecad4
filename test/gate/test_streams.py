# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What an arm is told behind its controller, by the gate and the messages: it never steps.

Chunks come late, early, overlapping, in another order, twice or not at all, and at any instant
everybody may fall silent. VLA_ROS_EXAMPLES sets how many examples are tried, as in
test_gate_properties.py.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from chunk_arrivals import ARRIVALS, MS, Arrival, make_chunk
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

pytest.importorskip("rclpy", reason="ROS is not installed")
pytest.importorskip("vla_ros.msg", reason="the interfaces are not built")

from vla_ros.gate import GateInputs, GateMode, Request
from vla_ros.gate.feed import TrajectoryFeed
from vla_ros.gate.velocity import VelocityLaw, VelocityStream
from vla_ros.ros.encode import encode_positions, encode_trajectory, encode_velocities
from vla_ros.ros.simulation import decode_trajectory
from vla_ros.ros.stamps import decode_time
from vla_ros.sim.trajectory_controller import ControllerOptions, TrajectoryController
from vla_ros.types import ActionChunk, FloatArray, Joining

EXAMPLES = max(1, int(os.environ.get("VLA_ROS_EXAMPLES", "2000")) // 400)
TICK_NS, UPDATE_NS = 10 * MS, 2 * MS
LAG_TICKS = 4  # So much later the arm is where its controller commands it to be.
WINDOW_S = 0.1
GAIN_PER_S = 5.0
REST_S = 1.0  # Long enough for any stop, and for the rest of a window.
_checked = settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@dataclass(frozen=True)
class Wire:
    """How messages travel to the controller.

    Attributes:
        least_ms: On their way.
        most_ms: On their way.
        last_tick: After it no message is sent any more.
    """

    least_ms: float = 0.5
    most_ms: float = 8.0
    last_tick: int = 10**9


WIRES = st.builds(
    Wire,
    least_ms=st.floats(0.0, 4.0),
    most_ms=st.floats(4.0, 8.0),
    last_tick=st.one_of(st.just(10**9), st.integers(2, 250)),
)


class Trajectories:
    """A joint_trajectory_controller, and the messages on their way to it."""

    def __init__(self, rig: Any, wire: Wire, seed: int, options: ControllerOptions) -> None:
        self._rig, self._wire = rig, wire
        self._dice = np.random.default_rng(seed)
        self._feed = TrajectoryFeed(rig.gate, WINDOW_S, repeats=True)
        self._controller = TrajectoryController(rig.gate.config.limits.names, options)
        self._mail: list[tuple[int, Any]] = []
        self._ticks = 0
        self.sent: list[Any] = []
        self.heard: list[Any] = []

    def tell(self, command: Any) -> None:
        rig = self._rig
        heard = GateInputs(joints=rig.measured, estop=rig.estop)
        knots = self._feed.follow(rig.state, heard, rig.now_ns, rig.now_ns)
        self._ticks += 1
        if knots:
            message = encode_trajectory(command.names, knots)
            self.sent.append(message)
            way_ms = self._dice.uniform(self._wire.least_ms, self._wire.most_ms)
            if self._ticks <= self._wire.last_tick:
                self._mail.append((rig.now_ns + round(way_ms * MS), message))

    def update(self, now_ns: int, measured: FloatArray) -> FloatArray:
        for arrival in [mail for mail in self._mail if mail[0] <= now_ns]:
            self._mail.remove(arrival)
            message = arrival[1]
            age_ns = now_ns - decode_time(message.header.stamp)
            points = decode_trajectory(message, age_ns, now_ns)
            self._controller.take(message.joint_names, points, now_ns)
            self.heard.append(message)
        setpoint = self._controller.update(now_ns, UPDATE_NS, measured)
        return measured if setpoint is None else setpoint.position_rad


class Positions:
    """A forward_command_controller of positions: what it was told last."""

    def __init__(self, rig: Any) -> None:
        self._last: FloatArray = rig.position
        self.told: list[FloatArray] = []

    def tell(self, command: Any) -> None:
        self._last = np.array(encode_positions(command).data)
        self.told.append(self._last)

    def update(self, now_ns: int, measured: FloatArray) -> FloatArray:
        return self._last


class Velocities:
    """A forward_command_controller of velocities, and an arm that obeys it at once."""

    def __init__(self, rig: Any) -> None:
        config = rig.gate.config
        top = config.limits.operating
        law = VelocityLaw(
            limit_rad_s=np.array(top.velocity),
            gain_per_s=GAIN_PER_S,
            stale_s=config.joint_state_stale_s,
        )
        self._stream = VelocityStream(law, np.array(top.acceleration) * config.dt_s)
        self._rig = rig
        self._position = np.array(rig.position)
        self.told: list[FloatArray] = [np.zeros(2)]

    def tell(self, command: Any) -> None:
        state = self._rig.state
        velocity = self._stream.follow(command, state.joints, state.tick_ns)
        self.told.append(np.array(encode_velocities(velocity).data))

    def update(self, now_ns: int, measured: FloatArray) -> FloatArray:
        self._position = self._position + self.told[-1] * UPDATE_NS * 1e-9
        return self._position


class Arm:
    """A gate, chunks on their way to it, and an arm that lags behind what its controller says.

    Attributes:
        went: What the controller commanded at each update.
    """

    def __init__(self, rig: Any, controller: Any) -> None:
        self.rig, self.controller = rig, controller
        self.coming: list[tuple[int, ActionChunk]] = []
        self.went: list[FloatArray] = [rig.position] * (LAG_TICKS * TICK_NS // UPDATE_NS)
        self.modes: set[GateMode] = set()
        rig.moves_joints = False

    @property
    def measured(self) -> FloatArray:
        return self.went[-LAG_TICKS * TICK_NS // UPDATE_NS]

    def tick(self, *requests: Request) -> None:
        rig = self.rig
        rig.measured = rig.sample(position=self.measured)
        due_ns = rig.now_ns + TICK_NS
        chunks = tuple(chunk for at_ns, chunk in self.coming if at_ns <= due_ns)
        self.coming = [(at_ns, chunk) for at_ns, chunk in self.coming if at_ns > due_ns]
        decision = rig.tick(*requests, chunks=chunks)
        assert decision.error is None
        self.modes.add(decision.mode)
        if decision.command is not None:
            self.controller.tell(decision.command)
        self.update(rig.now_ns)

    def update(self, tick_ns: int) -> None:
        """Let the controller work until the next tick."""
        for now_ns in range(tick_ns, tick_ns + TICK_NS, UPDATE_NS):
            self.went.append(self.controller.update(now_ns, self.measured))

    def follow(self, arrivals: list[Arrival], joining: Joining) -> None:
        """Send chunks, and then none for a while."""
        self.tick(Request.ARM)
        for arrival in arrivals:
            chunk = make_chunk(self.rig, arrival, joining)
            for late_ms in (arrival.delay_ms, arrival.delay_ms + 30)[: 1 + arrival.again]:
                self.coming.append((self.rig.now_ns + late_ms * MS, chunk))
            for _ in range(arrival.wait_ms // 10 + 1):
                self.tick()
        for _ in range(40):
            self.tick()

    def stop(self) -> None:
        """Have a person stop the arm, and wait."""
        self.tick(Request.STOP)
        for _ in range(60):
            self.tick()

    def fall_silent(self) -> None:
        """Let everybody but the controller be dead for a while."""
        for k in range(1, round(REST_S * 1e9) // TICK_NS):
            self.update(self.rig.now_ns + k * TICK_NS)

    def assert_smooth(self, share: float = 0.05) -> None:
        """The plainest arithmetic over all that the arm was told, update by update."""
        limits, dt_s = self.rig.gate.config.limits, UPDATE_NS * 1e-9
        way = np.array(self.went)
        speed = np.diff(way, axis=0) / dt_s
        step = np.diff(speed, axis=0)
        top = limits.operating
        assert (way >= np.array(limits.lower) - 1e-6).all()
        assert (way <= np.array(limits.upper) + 1e-6).all()
        assert (np.abs(speed) <= np.array(top.velocity) * (1 + share)).all()
        assert (np.abs(step) <= np.array(top.acceleration) * dt_s * (1 + share)).all()

    def assert_rests(self) -> None:
        assert np.ptp(np.array(self.went[-50:]), axis=0).max() == 0.0


MakeRig = Callable[..., Any]
ANY_LAG = {"start_mismatch_rad": 9.0, "tracking_rad": 9.0, "tracking_warn_rad": 9.0}


def make_trajectories(
    make_rig: MakeRig, wire: Wire = Wire(), seed: int = 0, **options: bool
) -> Arm:
    rig = make_rig(**ANY_LAG)
    return Arm(rig, Trajectories(rig, wire, seed, ControllerOptions(**options)))


@_checked
@given(
    arrivals=st.lists(ARRIVALS, min_size=2, max_size=6),
    joining=st.sampled_from(list(Joining)),
    wire=WIRES,
    seed=st.integers(0, 10**6),
    from_desired=st.booleans(),
)
def test_behind_a_trajectory_controller_the_arm_never_steps_and_comes_to_rest(
    make_rig: MakeRig,
    arrivals: list[Arrival],
    joining: Joining,
    wire: Wire,
    seed: int,
    *,
    from_desired: bool,
) -> None:
    arm = make_trajectories(make_rig, wire, seed, interpolate_from_desired_state=from_desired)
    arm.follow(arrivals, joining)
    arm.fall_silent()
    arm.assert_smooth()
    arm.assert_rests()
    heard = arm.controller.heard
    assert list(arm.went[-1]) == list(heard[-1].points[-1].positions)


@_checked
@given(arrivals=st.lists(ARRIVALS, min_size=2, max_size=6), joining=st.sampled_from(list(Joining)))
def test_every_message_that_is_sent_keeps_the_limits_and_ends_at_rest(
    make_rig: MakeRig, arrivals: list[Arrival], joining: Joining
) -> None:
    arm = make_trajectories(make_rig)
    arm.follow(arrivals, joining)
    limits = arm.rig.gate.config.limits
    assert arm.controller.sent
    for message in arm.controller.sent:
        last = message.points[-1]
        assert [*last.velocities, *last.accelerations] == [0.0] * 4
        due_s = [decode_time(point.time_from_start) * 1e-9 for point in message.points]
        for (a, b), passed_s in zip(pairwise(message.points), np.diff(due_s), strict=True):
            assert passed_s > 0.0
            step = np.abs(np.subtract(b.velocities, a.velocities))
            assert (step <= np.array(limits.operating.acceleration) * passed_s + 1e-6).all()
            assert (np.abs(b.velocities) <= np.array(limits.operating.velocity) + 1e-6).all()
            assert (np.array(limits.lower) - 1e-6 <= b.positions).all()
            assert (np.array(limits.upper) + 1e-6 >= b.positions).all()


STEADY_RAD_S = 0.3


@_checked
@given(
    delays_ms=st.lists(st.integers(0, 250), min_size=8, max_size=8),
    gaps_ms=st.lists(st.sampled_from([100, 200, 400]), min_size=8, max_size=8),
    joining=st.sampled_from(list(Joining)),
    wire=WIRES.filter(lambda wire: wire.last_tick > 250),
)
def test_steady_motion_is_never_interrupted_between_two_messages(
    make_rig: MakeRig, delays_ms: list[int], gaps_ms: list[int], joining: Joining, wire: Wire
) -> None:
    """All chunks are of one straight way, so only a stop between messages could slow it down."""
    arm = make_trajectories(make_rig, wire)
    arm.tick(Request.ARM)
    rig = arm.rig
    began_ns = rig.now_ns
    for delay_ms, gap_ms in zip(delays_ms, gaps_ms, strict=True):
        since_s = (rig.now_ns - began_ns) * 1e-9 + 0.1 * np.arange(14)[:, None]
        chunk = rig.chunk(np.repeat(STEADY_RAD_S * since_s, 2, axis=1), joining=joining)
        arm.coming.append((rig.now_ns + delay_ms * MS, chunk))
        for _ in range(gap_ms // 10):
            arm.tick()
    speed = np.diff(np.array(arm.went), axis=0) / (UPDATE_NS * 1e-9)
    underway = speed[600 * MS // UPDATE_NS :]
    assert underway.min() > 0.8 * STEADY_RAD_S
    assert arm.modes <= {GateMode.ARMED, GateMode.RUN}


def assert_no_step(rig: Any, speed_rad_s: FloatArray) -> None:
    """From tick to tick a speed keeps its limit, and changes no faster than the arm may."""
    config = rig.gate.config
    top = config.limits.operating
    assert (np.abs(speed_rad_s) <= np.array(top.velocity) * (1 + 1e-6)).all()
    most = np.array(top.acceleration) * config.dt_s * (1 + 1e-6)
    assert (np.abs(np.diff(speed_rad_s, axis=0)) <= most).all()


@_checked
@given(arrivals=st.lists(ARRIVALS, min_size=2, max_size=6), joining=st.sampled_from(list(Joining)))
def test_a_forward_controller_is_told_positions_without_a_step(
    make_rig: MakeRig, arrivals: list[Arrival], joining: Joining
) -> None:
    rig = make_rig(**ANY_LAG)
    arm = Arm(rig, Positions(rig))
    arm.follow(arrivals, joining)
    arm.stop()
    told = arm.controller.told
    assert_no_step(rig, np.diff(np.array([told[0], *told]), axis=0) / rig.gate.config.dt_s)
    arm.assert_rests()


@_checked
@given(arrivals=st.lists(ARRIVALS, min_size=2, max_size=6), joining=st.sampled_from(list(Joining)))
def test_a_forward_controller_is_told_velocities_without_a_step(
    make_rig: MakeRig, arrivals: list[Arrival], joining: Joining
) -> None:
    rig = make_rig(**ANY_LAG)
    arm = Arm(rig, Velocities(rig))
    arm.follow(arrivals, joining)
    arm.stop()
    for _ in range(150):  # What is left of the way back to the command fades out.
        arm.tick()
    told = np.array(arm.controller.told)
    assert_no_step(rig, told)
    assert told[-1].tolist() == [0.0, 0.0]


@pytest.mark.parametrize("replaces", [False, True])
def test_only_put_into_the_older_one_does_a_message_set_the_arm_back(
    make_rig: MakeRig, *, replaces: bool
) -> None:
    """Why allow_trajectory_replacement has to be false for this stream."""
    arm = make_trajectories(make_rig, allow_trajectory_replacement=replaces)
    onwards = Arrival((0.9, 0.9), 0.4, 20, 100, 0, 300, 0, again=False, opening=1.0)
    arm.follow([onwards] * 3, Joining.HOLD_AND_SWITCH)
    back_rad = -np.diff(np.array(arm.went), axis=0).min()
    assert bool(back_rad > 2e-3) is replaces
