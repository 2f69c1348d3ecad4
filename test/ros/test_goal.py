# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import math
from types import SimpleNamespace

import pytest

pytest.importorskip("rclpy", reason="ROS is not installed")
pytest.importorskip("vla_ros.action", reason="the interfaces are not built")

from vla_ros.action import ExecuteInstruction
from vla_ros.gate.vocabulary import GateMode, Reason
from vla_ros.msg import GateState
from vla_ros.policy.goal import Phase, Progress
from vla_ros.policy.outcome import End, Outcome
from vla_ros.ros.goal import decode_gate_state, decode_goal, encode_feedback, encode_result

pytestmark = pytest.mark.ros


def test_a_goal_arrives_as_it_was_sent() -> None:
    request = ExecuteInstruction.Goal(
        instruction="put the red cube in the blue bowl",
        timeout_s=12.5,
        speed_scale=0.5,
        dry_run=True,
    )
    goal = decode_goal("f" * 32, request)
    assert goal.goal_id == "f" * 32
    assert goal.instruction == "put the red cube in the blue bowl"
    assert (goal.timeout_s, goal.speed_scale, goal.dry_run) == (12.5, 0.5, True)


@pytest.mark.parametrize(("sent", "meant"), [(0.0, 1.0), (0.3, 0.3), (1.0, 1.0)])
def test_a_goal_without_a_speed_takes_full_speed(sent: float, meant: float) -> None:
    goal = decode_goal("f" * 32, ExecuteInstruction.Goal(instruction="x", speed_scale=sent))
    assert goal.speed == meant


def test_a_reason_and_a_mode_that_are_not_known_here_end_nothing() -> None:
    facts = decode_gate_state(GateState(mode=77, reasons=[101, 60000]), 5)
    assert facts.mode is GateMode.FAULT
    assert facts.reasons == (Reason.DUP_PUBLISHER, 60000)
    assert facts.why == "DUP_PUBLISHER, reason 60000"


def test_the_gates_state_keeps_what_a_goal_needs() -> None:
    message = GateState(
        mode=GateState.MODE_PSTOP,
        stopping=True,
        epoch=7,
        reasons=[GateState.REASON_TRACKING, GateState.REASON_JS_LOST],
        longest_stop_s=0.3,
        intervention_count=4,
        message="protective stop",
    )
    facts = decode_gate_state(message, 123)
    assert facts.arrival_ns == 123
    assert (facts.mode, facts.stopping, facts.epoch) == (GateMode.PSTOP, True, 7)
    assert facts.reasons == (Reason.TRACKING, Reason.JS_LOST)
    assert (facts.longest_stop_s, facts.intervention_count) == (0.3, 4)
    assert facts.why == "protective stop"


@pytest.mark.parametrize(
    ("reasons", "why"),
    [([70], "TRACKING_WARN"), ([71, 31], "TRACKING, JS_LOST"), ([], "no reason")],
)
def test_a_gate_without_words_is_quoted_by_its_reasons(reasons: list[int], why: str) -> None:
    assert decode_gate_state(GateState(reasons=reasons), 0).why.startswith(why)


def test_feedback_says_what_is_not_known_as_nan() -> None:
    message = encode_feedback(
        Progress(
            phase=Phase.STARTING,
            progress=math.nan,
            confidence=math.nan,
            inference_ms=math.nan,
            observation_age_ms=math.inf,
            queue_s=0.0,
            intervention_count=3,
        )
    )
    assert message.phase == "starting"
    assert math.isnan(message.progress)
    assert math.isinf(message.observation_age_ms)
    assert message.intervention_count == 3


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_reaches_the_client_with_its_reason(outcome: Outcome) -> None:
    run = SimpleNamespace(
        inference_count=9, intervention_count=2, duration_s=lambda now_ns: now_ns * 1e-9
    )
    result = encode_result(End(outcome=outcome, message="why"), run, 2_500_000_000)
    assert result.outcome == getattr(ExecuteInstruction.Result, outcome.name)
    assert (result.message, result.duration_s) == ("why", 2.5)
    assert (result.inference_count, result.intervention_count) == (9, 2)
