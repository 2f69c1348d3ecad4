# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""In a dry run the gate sees a ghost that follows it; the live arm stays where it is."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from vla_ros.gate import Decision, Gate, GateInputs, GateMode, GateState, Reason, Request
from vla_ros.gate.shadow import Shadow

LIVE = (0.1, -0.2)


class DryGate:
    """A gate behind a shadow, as the control thread puts it there."""

    def __init__(self, gate: Gate) -> None:
        self.gate, self.config = gate, gate.config
        self.shadow = Shadow()

    def step(
        self, state: GateState, inputs: GateInputs, now_ns: int
    ) -> tuple[GateState, Decision]:
        state, decision = self.gate.step(*self.shadow.cast(state, inputs), now_ns)
        self.shadow.follow(decision.command)
        return state, decision


def stand_still(rig: Any) -> Any:
    """Let the arm of a rig rest at LIVE whatever it is told."""
    sample = type(rig).sample
    rig.position = np.array(LIVE)
    rig.sample = lambda **changes: sample(rig, **{"position": np.array(LIVE), **changes})
    return rig


@pytest.fixture
def rig(make_rig: Any) -> Any:
    rig = stand_still(make_rig())
    rig.gate = DryGate(rig.gate)
    return rig


def reasons(decision: Decision) -> set[Reason]:
    return {finding.reason for finding in decision.findings}


def test_before_arming_the_gate_sees_the_live_arm(rig: Any) -> None:
    rig.tick()
    assert rig.state.joints.position.tolist() == list(LIVE)


def test_an_arm_that_does_not_follow_stops_a_goal_but_for_its_ghost(make_rig: Any) -> None:
    rig = stand_still(make_rig())
    rig.run()
    decision = rig.ticks(80)
    assert decision.mode is GateMode.PSTOP
    assert reasons(decision) & {Reason.TRACKING, Reason.JS_FROZEN}


def test_a_goal_moves_the_ghost_as_it_would_move_the_arm(rig: Any) -> None:
    rig.run()
    decision = rig.ticks(80)
    assert decision.mode is GateMode.RUN
    assert decision.findings == ()
    assert rig.commands[0].tolist() == list(LIVE)
    assert rig.commands[-1][0] > LIVE[0] + 0.1
    assert rig.state.joints.position.tolist() == rig.commands[-2].tolist()
    assert rig.state.joints.arrival_ns == rig.now_ns


def test_missing_joint_states_stop_the_ghost(rig: Any) -> None:
    rig.run()
    rig.moves_joints = False  # The newest one only grows old from here.
    seen = [rig.tick() for _ in range(40)]
    assert reasons(seen[15]) == {Reason.JS_STALE}
    assert seen[-1].mode is GateMode.PSTOP
    assert Reason.JS_LOST in reasons(seen[-1])


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_joint_state_with_a_number_that_is_none_is_seen_as_it_is(rig: Any, value: float) -> None:
    rig.run()
    joints = rig.sample(position=np.array([value, 0.0]), arrival_ns=rig.now_ns + 1)
    decision = rig.tick(joints=joints)
    assert Reason.JS_INVALID in reasons(decision)
    assert decision.mode is GateMode.HOLD


def test_a_joint_state_without_its_joints_is_seen_as_it_is(rig: Any) -> None:
    rig.run()
    joints = rig.sample(names=(), position=np.zeros(0), velocity=None, arrival_ns=rig.now_ns + 1)
    decision = rig.tick(joints=joints)
    assert Reason.JS_INVALID in reasons(decision)


def test_after_a_reset_the_gate_sees_the_live_arm_and_objects_to_nothing(rig: Any) -> None:
    rig.run()
    rig.tick(Request.STOP)
    rig.ticks(130)
    assert rig.state.joints.position[0] > LIVE[0] + 0.05
    assert rig.tick(Request.RESET).answers[0].done
    after = [rig.tick() for _ in range(5)]
    assert [decision.findings for decision in after] == [()] * 5
    assert rig.state.joints.position.tolist() == list(LIVE)
    rig.arm()
    rig.tick()
    assert rig.commands[-1].tolist() == list(LIVE)


@pytest.mark.parametrize("velocity", [np.array([0.5, 0.0]), None])
def test_nobody_arms_a_ghost_of_an_arm_that_moves(rig: Any, velocity: Any) -> None:
    rig.run()
    rig.tick(Request.STOP)
    rig.ticks(130)
    rig.moves_joints = False
    for k, request in enumerate((Request.RESET, Request.ARM)):
        moved = np.array([LIVE[0] + 0.005 * k, LIVE[1]])
        joints = rig.sample(position=moved, velocity=velocity, arrival_ns=rig.now_ns + 1)
        joints = replace(joints, stamp_ns=joints.arrival_ns)
        answer = rig.tick(request, joints=joints).answers[0]
    assert not answer.done
    assert "the arm moves at 0.500 rad/s" in answer.message


def test_a_ghost_that_rests_after_its_goal_is_taken_back_to_the_arm(rig: Any) -> None:
    rig.run()
    epoch = rig.state.epoch
    decision = rig.tick(chunks=(rig.end_chunk(),))
    assert decision.mode is GateMode.ARMED
    away = rig.ticks(90)
    assert away.command.position[0] > LIVE[0] + 0.05
    rig.ticks(60)
    assert rig.state.mode is GateMode.ARMED
    assert rig.state.epoch == epoch + 1
    assert rig.commands[-1].tolist() == list(LIVE)
    rig.ticks(300)
    assert rig.state.epoch == epoch + 1
    assert rig.state.findings == ()


def test_a_ghost_that_cannot_be_taken_back_stays_and_nothing_is_objected_to(rig: Any) -> None:
    rig.run()
    rig.tick(chunks=(rig.end_chunk(),))
    moving = np.array([0.5, 0.0])  # Nobody arms while the live arm moves.
    for _ in range(400):
        joints = rig.sample(velocity=moving, arrival_ns=rig.now_ns + 10_000_000)
        decision = rig.tick(joints=joints)
        assert decision.findings == ()
    assert decision.mode is GateMode.ARMED
    assert decision.command.position[0] > LIVE[0] + 0.05


def test_a_goal_that_follows_at_once_begins_where_the_ghost_is(rig: Any) -> None:
    rig.run()
    rig.tick(chunks=(rig.end_chunk(),))
    rig.ticks(50)
    decision = rig.tick(chunks=(rig.chunk(),))
    assert decision.mode is GateMode.RUN
    assert rig.ticks(40).mode is GateMode.RUN


def test_the_ghost_ends_even_while_no_joint_states_come(rig: Any) -> None:
    rig.run()
    rig.moves_joints = False
    rig.ticks(130)  # Lost, and stopped.
    rig.moves_joints = True
    rig.ticks(110)
    assert rig.tick(Request.RESET).answers[0].done
    rig.tick()
    assert rig.state.joints.position.tolist() == list(LIVE)
