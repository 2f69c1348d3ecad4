# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The control thread's tick, when one is late and the controller went on by itself."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

pytest.importorskip("rclpy")
pytest.importorskip("vla_ros.msg", reason="the interfaces are not built")

from vla_ros.gate import Gate, GateMode, Reason, Request, make_gate_config
from vla_ros.gate.record import PublishedCommand
from vla_ros.gate.state import GateState
from vla_ros.nodes.executor_control import Control
from vla_ros.robot.kinematics import make_kinematics
from vla_ros.robot.profile import load_robot_profile
from vla_ros.types import ActionChunk, JointSample

MS = 1_000_000
PROFILE = load_robot_profile("sim_arm")
HOME = np.array(PROFILE.home)


class Bench:
    """A control thread without a thread, whose clock is the test's."""

    def __init__(self, told_ticks: int) -> None:
        self.now_ns = 0
        self.sent: list[tuple[int, Any]] = []
        self.passed = 0
        self.records: list[Any] = []
        self.reasons: list[tuple[Reason, ...]] = []
        outputs = SimpleNamespace(
            told_ticks=told_ticks,
            send=lambda command, *_: self.sent.append((command.stamp_ns, command.position)),
            pass_over=self._pass_over,
            show=lambda *_: None,
            pause=lambda: None,
        )
        clock = SimpleNamespace(shift_ns=lambda: 0, may_jump=False)
        gate = Gate(make_gate_config(PROFILE, make_kinematics(PROFILE)))
        self.control = Control(
            gate,
            clock,  # type: ignore[arg-type]
            outputs,  # type: ignore[arg-type]
            lambda: self.now_ns,
            lambda *_: None,
            self.records.append,
        )

    def _pass_over(self, state: GateState) -> None:
        assert state.motion is not None
        self.passed += 1
        self.sent.append((state.tick_ns, np.array(state.motion.position)))

    def tick(self, after_ms: int = 10) -> None:
        """Let time pass, with an arm that is where it was sent."""
        self.now_ns += after_ms * MS
        mailbox = self.control.mailbox
        mailbox.put_joints(
            JointSample(
                names=PROFILE.joint_names,
                stamp_ns=self.now_ns,
                arrival_ns=self.now_ns,
                position=self.sent[-1][1].copy() if self.sent else HOME.copy(),
                velocity=np.zeros(6),
            )
        )
        mailbox.put_estop(pressed=False, monotonic_ns=self.now_ns)
        self.control._tick(self.now_ns)
        self.reasons.append(tuple(f.reason for f in self.control.state.findings))

    def run(self) -> None:
        """Arm, and follow half a rad per second with the first joint."""
        self.tick()
        self.control.mailbox.ask(Request.ARM)
        self.tick()
        rows = np.tile(HOME, (14, 1))
        rows[:, 0] += 0.05 * np.arange(14)
        self.control.mailbox.put_chunk(
            ActionChunk(
                goal_id="0" * 32,
                session=1,
                epoch=1,
                sequence=1,
                last=False,
                observed_ns=self.now_ns,
                first_ns=self.now_ns,
                step_ns=100 * MS,
                joint_names=PROFILE.joint_names,
                position_rad=rows,
                gripper=np.ones(14),
                hop_ms=(("camera", -20.0), ("chunk_transport", 15.0)),
            )
        )
        for _ in range(40):
            self.tick()
        assert self.control.state.mode is GateMode.RUN, self.control.state.message

    @property
    def steps(self) -> list[float]:
        """How far the first joint was sent from command to command [rad]."""
        return np.diff([position[0] for _, position in self.sent]).tolist()


@pytest.fixture
def bench() -> Bench:
    bench = Bench(told_ticks=10)
    bench.run()
    return bench


def test_ticks_that_never_came_are_made_up_for_where_the_controller_went_on(bench: Bench) -> None:
    stamps = [stamp for stamp, _ in bench.sent]
    bench.tick(40)
    new = [stamp - stamps[-1] for stamp, _ in bench.sent[len(stamps) :]]
    assert new == [10 * MS, 20 * MS, 30 * MS, 40 * MS]
    assert bench.passed == 3  # Only the tick that came is worth a message.
    assert bench.steps[-5:] == pytest.approx([0.005] * 5, abs=2e-4)  # As if nothing was amiss.
    written = [r for r in bench.records if isinstance(r, PublishedCommand)]
    assert [record.stamp_ns for record in written[-4:]] == [s for s, _ in bench.sent[-4:]]
    assert bench.control.state.mode is GateMode.RUN


def test_ticks_that_are_a_little_late_add_up_to_one_that_never_came(bench: Bench) -> None:
    began_ns, count = bench.now_ns, len(bench.sent)
    for after_ms in (12, 11, 14, 10, 13, 9, 12, 14):
        bench.tick(after_ms)
        wanted = (bench.now_ns - began_ns) / (10 * MS)
        assert abs(len(bench.sent) - count - wanted) <= 0.5
    stamps = np.array([stamp for stamp, _ in bench.sent])
    assert (np.diff(stamps) > 0).all()
    assert bench.steps[-9:] == pytest.approx([0.005] * 9, abs=8e-4)


def test_the_gate_sees_all_the_same_that_a_tick_was_late(bench: Bench) -> None:
    bench.tick(72)
    assert Reason.TICK_OVERRUN in bench.reasons[-1]
    assert bench.control.state.mode is GateMode.HOLD
    assert min(bench.steps[-7:]) > 0.004  # And it stops from where the controller is.


def test_no_more_is_made_up_for_than_was_told(bench: Bench) -> None:
    count = len(bench.sent)
    bench.tick(500)
    assert len(bench.sent) == count + 11


def test_a_controller_that_waits_for_each_command_waits() -> None:
    bench = Bench(told_ticks=0)
    bench.run()
    count = len(bench.sent)
    bench.tick(40)
    assert len(bench.sent) == count + 1


def test_nothing_is_made_up_for_while_nothing_is_commanded() -> None:
    bench = Bench(told_ticks=10)
    bench.tick()
    bench.tick(100)
    assert bench.sent == []


def test_after_the_clock_went_back_ticks_are_made_up_for_as_before(bench: Bench) -> None:
    bench.now_ns -= 5_000 * MS
    bench.tick()
    bench.control.mailbox.ask(Request.STOP)
    bench.tick()
    count = len(bench.sent)
    bench.tick(40)
    assert len(bench.sent) in (count + 3, count + 4)


def test_the_first_command_of_a_chunk_tells_how_long_its_way_was(bench: Bench) -> None:
    (first,) = bench.control.firsts.take()
    hops = dict(first.hops)
    assert list(hops) == ["camera", "chunk_transport", "schedule", "gate", "publish"]
    # The tick after: the clock of this bench stands still within one.
    assert hops["schedule"] == pytest.approx(15.0)
    assert (hops["gate"], hops["publish"]) == (0.0, 0.0)
    assert first.age_ms == pytest.approx(10.0)
    assert first.tick_ns == first.chunk.observed_ns + 10 * MS
