# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the robot reports: below, at and above each limit."""

from typing import Any

import numpy as np
import pytest

from vla_ros.gate import GateMode, Reason, Request, Verdict
from vla_ros.gate.state import Heartbeat
from vla_ros.robot.parts import DriverProfile

MS = 1_000_000
NAN, INF = float("nan"), float("inf")
DRIVER = {"driver": DriverProfile(topic="/driver")}


def reasons(decision: Any) -> set[Reason]:
    return {finding.reason for finding in decision.findings}


def report(rig: Any, measured: np.ndarray, **changes: Any) -> Any:
    """Let a tick pass in which a joint state arrives."""
    rig.moves_joints = False
    arrival_ns = rig.now_ns + 10 * MS
    fields = {"position": measured.copy(), "arrival_ns": arrival_ns, "stamp_ns": arrival_ns}
    rig.measured = rig.sample(**{**fields, **changes})
    return rig.tick()


# ---- frozen ----


@pytest.mark.parametrize("frozen_ms", [90, 100])
def test_joint_states_that_repeat_while_the_arm_moves_stop_it(rig: Any, frozen_ms: int) -> None:
    rig.run()
    still = rig.measured.position
    for _ in range(frozen_ms // 10):
        decision = report(rig, still)
    assert (Reason.JS_FROZEN in reasons(decision)) is (frozen_ms >= 100)
    assert decision.mode is (GateMode.PSTOP if frozen_ms >= 100 else GateMode.RUN)


def test_a_change_of_the_last_bit_is_no_repetition(rig: Any) -> None:
    rig.run()
    position = rig.measured.position
    for k in range(30):
        position = np.nextafter(position, INF if k % 2 else -INF)
        assert Reason.JS_FROZEN not in reasons(report(rig, position))


@pytest.mark.parametrize(("per_row", "stops"), [(0.0045, False), (0.0055, True)])
def test_a_slow_arm_may_look_as_if_it_rested(rig: Any, per_row: float, stops: bool) -> None:
    rig.arm()
    rows = np.zeros((14, 2))
    rows[:, 0] = per_row * np.arange(14)
    rig.tick(chunks=(rig.chunk(rows),))
    rig.ticks(40)
    for _ in range(10):
        decision = report(rig, rig.measured.position)
    assert (Reason.JS_FROZEN in reasons(decision)) is stops


def test_a_drive_may_begin_to_move_late(rig: Any) -> None:
    rig.arm()
    rig.tick(chunks=(rig.chunk(),))
    start = rig.measured.position
    for _ in range(20):
        assert Reason.JS_FROZEN not in reasons(report(rig, start))


def test_silence_is_old_and_not_frozen(rig: Any) -> None:
    rig.run()
    report(rig, rig.measured.position)
    assert reasons(rig.ticks(15)) == {Reason.JS_STALE}


# ---- cannot be right ----


@pytest.mark.parametrize(
    "changes",
    [
        {"velocity": np.array([NAN, 0.0])},
        {"velocity": np.array([0.0, -INF])},
        {"names": ("elbow", "elbow")},
        {"names": ("elbow", "wrist", "wrist"), "position": np.zeros(3), "velocity": np.zeros(3)},
    ],
)
def test_velocities_that_are_no_numbers_and_joints_that_are_there_twice_hold(
    rig: Any, changes: dict[str, Any]
) -> None:
    rig.run()
    decision = report(rig, rig.measured.position, **changes)
    assert decision.mode is GateMode.HOLD
    assert reasons(decision) == {Reason.JS_INVALID}


# ---- lagging ----


@pytest.mark.parametrize(
    ("lag_rad", "ticks", "slows"),
    [(0.029, 10, False), (0.031, 5, False), (0.031, 6, True), (0.049, 10, True)],
)
def test_an_arm_that_lags_behind_goes_at_half_speed(
    rig: Any, lag_rad: float, ticks: int, slows: bool
) -> None:
    rig.arm()
    rig.tick(chunks=(rig.chunk(np.zeros((16, 2))),))
    for _ in range(ticks):
        decision = report(rig, np.array([0.0, -lag_rad]))
    assert (Reason.TRACKING_WARN in reasons(decision)) is slows
    assert decision.mode is GateMode.RUN
    assert rig.state.schedule.scale == (0.5 if slows else 1.0)
    assert decision.interventions == 0
    assert decision.verdict is (Verdict.SCALE if slows else Verdict.PASS)


# ---- the driver ----


@pytest.mark.parametrize(
    ("heartbeat", "mode", "reason"),
    [
        (Heartbeat(good=True, age_s=0.1), GateMode.RUN, None),
        (Heartbeat(good=True, age_s=0.101), GateMode.HOLD, Reason.DRIVER_LATE),
        (Heartbeat(good=True, age_s=0.25), GateMode.HOLD, Reason.DRIVER_LATE),
        (Heartbeat(good=True, age_s=0.251), GateMode.PSTOP, Reason.DRIVER_LOST),
        (Heartbeat(good=True, age_s=NAN), GateMode.PSTOP, Reason.DRIVER_LOST),
        (Heartbeat(good=True, age_s=INF), GateMode.PSTOP, Reason.DRIVER_LOST),
        (Heartbeat(good=False, age_s=0.0), GateMode.PSTOP, Reason.DRIVER_PROTECTIVE),
        (Heartbeat(good=False, age_s=0.2), GateMode.PSTOP, Reason.DRIVER_PROTECTIVE),
        (Heartbeat(good=False, age_s=0.3), GateMode.PSTOP, Reason.DRIVER_LOST),
        (None, GateMode.PSTOP, Reason.DRIVER_LOST),
    ],
)
def test_a_robot_that_is_not_ready_or_silent_does_not_move(
    make_rig: Any, heartbeat: Heartbeat | None, mode: GateMode, reason: Reason | None
) -> None:
    rig = make_rig(**DRIVER)
    rig.always["driver"] = Heartbeat(good=True, age_s=0.0)
    decision = rig.run().tick(driver=heartbeat)
    assert decision.mode is mode
    assert reasons(decision) == ({reason} if reason else set())
    rig = make_rig(**DRIVER)
    answer = rig.tick(Request.ARM, driver=heartbeat).answers[0]
    assert answer.done is (reason is None)
    assert reason is None or reason.name in answer.message


def test_a_driver_that_was_never_heard_is_named_with_its_topic(make_rig: Any) -> None:
    answer = make_rig(**DRIVER).tick(Request.ARM).answers[0]
    assert "the driver has not said yet on /driver that the robot is ready" in answer.message
