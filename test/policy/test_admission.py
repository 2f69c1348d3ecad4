# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import math
from dataclasses import replace

import pytest

from vla_ros.errors import InstructionError
from vla_ros.policy.admission import Goal, check_goal
from vla_ros.policy.outcome import Outcome

GO = Goal(goal_id="a" * 32, instruction="go", timeout_s=0.0, speed_scale=0.0, dry_run=False)


class KnowsOneWord:
    def check_instruction(self, text: str) -> None:
        if not text:
            raise InstructionError("the instruction is empty; say for example 'go'")
        if text != "go":
            raise InstructionError(f"this policy does not know the word '{text}'. It knows: go")


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"instruction": ""}, "the instruction is empty"),
        ({"instruction": "fly"}, "does not know the word 'fly'. It knows: go"),
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
    assert end is not None
    assert end.outcome is Outcome.REJECTED
    assert text in end.message


@pytest.mark.parametrize(
    "fields", [{}, {"timeout_s": 3600.0}, {"speed_scale": 1.0}, {"speed_scale": 0.01}]
)
def test_a_goal_at_the_limits_is_fine(fields: dict) -> None:
    assert check_goal(replace(GO, **fields), KnowsOneWord()) is None
