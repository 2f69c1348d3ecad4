# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import math
from dataclasses import replace

import pytest

from vla_ros.errors import ConfigError
from vla_ros.gate import GateConfig
from vla_ros.gate.limits import RateLimits, make_joint_limits
from vla_ros.robot.profile import load_robot_profile


def test_the_margin_is_taken_off_both_ends_of_the_profile() -> None:
    profile = load_robot_profile("sim_arm")
    limits = make_joint_limits(profile)
    margin = profile.position_margin_rad
    assert limits.lower[0] == profile.joints[0].lower_rad + margin
    assert limits.upper[0] == profile.joints[0].upper_rad - margin
    assert limits.hard.jerk[2] == profile.joints[2].hard.jerk_rad_s3


@pytest.mark.parametrize("value", [0.0, -1.0, math.nan, math.inf])
def test_a_rate_limit_that_limits_nothing_is_refused(value: float) -> None:
    with pytest.raises(ConfigError, match="acceleration limit of joint 1"):
        RateLimits(velocity=(1.0, 1.0), acceleration=(1.0, value), jerk=(1.0, 1.0))


@pytest.mark.parametrize("value", [2.5, -1.5, math.nan, math.inf])
def test_an_empty_or_endless_range_is_refused(config: GateConfig, value: float) -> None:
    with pytest.raises(ConfigError, match=r"elbow: .* is no range inside"):
        replace(config.limits, upper=(value, 2.0))


def test_a_limit_for_too_few_joints_is_refused(config: GateConfig) -> None:
    with pytest.raises(ConfigError, match="one per joint"):
        replace(config.limits, upper=(1.0,))
