# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import math

import pytest

from vla_ros.policy.completion import Completion
from vla_ros.policy.spec import DoneSpec

SPEC = DoneSpec(probability=0.7, count=2)


def after(*probabilities: float) -> bool:
    completion = Completion(spec=SPEC)
    for probability in probabilities:
        completion = completion.observe(probability)
    return completion.complete


def test_two_answers_in_a_row_complete_the_goal() -> None:
    assert after(0.7, 0.9)


@pytest.mark.parametrize("other", [0.69, math.nan, math.inf, -math.inf])
def test_anything_else_between_them_starts_over(other: float) -> None:
    assert not after(0.9, other, 0.9)


def test_without_a_rule_nothing_completes() -> None:
    assert not Completion(spec=None).observe(1.0).observe(1.0).complete
