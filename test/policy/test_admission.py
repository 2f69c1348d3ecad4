# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import math
from dataclasses import replace

import numpy as np
import pytest

from vla_ros.errors import InstructionError, UnknownWordError
from vla_ros.gate.vocabulary import GateMode, Reason
from vla_ros.policy.admission import GateFacts, Goal, Patience, check_goal, check_start
from vla_ros.policy.outcome import End, Outcome
from vla_ros.types import JointSample, Observation

GO = Goal(goal_id="a" * 32, instruction="go", timeout_s=0.0, speed_scale=0.0, dry_run=False)


class KnowsOneWord:
    def check_instruction(self, text: str) -> str:
        if not text:
            raise InstructionError("the instruction is empty; say for example 'go'")
        if text not in ("go", "goo"):
            raise UnknownWordError(f"this policy does not know the word '{text}'. It knows: go")
        return "go"


def test_a_policy_that_does_not_fit_its_robot_gets_no_goal_at_all() -> None:
    end = check_goal(GO, KnowsOneWord(), "replan_s is too long. Lower it")
    assert isinstance(end, End)
    assert end.outcome is Outcome.REJECTED
    assert end.message == "this policy does not fit this robot: replan_s is too long. Lower it"


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"instruction": ""}, "the instruction is empty"),
        ({"timeout_s": -1.0}, "timeout_s = -1.0 s is outside [0, 3600]"),
        ({"timeout_s": math.nan}, "timeout_s = nan s is outside"),
        ({"timeout_s": math.inf}, "timeout_s = inf s is outside"),
        ({"speed_scale": 1.5}, "speed_scale = 1.5 is outside [0.01, 1]"),
        ({"speed_scale": -0.1}, "speed_scale = -0.1 is outside"),
        ({"speed_scale": math.nan}, "speed_scale = nan is outside"),
        ({"speed_scale": math.inf}, "speed_scale = inf is outside"),
    ],
)
def test_a_goal_that_can_never_run_is_rejected_with_the_reason(fields: dict, text: str) -> None:
    end = check_goal(replace(GO, **fields), KnowsOneWord())
    assert isinstance(end, End)
    assert end.outcome is Outcome.REJECTED
    assert text in end.message


@pytest.mark.parametrize(
    "fields", [{}, {"timeout_s": 3600.0}, {"speed_scale": 1.0}, {"speed_scale": 0.01}]
)
def test_a_goal_at_the_limits_is_fine(fields: dict) -> None:
    assert check_goal(replace(GO, **fields), KnowsOneWord()) == "go"


def test_a_word_that_the_policy_does_not_know_is_nothing_it_can_find() -> None:
    end = check_goal(replace(GO, instruction="fly"), KnowsOneWord())
    assert isinstance(end, End)
    assert end.outcome is Outcome.LOW_CONFIDENCE
    assert "does not know the word 'fly'. It knows: go" in end.message


def end_at_start(mode: GateMode, *reasons: Reason | int, message: str = "") -> End:
    """Why a goal may not start while the gate is like this."""
    joints = JointSample(names=("j",), stamp_ns=0, arrival_ns=0, position=np.zeros(1))
    seen = Observation(stamp_ns=0, frames=(), frozen=(), joints=joints, gripper=1.0)
    facts = GateFacts(
        arrival_ns=0,
        mode=mode,
        stopping=False,
        epoch=0,
        reasons=reasons,
        longest_stop_s=0.3,
        intervention_count=0,
        message=message,
    )
    end = check_start(GO, seen, facts, Patience(), 1)
    assert end is not None
    assert end.outcome is Outcome.REJECTED
    return end


@pytest.mark.parametrize(
    ("reason", "name", "why"),
    [
        (Reason.DUP_PUBLISHER, "DUP_PUBLISHER", "/vla/action_chunk is published by /a and /b"),
        (Reason.NO_CONTROLLER, "NO_CONTROLLER", "nobody listens on /arm_controller/commands"),
        (999, "reason 999", "something newer"),
    ],
)
@pytest.mark.parametrize("mode", [GateMode.IDLE, GateMode.PSTOP])
def test_a_goal_says_why_nobody_can_arm(
    mode: GateMode, reason: Reason | int, name: str, why: str
) -> None:
    end = end_at_start(mode, reason, message=why)
    assert why in end.message
    if mode is GateMode.IDLE:
        assert f"not armed, and the gate objects: {name} ({why})" in end.message
    else:
        assert f"latched in PSTOP ({why})" in end.message


def test_an_audit_log_that_is_not_written_keeps_nobody_from_arming() -> None:
    end = end_at_start(GateMode.IDLE, Reason.AUDIT_DEGRADED)
    assert end.message.startswith("not armed: call ~/arm")
