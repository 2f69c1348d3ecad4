# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Each check below, at and above its limit; and what the gate does about it."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from vla_ros.gate import EstopInput, GateMode, Reason, Request, Verdict
from vla_ros.gate.config import Box

MS = 1_000_000
NAN, INF = float("nan"), float("inf")


def reasons(decision: Any) -> set[Reason]:
    return {finding.reason for finding in decision.findings}


def silence(rig: Any, ms: int) -> Any:
    """Let joint states stay away."""
    rig.moves_joints = False
    return rig.ticks(ms // 10)


@pytest.mark.parametrize(
    ("ms", "mode", "reason"),
    [
        (100, GateMode.RUN, None),
        (110, GateMode.HOLD, Reason.JS_STALE),
        (250, GateMode.HOLD, Reason.JS_STALE),
        (260, GateMode.PSTOP, Reason.JS_LOST),
    ],
)
def test_old_joint_states_hold_and_lost_ones_latch(
    rig: Any, ms: int, mode: GateMode, reason: Reason | None
) -> None:
    decision = silence(rig.run(), ms)
    assert decision.mode is mode
    assert reason is None or reason in reasons(decision)


def test_a_hold_for_old_joint_states_ends_when_they_are_back(rig: Any) -> None:
    silence(rig.run(), 150)
    rig.moves_joints = True
    rig.ticks(40)
    assert rig.tick(chunks=(rig.chunk(),)).mode is GateMode.RUN


@pytest.mark.parametrize(
    "changes",
    [
        {"position": np.array([NAN, 0.0])},
        {"position": np.array([0.0, INF])},
        {"names": ("wrist", "elbow")},
        {"names": ("elbow",), "position": np.zeros(1), "velocity": np.zeros(1)},
        {"position": np.array([0.5, 0.5])},
    ],
)
def test_joint_states_that_cannot_be_right_hold_and_three_latch(
    rig: Any, changes: dict[str, Any]
) -> None:
    rig.run()
    modes = []
    for k in range(3):
        rig.moves_joints = False
        sign = 1.0 if k % 2 == 0 else -1.0
        given = {n: v * sign if n == "position" else v for n, v in changes.items()}
        rig.measured = rig.sample(**{"arrival_ns": rig.now_ns + 10 * MS, **given})
        decision = rig.tick()
        modes.append(decision.mode)
        assert Reason.JS_INVALID in reasons(decision)
    assert modes == [GateMode.HOLD, GateMode.HOLD, GateMode.PSTOP]


@pytest.mark.parametrize(("q", "mode"), [(2.058, GateMode.ARMED), (2.06, GateMode.PSTOP)])
def test_a_joint_measured_out_of_its_limits_latches(
    make_rig: Any, q: float, mode: GateMode
) -> None:
    rig = make_rig(tracking_rad=9.0)
    rig.position = np.array([0.0, 2.0])
    rig.arm()
    rig.moves_joints = False
    rig.measured = rig.sample(position=np.array([0.0, q]), arrival_ns=rig.now_ns + 10 * MS)
    decision = rig.tick()
    assert decision.mode is mode
    assert (Reason.JS_OUT_OF_RANGE in reasons(decision)) is (mode is GateMode.PSTOP)


@pytest.mark.parametrize(("offset", "mode"), [(0.049, GateMode.ARMED), (0.051, GateMode.PSTOP)])
def test_an_arm_that_does_not_follow_latches(rig: Any, offset: float, mode: GateMode) -> None:
    rig.arm()
    rig.moves_joints = False
    for k in range(8):
        shift = offset * min(1.0, (k + 1) / 2)
        rig.measured = rig.sample(
            position=np.array([shift, 0.0]), arrival_ns=rig.now_ns + 10 * MS, stamp_ns=rig.now_ns
        )
        decision = rig.tick()
    assert decision.mode is mode
    assert decision.mode is GateMode.PSTOP or decision.tracking_rad == pytest.approx(offset)
    assert (Reason.TRACKING in reasons(decision)) is (mode is GateMode.PSTOP)


def test_the_delay_of_a_drive_is_no_tracking_error(rig: Any) -> None:
    rig.arm()
    rig.tick(chunks=(rig.chunk(0.07 * np.arange(16)[:, None] * np.ones(2)),))
    rig.moves_joints = False
    for _ in range(100):
        late = rig.commands[max(0, len(rig.commands) - 15)]
        rig.measured = rig.sample(position=late.copy(), arrival_ns=rig.now_ns + 10 * MS)
        decision = rig.tick()
        assert decision.mode is GateMode.RUN
    assert decision.tracking_rad == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize(
    ("heartbeat", "reason"),
    [
        (EstopInput(pressed=False, age_s=0.2), None),
        (EstopInput(pressed=False, age_s=0.201), Reason.ESTOP_LOST),
        (EstopInput(pressed=False, age_s=NAN), Reason.ESTOP_LOST),
        (EstopInput(pressed=True, age_s=0.0), Reason.ESTOP_PRESSED),
        (None, Reason.ESTOP_LOST),
    ],
)
def test_a_pressed_or_silent_emergency_stop_latches(
    rig: Any, heartbeat: EstopInput | None, reason: Reason | None
) -> None:
    decision = rig.run().tick(estop=heartbeat)
    assert decision.mode is (GateMode.ESTOP if reason else GateMode.RUN)
    assert reason is None or reason in reasons(decision)


def test_a_profile_without_an_emergency_stop_says_so_on_arming(make_rig: Any) -> None:
    rig = make_rig(estop_topic=None)
    rig.estop = None
    answer = rig.tick(Request.ARM).answers[0]
    assert answer.done
    assert "no emergency stop in the graph" in answer.message
    assert "estop" in rig.gate.config.not_configured


def test_somebody_else_on_the_command_topic_latches(rig: Any) -> None:
    decision = rig.run().tick(intruder="/arm is also published by /jogger")
    assert decision.mode is GateMode.PSTOP
    assert reasons(decision) == {Reason.DUP_PUBLISHER}


@pytest.mark.parametrize(
    ("late_ms", "reason"), [(50, None), (60, Reason.TICK_OVERRUN), (-20, Reason.CLOCK_JUMP)]
)
def test_a_late_tick_holds(rig: Any, late_ms: int, reason: Reason | None) -> None:
    rig.run()
    rig.now_ns += (late_ms - 10) * MS
    decision = rig.tick()
    assert decision.mode is (GateMode.HOLD if reason else GateMode.RUN)
    assert reason is None or reason in reasons(decision)


@pytest.mark.parametrize(
    ("step_s", "jumps"),
    [(0.1, False), (-0.1, False), (0.101, True), (-0.101, True), (NAN, True), (INF, True)],
)
def test_a_jump_of_the_clock_holds(rig: Any, step_s: float, jumps: bool) -> None:
    decision = rig.run().tick(clock_step_s=step_s)
    assert (Reason.CLOCK_JUMP in reasons(decision)) is jumps
    assert (decision.mode is GateMode.HOLD) is jumps


def test_a_plan_is_not_followed_for_longer_than_its_observation_is_worth(rig: Any) -> None:
    rig.arm()
    chunk = rig.chunk(np.zeros((16, 2)), step_ns=200 * MS)
    rig.tick(chunks=(chunk,))
    decision = rig.ticks(149)
    assert decision.mode is GateMode.RUN
    assert Reason.OBS_STALE in reasons(rig.ticks(2))
    assert rig.tick().mode is GateMode.HOLD


def test_a_target_outside_the_range_is_clamped_and_told_once(rig: Any) -> None:
    rig.position = np.array([0.95, 0.0])
    rig.arm()
    rows = np.hstack((np.linspace(0.95, 1.2, 16)[:, None], np.zeros((16, 1))))
    rig.tick(chunks=(rig.chunk(rows),))
    events = []
    for _ in range(120):
        decision = rig.tick()
        events += decision.events
        assert rig.position[0] <= 1.0 + 1e-9
    assert decision.verdict is Verdict.CLAMP
    assert [event.reasons for event in events] == [(Reason.POS_CLAMPED,)]
    assert decision.interventions == 1


def test_the_tool_stays_in_the_workspace_and_out_of_boxes(make_rig: Any) -> None:
    tool = {"tool_position": lambda q: (q[0], q[1], 0.0)}
    room = Box(name="workspace", lower=(-0.3, -1.0, -0.1), upper=(0.3, 1.0, 0.1))
    pillar = Box(name="pillar", lower=(-1.0, 0.2, -1.0), upper=(1.0, 0.4, 1.0))
    for joint, limit, reason, changes in (
        (0, 0.3, Reason.WORKSPACE, {"workspace": room}),
        (1, 0.2, Reason.KEEPOUT, {"keep_out": (pillar,)}),
    ):
        rig = make_rig(**tool, **changes).arm()
        rows = np.zeros((16, 2))
        rows[:, joint] = np.linspace(0.0, 0.6, 16)
        rig.tick(chunks=(rig.chunk(rows),))
        seen = set()
        for _ in range(150):
            seen |= reasons(rig.tick())
            assert rig.position[joint] <= limit
        assert reason in seen
        assert rig.position[joint] > limit - 0.05


def test_arming_is_refused_with_the_tool_outside_its_workspace(make_rig: Any) -> None:
    room = Box(name="workspace", lower=(0.1, -1.0, -1.0), upper=(1.0, 1.0, 1.0))
    rig = make_rig(tool_position=lambda q: (q[0], q[1], 0.0), workspace=room)
    assert "the tool is at (0.000, 0.000, 0.000) m" in rig.tick(Request.ARM).answers[0].message


def test_a_plan_too_fast_for_the_tool_is_slowed_along_its_path(make_rig: Any) -> None:
    rig = make_rig(tool_position=lambda q: (q[0], q[1], 0.0), tcp_speed_m_s=0.2).arm()
    rows = np.hstack((0.05 * np.arange(16)[:, None], 0.025 * np.arange(16)[:, None]))
    rig.tick(chunks=(rig.chunk(rows),))
    decision = rig.ticks(100)
    assert Reason.TCP_SPEED in reasons(decision)
    assert decision.interventions == 0
    steps = np.diff(rig.commands, axis=0)
    assert np.linalg.norm(steps[30:], axis=1).max() / 0.01 <= 0.2
    np.testing.assert_allclose(rig.position[1], 0.5 * rig.position[0], atol=1e-3)
    np.testing.assert_allclose(np.diff(steps[-20:], axis=0), 0.0, atol=1e-4)  # No hunting.


@pytest.mark.parametrize("scale", [0.5, 0.0, NAN])
def test_the_operator_slows_the_plan_down(rig: Any, scale: float) -> None:
    rig.arm()
    rig.tick(chunks=(rig.chunk(),), speed_scale=scale)
    decision = rig.ticks(50, speed_scale=scale)
    assert reasons(decision) == {Reason.SPEED_SCALE}
    wanted = 0.0 if not scale > 0.0 else scale
    assert rig.position[0] == pytest.approx(0.2 * 0.5 * wanted, abs=0.01)
    assert decision.interventions == 0


def test_a_chattering_gripper_is_held_and_a_stop_keeps_the_grip(rig: Any) -> None:
    rig.arm()
    commanded = []
    for k in range(40):
        chunk = rig.chunk(np.zeros((16, 2)), gripper=np.full(16, float(k % 2)))
        commanded.append(rig.tick(chunks=(chunk,)).command.gripper)
    assert np.abs(np.diff(commanded)).sum() <= 2
    held = commanded[-1]
    rig.tick(Request.STOP)
    assert rig.ticks(30).command.gripper == held


def test_the_gripper_is_left_as_it_is_until_a_plan_says_otherwise(rig: Any) -> None:
    rig.arm()
    assert rig.tick().command.gripper is None


def test_replacing_a_constant_changes_the_check(make_rig: Any) -> None:
    rig = make_rig(joint_state_stale_s=0.03)
    assert replace(rig.gate.config, dt_s=0.02).joint_state_stale_s == 0.03
    assert silence(rig.run(), 40).mode is GateMode.HOLD
