# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest

from vla_ros.policy.rotation import (
    from_matrix,
    to_matrix,
    tool_down,
    turn_between,
    turn_by,
    yaw_of,
)
from vla_ros.policy.spec import RotationForm


@pytest.mark.parametrize("form", list(RotationForm))
def test_numbers_and_matrix_are_inverse(form: RotationForm) -> None:
    rotation = tool_down(0.4)
    numbers = from_matrix(form, rotation)
    assert numbers.shape == (form.width,)
    assert np.allclose(to_matrix(form, numbers), rotation, atol=1e-9)


@pytest.mark.parametrize("form", list(RotationForm))
def test_turning_there_and_back_is_inverse(form: RotationForm) -> None:
    start, end = tool_down(-2.0), from_matrix(form, tool_down(2.5))
    delta = turn_between(form, start, end)
    there = turn_by(form, start, delta)
    assert np.allclose(to_matrix(form, there), to_matrix(form, end), atol=1e-9)


def test_yaw_takes_the_short_way_round() -> None:
    delta = turn_between(RotationForm.YAW, tool_down(3.0), np.array([-3.0]))
    assert delta[0] == pytest.approx(2 * np.pi - 6.0)


def test_a_tool_with_yaw_zero_looks_down_and_forward() -> None:
    rotation = tool_down(0.0)
    assert np.array_equal(rotation[:, 2], [0.0, 0.0, -1.0])
    assert yaw_of(rotation) == 0.0
