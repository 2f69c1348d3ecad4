# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Towards a singularity the plan gets slower and ends; away from it, it is free."""

from typing import Any

import numpy as np
import pytest

from vla_ros.gate import GateMode, Reason

NAN, INF = float("nan"), float("inf")


def reasons(decision: Any) -> set[Reason]:
    return {finding.reason for finding in decision.findings}


def follow(make_rig: Any, begin: float, per_row: float, *, cartesian: bool = True) -> Any:
    """Follow a plan of the first joint, at 100 times whose angle the condition number is."""
    rig = make_rig(tool_condition=lambda q: 100.0 * abs(q[0]))
    rig.position = np.array([begin, 0.0])
    rig.arm()
    rows = np.zeros((16, 2))
    rows[:, 0] = begin + per_row * np.arange(16)
    rig.tick(chunks=(rig.chunk(rows, cartesian=cartesian),))
    return rig


@pytest.mark.parametrize(
    ("begin", "scale"),
    [(0.16, 1.0), (0.1698, 1.0), (0.1705, 1.0), (0.235, 0.5), (0.2935, 0.1), (0.299, 0.1)],
)
def test_the_nearer_to_a_singularity_the_slower(make_rig: Any, begin: float, scale: float) -> None:
    rig = follow(make_rig, begin, 0.001)
    decision = rig.tick()
    assert decision.mode is GateMode.RUN
    assert (Reason.SINGULAR in reasons(decision)) is (begin > 0.17)
    assert rig.state.schedule.scale == pytest.approx(scale, abs=0.01)
    assert decision.interventions == 0


def test_the_arm_rests_before_the_singularity(make_rig: Any) -> None:
    rig = follow(make_rig, 0.2, 0.02)
    onwards = np.zeros((16, 2))
    onwards[:, 0] = 0.02 * np.arange(16)
    for _ in range(30):
        rig.ticks(9)
        rig.tick(chunks=(rig.chunk(rig.position + onwards, cartesian=True),))
        assert rig.position[0] < 0.301
    assert rig.position[0] > 0.25


def test_a_target_at_the_limit_holds(make_rig: Any) -> None:
    assert follow(make_rig, 0.2999, 0.0).tick().mode is GateMode.RUN
    decision = follow(make_rig, 0.3, 0.0).tick()
    assert decision.mode is GateMode.HOLD
    assert Reason.SINGULAR in reasons(decision)


def test_the_way_back_is_free(make_rig: Any) -> None:
    rig = follow(make_rig, 0.5, -0.02)
    for _ in range(100):
        decision = rig.tick()
        assert not decision.findings
    assert rig.position[0] < 0.35


def test_a_hold_at_a_singularity_ends_with_a_plan_that_leads_away(make_rig: Any) -> None:
    rig = follow(make_rig, 0.28, 0.02)
    for _ in range(200):
        if rig.tick().mode is GateMode.HOLD:
            break
    rig.ticks(40)
    back = np.zeros((16, 2))
    back[:, 0] = -0.02 * np.arange(16)
    rig.tick(chunks=(rig.chunk(rig.position + back, cartesian=True),))
    assert rig.ticks(60).mode is GateMode.RUN
    assert rig.position[0] < 0.29


def test_plans_in_joint_positions_are_free(make_rig: Any) -> None:
    rig = follow(make_rig, 0.25, 0.01, cartesian=False)
    for _ in range(100):
        assert Reason.SINGULAR not in reasons(rig.tick())


@pytest.mark.parametrize("condition", [NAN, INF])
def test_a_condition_that_is_no_number_holds(make_rig: Any, condition: float) -> None:
    rig = make_rig(tool_condition=lambda _: condition).arm()
    rig.tick(chunks=(rig.chunk(cartesian=True),))
    assert rig.tick().mode is GateMode.HOLD
