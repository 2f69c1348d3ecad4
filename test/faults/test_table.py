# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The table of faults fits the gate and the robot profile."""

import pytest

pytest.importorskip("rclpy", reason="ROS is not installed")
pytest.importorskip("vla_ros.action", reason="the interfaces are not built")

from vla_ros.faults.bounds import make_bounds
from vla_ros.faults.table import FAULTS, Fault, Wanted
from vla_ros.faults.trial import _judge
from vla_ros.gate.limits import make_joint_limits
from vla_ros.gate.vocabulary import Reason
from vla_ros.robot.profile import load_robot_profile

PROFILE = load_robot_profile("sim_arm")
BOUNDS = make_bounds(PROFILE)
DROPPED = next(fault for fault in FAULTS if fault.name == "joint_states_drop")
LATE = next(fault for fault in FAULTS if fault.name == "chunks_200_ms_late")


def test_no_two_faults_share_a_name() -> None:
    names = [fault.name for fault in FAULTS]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_every_fault_demands_something(fault: Fault) -> None:
    rests = fault.wanted in (Wanted.REST, Wanted.MEASURED_REST)
    assert rests is (fault.bound_s is not None)
    assert rests or fault.wanted is Wanted.ANYTHING or fault.wanted is Wanted.MOTION


def test_bounds_follow_from_the_profile() -> None:
    stop_s = make_joint_limits(PROFILE).operating.longest_stop_s
    assert stop_s < BOUNDS.stop_s < stop_s + 0.05
    assert BOUNDS.joints_lost_s == pytest.approx(BOUNDS.stop_s + 0.1)
    slower = PROFILE.thresholds.model_copy(update={"joint_state_stale_s": 0.2})
    changed = make_bounds(PROFILE.model_copy(update={"thresholds": slower}))
    assert changed.joints_lost_s == pytest.approx(BOUNDS.stop_s + 0.2)
    assert BOUNDS.emergency_s <= BOUNDS.stop_s


@pytest.mark.parametrize(
    ("moved_s", "said", "message"),
    [
        (0.2, {int(Reason.JS_LOST)}, ""),
        (0.2, {int(Reason.TRACKING)}, "the gate did not say JS_STALE or JS_LOST"),
        (0.2, set(), "the gate did not say JS_STALE or JS_LOST"),
        (0.41, {int(Reason.JS_LOST)}, "the arm moved for 0.410 s, bound 0.402 s"),
        (float("nan"), {int(Reason.JS_LOST)}, "the arm moved for nan s, bound 0.402 s"),
    ],
)
def test_a_fault_is_judged_by_what_was_said_and_by_its_bound(
    moved_s: float, said: set[int], message: str
) -> None:
    judged = _judge(DROPPED, moved_s, DROPPED.bound_s(BOUNDS), said, still_moves=False)
    assert judged == message


def test_an_arm_that_has_to_go_on_is_missed_when_it_does_not() -> None:
    assert _judge(LATE, 0.0, None, set(), still_moves=True) == ""
    assert _judge(LATE, 0.0, None, set(), still_moves=False) == "the arm does not go on"
