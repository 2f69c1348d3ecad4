# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The modes: who may change them, what they publish, and what stays latched."""

from typing import Any

import numpy as np
import pytest

from vla_ros.gate import ALL_CHECKS, EstopInput, GateMode, Reason, Request, Verdict
from vla_ros.gate.final import FinalChecker
from vla_ros.gate.state import Finding
from vla_ros.gate.tick import MotionCheck

MS = 1_000_000
PRESSED = EstopInput(pressed=True, age_s=0.0)


def reasons(decision: Any) -> set[Reason]:
    return {finding.reason for finding in decision.findings}


# ---- arming ----


def test_nothing_is_published_before_a_person_arms(rig: Any) -> None:
    assert rig.ticks(50).command is None


def test_the_first_command_is_where_the_arm_is(rig: Any) -> None:
    rig.position = np.array([0.3, -0.4])
    rig.arm()
    np.testing.assert_array_equal(rig.commands[0], [0.3, -0.4])


def test_an_armed_arm_stands_still(rig: Any) -> None:
    rig.arm().ticks(200)
    assert not np.diff(rig.commands, axis=0).any()


def test_each_arming_is_a_new_epoch_that_nobody_owns(rig: Any) -> None:
    rig.run()
    rig.tick(chunks=(rig.end_chunk(),))
    rig.ticks(60)
    rig.arm()
    assert rig.state.epoch == 2
    assert rig.state.owner is None


@pytest.mark.parametrize(
    ("prepare", "message"),
    [
        ({"moves_joints": False}, "JS_LOST: no joint state"),
        ({"estop": None}, "no heartbeat on /estop yet"),
        ({"position": np.array([1.01, 0.0])}, "elbow is at 1.010 rad, outside"),
    ],
)
def test_arming_says_why_not(rig: Any, prepare: dict[str, Any], message: str) -> None:
    for name, value in prepare.items():
        setattr(rig, name, value)
    answer = rig.tick(Request.ARM).answers[0]
    assert not answer.done
    assert message in answer.message


def test_arming_is_refused_while_the_arm_moves(rig: Any) -> None:
    rig.moves_joints = False
    rig.measured = rig.sample(velocity=np.array([0.0, 0.03]))
    assert "moves at 0.030 rad/s" in rig.tick(Request.ARM).answers[0].message


def test_arming_is_refused_while_somebody_else_commands_the_arm(rig: Any) -> None:
    text = "also published by /other/executor_node"
    answer = rig.tick(Request.ARM, intruder=text).answers[0]
    assert answer.message == f"not armed: DUP_PUBLISHER: {text}"


def test_before_anything_is_armed_a_missing_controller_only_refuses_arming(rig: Any) -> None:
    text = "nobody listens on /arm_controller/commands"
    decision = rig.tick(Request.ARM, deaf=text)
    assert decision.mode is GateMode.IDLE
    assert decision.answers[0].message == f"not armed: NO_CONTROLLER: {text}"
    rig.arm()
    assert rig.tick(deaf=text).mode is GateMode.PSTOP


def test_arming_is_refused_during_a_goal(rig: Any) -> None:
    rig.run()
    assert "a goal is running" in rig.tick(Request.ARM).answers[0].message


def test_an_armed_arm_without_a_goal_may_time_out(make_rig: Any) -> None:
    rig = make_rig(arm_timeout_s=1.0).arm()
    assert rig.ticks(95).mode is GateMode.ARMED
    assert rig.ticks(10).mode is GateMode.IDLE


# ---- goals ----


def test_the_end_of_a_goal_stops_the_arm_and_leaves_it_armed(rig: Any) -> None:
    rig.run()
    decision = rig.tick(chunks=(rig.end_chunk(),))
    assert decision.mode is GateMode.ARMED
    assert decision.stopping
    assert decision.verdict is Verdict.PASS
    assert not rig.ticks(40).stopping
    assert rig.tick(chunks=(rig.chunk(goal_id="b" * 32),)).mode is GateMode.RUN


def test_a_last_chunk_with_rows_is_followed_to_its_end(rig: Any) -> None:
    rig.arm()
    rows = 0.01 * np.arange(5)[:, None] * np.ones(2)
    rig.tick(chunks=(rig.chunk(rows, last=True),))
    decision = rig.ticks(60)
    assert decision.mode is GateMode.ARMED
    assert not decision.findings
    np.testing.assert_allclose(rig.position, 0.04, atol=2e-3)


def test_the_arm_follows_the_plan_closely(rig: Any) -> None:
    rig.arm()
    start = rig.now_ns
    rig.tick(chunks=(rig.chunk(0.07 * np.arange(16)[:, None] * np.ones(2)),))
    rig.ticks(90)
    lag_s = (rig.now_ns - start) * 1e-9 - rig.position[0] / 0.7
    assert abs(lag_s) < 0.03


# ---- hold ----


def test_a_plan_that_ends_is_left_before_its_end_at_rest(rig: Any) -> None:
    rig.run()
    decision = rig.ticks(160)
    assert decision.mode is GateMode.HOLD
    assert reasons(decision) == {Reason.STARVED}
    assert not decision.stopping


def test_a_hold_resumes_by_itself_with_a_new_chunk_and_slowly(rig: Any) -> None:
    rig.run()
    while rig.tick().mode is GateMode.RUN:
        pass
    rig.ticks(50)
    decision = rig.tick(chunks=(rig.chunk(),))
    assert decision.mode is GateMode.RUN
    assert rig.state.schedule.scale < 0.05
    rig.ticks(5, chunks=())
    assert rig.ticks(60).mode is GateMode.RUN


@pytest.mark.parametrize(
    "changes", [{"goal_id": "b" * 32}, {"session": 8}, {"observed_ns": 0}, {"epoch": 3}]
)
def test_a_hold_resumes_only_for_its_own_goal_and_a_fresh_look(
    rig: Any, changes: dict[str, Any]
) -> None:
    rig.run()
    while rig.tick().mode is GateMode.RUN:
        pass
    rig.ticks(50)
    if "observed_ns" in changes:
        changes = {"observed_ns": rig.state.entered_ns}
    assert rig.tick(chunks=(rig.chunk(**changes),)).mode is GateMode.HOLD


def test_a_hold_that_lasts_needs_a_person(rig: Any) -> None:
    rig.run()
    while rig.tick().mode is GateMode.RUN:
        pass
    assert rig.ticks(195).mode is GateMode.HOLD
    decision = rig.ticks(10)
    assert decision.mode is GateMode.IDLE
    assert decision.command is None
    assert "call ~/arm" in rig.state.message
    assert rig.tick(chunks=(rig.chunk(),)).mode is GateMode.IDLE


def test_holding_again_and_again_for_what_a_policy_sends_latches(rig: Any) -> None:
    rig.arm()
    modes = []
    for _ in range(5):
        rig.tick(chunks=(rig.chunk(rig.position * np.ones((16, 2))),))
        for _ in range(3):
            decision = rig.tick(chunks=(rig.chunk(np.full((16, 2), np.nan)),))
        modes.append(decision.mode)
        rig.ticks(40)
    assert modes == [GateMode.HOLD] * 4 + [GateMode.PSTOP]
    assert Reason.FLAPPING in reasons(decision)


def test_holds_count_on_from_goal_to_goal(make_rig: Any) -> None:
    wall = Finding(Verdict.HOLD, Reason.WORKSPACE, "a wall everywhere")
    rig = make_rig((*ALL_CHECKS, MotionCheck(25, lambda *_: wall))).arm()
    modes = []
    for goal in "abcde":
        modes.append(rig.tick(chunks=(rig.chunk(goal_id=goal * 32),)).mode)
        rig.tick(chunks=(rig.end_chunk(goal_id=goal * 32),))
        rig.ticks(40)
    assert modes == [GateMode.HOLD] * 4 + [GateMode.PSTOP]


@pytest.mark.parametrize("reason", [Reason.WORKSPACE, Reason.SELF_STOP, Reason.ENV_STOP])
def test_a_policy_that_leads_into_things_again_and_again_latches(
    make_rig: Any, reason: Reason
) -> None:
    refuse = MotionCheck(25, lambda *_: Finding(Verdict.HOLD, reason, "a wall everywhere"))
    rig = make_rig((*ALL_CHECKS, refuse)).arm()
    modes = []
    for _ in range(5):
        decision = rig.tick(chunks=(rig.chunk(),))
        modes.append(decision.mode)
        rig.ticks(40)
    assert modes == [GateMode.HOLD] * 4 + [GateMode.PSTOP]
    assert Reason.FLAPPING in reasons(decision)


def test_a_policy_corrected_most_of_the_time_is_held(rig: Any) -> None:
    rig.arm()
    modes = []
    for _ in range(5):
        rows = np.clip(rig.position + 0.1 * np.arange(16)[:, None], -2.0, 1.3)
        rig.tick(chunks=(rig.chunk(rows),))
        modes.append(rig.ticks(59).mode)
    assert GateMode.HOLD in modes
    assert rig.position[0] <= 1.0 + 1e-9


# ---- the gate itself ----


def test_an_error_inside_becomes_a_stop_and_the_next_one_a_fault(rig: Any) -> None:
    rig.run()
    broken = object()
    decision = rig.tick(chunks=(broken,))
    assert decision.mode is GateMode.HOLD
    assert reasons(decision) == {Reason.INTERNAL_ERROR}
    assert isinstance(decision.error, AttributeError)
    assert decision.stopping
    decision = rig.tick(chunks=(broken,))
    assert decision.mode is GateMode.FAULT
    assert decision.stopping
    assert rig.ticks(40).command is None
    speed = np.abs(np.diff(rig.commands, axis=0))
    assert speed[-1].max() < 1e-4


def test_a_tick_that_went_well_forgets_the_error_before_it(rig: Any) -> None:
    rig.run()
    for _ in range(3):
        assert rig.tick(chunks=(object(),)).mode is GateMode.HOLD
        rig.tick()


def test_a_breach_found_by_the_final_checker_is_a_fault_that_stops_for_good(
    rig: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.run()
    calls = iter([(Reason.INVARIANT_I3, "elbow: too fast")])
    monkeypatch.setattr(FinalChecker, "find_breach", lambda *_: next(calls, None))
    decision = rig.tick()
    assert decision.mode is GateMode.FAULT
    assert reasons(decision) == {Reason.INVARIANT_I3}
    assert rig.ticks(40).command is None
    assert not rig.tick(Request.RESET).answers[0].done
    assert not rig.tick(Request.ARM).answers[0].done


def test_every_event_has_the_next_number_and_words(rig: Any) -> None:
    seen = []
    for _ in range(3):
        seen += rig.tick(Request.STOP).events
        for _ in range(110):
            seen += rig.tick().events
        seen += rig.tick(Request.RESET).events
        seen += rig.tick(Request.ARM).events
    assert [event.number for event in seen] == list(range(1, len(seen) + 1))
    assert all(event.message for event in seen)


def test_the_gate_runs_all_checks_unless_told_otherwise(rig: Any) -> None:
    assert rig.gate.checks == ALL_CHECKS


def test_the_same_inputs_give_the_same_commands(make_rig: Any) -> None:
    def drive() -> list[np.ndarray]:
        rig = make_rig().run()
        rig.tick(Request.ESTOP)
        rig.ticks(40)
        return rig.commands  # type: ignore[no-any-return]

    np.testing.assert_array_equal(drive(), drive())


# ---- events ----


def test_every_objection_is_told_and_a_tick_has_one_event(rig: Any) -> None:
    rig.arm()
    wide = np.array([[0.0, 0.0], [1.2, 0.0]])
    before = rig.state.event_id
    decision = rig.tick(chunks=(rig.chunk(), rig.chunk(wide)), speed_scale=0.5)
    (event,) = decision.events
    assert set(event.reasons) == reasons(decision) == {Reason.CHUNK_JUMP, Reason.SPEED_SCALE}
    assert rig.state.event_id == event.number == before + 1
    assert rig.state.message == event.message
    assert event.message.startswith("ARMED -> RUN")


def test_a_reason_to_slow_down_that_comes_and_goes_is_told_once(rig: Any) -> None:
    rig.arm()
    rig.tick(chunks=(rig.chunk(),))
    told = []
    for k in range(60):
        told += rig.tick(speed_scale=0.5 if k % 2 else 1.0).events
    assert [event.reasons for event in told] == [(Reason.SPEED_SCALE,)]
    rig.ticks(60)
    told = list(rig.tick(chunks=(rig.chunk(),)).events)
    rig.ticks(50)
    told += rig.tick(speed_scale=0.5).events
    assert [event.reasons for event in told] == [(Reason.SPEED_SCALE,)]
