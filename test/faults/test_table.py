# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The table of faults fits the gate and the robot profile."""

import pytest

pytest.importorskip("rclpy", reason="ROS is not installed")
pytest.importorskip("vla_ros.action", reason="the interfaces are not built")

from vla_ros.faults.bounds import WAVE_RAD_S, make_bounds
from vla_ros.faults.fault import Fault, Wanted
from vla_ros.faults.table import FAULTS
from vla_ros.faults.trial import failed_trial
from vla_ros.gate.limits import make_joint_limits
from vla_ros.robot.profile import load_robot_profile

PROFILE = load_robot_profile("sim_arm")
BOUNDS = make_bounds(PROFILE)


def test_no_two_faults_share_a_name() -> None:
    names = [fault.name for fault in FAULTS]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_every_fault_demands_something(fault: Fault) -> None:
    goes_on = fault.wanted in (Wanted.MOTION, Wanted.STALL, Wanted.GATING)
    assert goes_on is (fault.bound_s is None)
    stops = fault.wanted in (Wanted.PSTOP, Wanted.ESTOP, Wanted.HOLD, Wanted.PASSING)
    assert fault.reasons or not stops


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_what_a_camera_is_said_to_do_is_said_before_the_arm_rests(fault: Fault) -> None:
    assert bool(fault.says) is fault.setting.sees
    if fault.says and fault.bound_s is not None:
        assert fault.said_s(BOUNDS) <= fault.bound_s(BOUNDS)


def test_no_two_wrongs_of_a_camera_are_called_the_same() -> None:
    words = [fault.says for fault in FAULTS if fault.says]
    assert len(set(words)) == len(words) == 7


def test_bounds_follow_from_the_profile() -> None:
    stop_s = make_joint_limits(PROFILE).operating.longest_stop_s
    assert stop_s < BOUNDS.stop_s < stop_s + 0.05
    assert BOUNDS.joints_lost_s == pytest.approx(BOUNDS.stop_s + 0.1)
    assert BOUNDS.emergency_s <= BOUNDS.stop_s
    assert BOUNDS.plan_s == pytest.approx(1.0 + BOUNDS.react_s)


@pytest.mark.parametrize(
    ("threshold", "value", "bound", "longer_s"),
    [
        ("joint_state_stale_s", 0.2, "joints_lost_s", 0.1),
        ("tracking_rad", 0.08, "tracking_s", 0.03 / WAVE_RAD_S),
    ],
)
def test_a_bound_moves_with_its_threshold(
    threshold: str, value: float, bound: str, longer_s: float
) -> None:
    thresholds = PROFILE.thresholds.model_copy(update={threshold: value})
    changed = make_bounds(PROFILE.model_copy(update={"thresholds": thresholds}))
    assert getattr(changed, bound) == pytest.approx(getattr(BOUNDS, bound) + longer_s)
    assert changed.stop_s == BOUNDS.stop_s


def test_the_bound_of_a_silent_button_moves_with_its_timeout() -> None:
    estop = PROFILE.estop
    assert estop != "none"
    slower = PROFILE.model_copy(update={"estop": estop.model_copy(update={"timeout_s": 0.9})})
    assert make_bounds(slower).button_lost_s == pytest.approx(BOUNDS.emergency_s + 0.9)


def test_an_error_is_a_failure_with_its_words() -> None:
    trial = failed_trial(ValueError("no such wave"))
    assert (trial.passed, trial.void) == (False, False)
    assert trial.message == "ValueError: no such wave"
