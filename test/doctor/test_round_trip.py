# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import math
from typing import Any

import pytest
from healthy import POLICY, ROBOT

from vla_ros.doctor.line import Level, Line
from vla_ros.doctor.round_trip import check_round_trip
from vla_ros.policy.spec import PolicyProfile
from vla_ros.robot.profile import RobotProfile


def robot(**thresholds: float) -> RobotProfile:
    changed = ROBOT.thresholds.model_copy(update=thresholds)
    return ROBOT.model_copy(update={"thresholds": changed})


def policy(**action: Any) -> PolicyProfile:
    return POLICY.model_copy(update={"action": POLICY.action.model_copy(update=action)})


def judge(*times_s: float, of: PolicyProfile = POLICY, on: RobotProfile = ROBOT) -> Line:
    return check_round_trip(times_s, of, on)


def test_an_answer_in_time_says_how_long_it_takes_and_who_waits() -> None:
    line = judge(0.32, 0.3, 0.33)
    assert line.level is Level.PASS
    assert line.text == "a chunk takes 320 ms, the slowest of 3 took 330 ms; the gate waits 1.5 s"


def test_a_server_is_named() -> None:
    remote = POLICY.model_copy(update={"model": None, "address": "http://gpu:8000"})
    assert judge(0.1, of=remote).text.startswith("a chunk from http://gpu:8000 takes 100 ms;")
    assert judge(0.9, of=remote).remedy.endswith("or a nearer server")


@pytest.mark.parametrize("late_s", [0.5, 0.7, math.inf, math.nan])
def test_an_answer_whose_observation_is_too_old_by_then_fails(late_s: float) -> None:
    line = judge(late_s)
    assert line.level is Level.FAIL
    assert "older than 500 ms (thresholds.observation_max_age_s)" in line.found


def test_one_late_answer_among_others_is_a_warning() -> None:
    line = judge(0.1, 0.1, 0.6)
    assert line.level is Level.WARN
    assert "a chunk takes 100 ms, the slowest of 3 took 600 ms; the gate takes" in line.found


@pytest.mark.parametrize(
    ("hasty", "soon_s", "late_s", "level", "why"),
    [
        (
            robot(infer_deadline_s=1.0),
            0.29,
            0.31,
            Level.FAIL,
            "the gate waits 1 s (thresholds.i",
        ),
        (
            robot(execution_max_age_s=1.4),
            0.34,
            0.36,
            Level.WARN,
            "older than 1.4 s (thresholds.exec",
        ),
    ],
)
def test_an_answer_that_the_gate_does_not_wait_for_is_objected_to(
    hasty: RobotProfile, soon_s: float, late_s: float, level: Level, why: str
) -> None:
    assert judge(soon_s, on=hasty).level is Level.PASS
    line = judge(late_s, on=hasty)
    assert line.level is level
    assert "0.7 s, and the gate" in line.found
    assert why in line.found


def test_chunks_that_are_used_up_before_the_next_one_comes_are_a_warning() -> None:
    line = judge(0.35, of=policy(horizon=9))
    assert line.level is Level.WARN
    assert "9 rows of 0.1 s are used up before the next are there" in line.found
    assert judge(0.3, of=policy(horizon=9)).level is Level.PASS
