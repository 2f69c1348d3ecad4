# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import math

import numpy as np
import pytest

from vla_ros.gate.singular import (
    characteristic_length_m,
    condition_number,
    make_tool_condition,
)
from vla_ros.robot.kinematics import make_kinematics
from vla_ros.robot.profile import load_robot_profile


def planar(q: np.ndarray, length_m: float = 0.5) -> np.ndarray:
    """Return the Jacobian of three joints with parallel axes and links of one length."""
    total = np.cumsum(q)
    rows = np.zeros((6, 3))
    for j in range(3):
        rows[0, j] = -length_m * np.sin(total[j:]).sum()
        rows[1, j] = length_m * np.cos(total[j:]).sum()
    rows[5] = 1.0
    return rows


def test_the_length_makes_both_halves_equally_large() -> None:
    jacobian = planar(np.array([0.3, 0.8, -0.4]))
    scaled = jacobian[3:] * characteristic_length_m(jacobian)
    assert np.linalg.norm(scaled) == pytest.approx(np.linalg.norm(jacobian[:3]))


def test_the_number_does_not_depend_on_the_size_of_the_arm() -> None:
    q = np.array([0.3, 0.8, -0.4])
    numbers = [
        condition_number(planar(q, size), characteristic_length_m(planar(q, size)))
        for size in (0.2, 2.0)
    ]
    assert numbers[0] == pytest.approx(numbers[1])


@pytest.mark.parametrize("elbow", [0.0, 1e-9])
def test_a_stretched_arm_is_singular(elbow: float) -> None:
    q = np.array([0.3, elbow, 0.0])
    assert condition_number(planar(q), 0.5) > 1e6


def test_a_jacobian_of_zeros_is_singular() -> None:
    assert condition_number(np.zeros((6, 6)), 0.3) == math.inf


def test_the_simulated_arm_works_far_from_its_singularities() -> None:
    profile = load_robot_profile("sim_arm")
    kinematics = make_kinematics(profile)
    tool_condition = make_tool_condition(kinematics.jacobian, profile.home)
    assert tool_condition(profile.home) < 10.0
    straight_wrist = (*profile.home[:4], 1e-4, profile.home[5])
    assert tool_condition(straight_wrist) > 1000.0
