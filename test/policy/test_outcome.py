# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import pytest

from vla_ros.policy.outcome import Outcome

pytestmark = pytest.mark.ros


def test_outcomes_are_those_of_the_action() -> None:
    action = pytest.importorskip("vla_ros.action", reason="the interfaces are not built")
    result = action.ExecuteInstruction.Result
    constants = {name: getattr(result, name) for name in dir(result) if name.isupper()}
    constants = {name: value for name, value in constants.items() if isinstance(value, int)}
    assert {outcome.name: outcome.value for outcome in Outcome} == constants
