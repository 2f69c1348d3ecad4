# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import math

import pytest

from vla_ros.gate import GateConfig, Reason
from vla_ros.gate.final import find_breach

_REST = ((0.0, 0.0),) * 3


def judge(
    config: GateConfig,
    *positions: float,
    gripper: float | None = None,
    emergency: bool = False,
    wrist: float = 0.0,
) -> Reason | None:
    """Judge the last of four positions of the elbow."""
    history = [(q, 0.0) for q in positions[:-1]]
    breach = find_breach(
        (history[0], history[1], history[2]),
        (positions[-1], wrist),
        gripper,
        limits=config.limits,
        dt_s=0.01,
        emergency=emergency,
    )
    return None if breach is None else breach[0]


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_never_published(config: GateConfig, bad: float) -> None:
    assert judge(config, 0.0, 0.0, 0.0, bad) is Reason.INVARIANT_I1
    assert judge(config, 0.0, 0.0, 0.0, 0.0, wrist=bad) is Reason.INVARIANT_I1
    assert judge(config, 0.0, 0.0, 0.0, 0.0, gripper=bad) is Reason.INVARIANT_I16


def test_a_position_for_too_few_joints_is_never_published(config: GateConfig) -> None:
    breach = find_breach(_REST, (0.0,), None, limits=config.limits, dt_s=0.01, emergency=False)
    assert breach is not None
    assert breach[0] is Reason.INVARIANT_I1


def test_position_at_the_limit_passes_and_just_past_does_not(config: GateConfig) -> None:
    assert judge(config, 1.0, 1.0, 1.0, 1.0) is None
    assert judge(config, 1.00001, 1.00001, 1.00001, 1.00001) is Reason.INVARIANT_I2


def test_velocity_at_the_limit_passes_and_just_past_does_not(config: GateConfig) -> None:
    assert judge(config, 0.0, 0.01, 0.02, 0.03) is None
    assert judge(config, 0.0, 0.01001, 0.02002, 0.03003) is Reason.INVARIANT_I3


def test_acceleration_at_the_limit_passes_and_just_past_does_not(config: GateConfig) -> None:
    at = 5.0 * 1e-4
    assert judge(config, 0.0, 0.0, at, 3.0 * at) is None
    past = 5.01 * 1e-4
    assert judge(config, 0.0, 0.0, past, 3.0 * past) is Reason.INVARIANT_I4


def test_jerk_at_the_limit_passes_and_just_past_does_not(config: GateConfig) -> None:
    assert judge(config, 0.0, 0.0, 0.0, 100.0 * 1e-6) is None
    assert judge(config, 0.0, 0.0, 0.0, 101.0 * 1e-6) is Reason.INVARIANT_I5


def test_an_emergency_stop_may_use_the_hard_limits(config: GateConfig) -> None:
    assert judge(config, 0.0, 0.0, 0.0, 400.0 * 1e-6, emergency=True) is None
    assert judge(config, 0.0, 0.0, 0.0, 401.0 * 1e-6, emergency=True) is Reason.INVARIANT_I5


@pytest.mark.parametrize("gripper", [-0.01, 1.01])
def test_a_gripper_opening_out_of_range_is_never_published(
    config: GateConfig, gripper: float
) -> None:
    assert judge(config, 0.0, 0.0, 0.0, 0.0, gripper=gripper) is Reason.INVARIANT_I16
