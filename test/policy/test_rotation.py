# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import math

import numpy as np
import pinocchio
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from vla_ros.errors import PolicyError
from vla_ros.policy.rotation import (
    from_matrix,
    to_matrix,
    tool_down,
    turn_between,
    turn_by,
    yaw_of,
)
from vla_ros.policy.spec import DeltaFrame, RotationForm
from vla_ros.types import FloatArray

FULL = [form for form in RotationForm if form is not RotationForm.YAW]
QUARTER = math.pi / 2
component = st.floats(-1.0, 1.0)


@st.composite
def rotations(draw: st.DrawFn) -> FloatArray:
    """Return any rotation; many of them by half a turn, nearly, or by nearly nothing."""
    axis = np.array([draw(component), draw(component), draw(component)])
    assume(float(np.linalg.norm(axis)) > 1e-3)
    near = st.sampled_from([0.0, QUARTER, math.pi]).flatmap(
        lambda angle: st.floats(-1e-6, 1e-6).map(lambda d: angle + d)
    )
    angle = draw(st.floats(-math.pi, math.pi) | near)
    return np.asarray(pinocchio.exp3(axis / np.linalg.norm(axis) * angle))


@pytest.mark.parametrize("form", list(RotationForm))
def test_numbers_and_matrix_are_inverse(form: RotationForm) -> None:
    rotation = tool_down(0.4)
    numbers = from_matrix(form, rotation)
    assert numbers.shape == (form.width,)
    assert np.allclose(to_matrix(form, numbers), rotation, atol=1e-9)


@settings(max_examples=50, deadline=None)
@pytest.mark.parametrize("form", FULL)
@given(rotation=rotations())
def test_every_rotation_comes_back(form: RotationForm, rotation: FloatArray) -> None:
    back = to_matrix(form, from_matrix(form, rotation))
    assert np.abs(back - rotation).max() < 1e-6


@settings(max_examples=50, deadline=None)
@pytest.mark.parametrize("form", [RotationForm.RPY, RotationForm.EULER_XYZ])
@given(
    first=st.floats(-3.0, 3.0),
    last=st.floats(-3.0, 3.0),
    sign=st.sampled_from([-1.0, 1.0]),
    off=st.floats(-1e-5, 1e-5),
)
@example(first=0.3, last=-1.0, sign=1.0, off=0.0)
def test_a_rotation_in_gimbal_lock_comes_back(
    form: RotationForm, first: float, last: float, sign: float, off: float
) -> None:
    rotation = to_matrix(form, np.array([first, sign * QUARTER + off, last]))
    assert np.abs(to_matrix(form, from_matrix(form, rotation)) - rotation).max() < 1e-6


@settings(max_examples=15, deadline=None)
@pytest.mark.parametrize("frame", list(DeltaFrame))
@pytest.mark.parametrize("form", FULL)
@given(start=rotations(), end=rotations())
def test_turning_there_and_back_is_inverse(
    form: RotationForm, frame: DeltaFrame, start: FloatArray, end: FloatArray
) -> None:
    delta = turn_between(form, start, from_matrix(form, end), frame)
    there = to_matrix(form, turn_by(form, start, delta, frame))
    assert np.abs(there - end).max() < 1e-5


def test_yaw_takes_the_short_way_round() -> None:
    delta = turn_between(RotationForm.YAW, tool_down(3.0), np.array([-3.0]))
    assert delta[0] == pytest.approx(2 * np.pi - 6.0)
    there = turn_by(RotationForm.YAW, tool_down(3.0), delta)
    assert np.allclose(to_matrix(RotationForm.YAW, there), tool_down(-3.0))


def test_a_tool_with_yaw_zero_looks_down_and_forward() -> None:
    rotation = tool_down(0.0)
    assert np.array_equal(rotation[:, 2], [0.0, 0.0, -1.0])
    assert yaw_of(rotation) == 0.0


def about(axis: str, angle: float) -> FloatArray:
    return np.asarray(pinocchio.exp3(angle * np.eye(3)["xyz".index(axis)]))


def test_the_forms_mean_what_their_names_say() -> None:
    x, y, z = about("x", 0.3), about("y", -0.5), about("z", 1.1)
    angles = np.array([0.3, -0.5, 1.1])
    assert np.allclose(to_matrix(RotationForm.RPY, angles), z @ y @ x)
    assert np.allclose(to_matrix(RotationForm.EULER_XYZ, angles), x @ y @ z)
    half = math.sqrt(0.5)
    assert np.allclose(
        to_matrix(RotationForm.QUAT_XYZW, np.array([0, 0, half, half])), about("z", QUARTER)
    )
    assert np.allclose(
        to_matrix(RotationForm.QUAT_WXYZ, np.array([half, 0, 0, half])), about("z", QUARTER)
    )
    turned = about("z", QUARTER)
    assert np.allclose(from_matrix(RotationForm.ROT6D_COLUMNS, turned), [0, 1, 0, -1, 0, 0])
    assert np.allclose(from_matrix(RotationForm.ROT6D_ROWS, turned), [0, -1, 0, 1, 0, 0])
    assert np.allclose(to_matrix(RotationForm.ROTVEC, np.array([0, 0, QUARTER])), turned)


def test_a_delta_turns_about_the_axes_of_its_frame() -> None:
    delta = np.array([0.0, 0.0, 0.2])
    start = about("x", 1.0)
    base = turn_by(RotationForm.ROTVEC, start, delta)
    assert np.allclose(to_matrix(RotationForm.ROTVEC, base), about("z", 0.2) @ start)
    tool = turn_by(RotationForm.ROTVEC, start, delta, DeltaFrame.TOOL)
    assert np.allclose(to_matrix(RotationForm.ROTVEC, tool), start @ about("z", 0.2))


def test_what_a_network_writes_need_not_be_normalised() -> None:
    assert np.allclose(to_matrix(RotationForm.QUAT_XYZW, np.array([0.0, 0, 0, 3.0])), np.eye(3))
    raw = np.array([2.0, 0.0, 0.0, 0.7, 0.5, 0.0])
    assert np.allclose(to_matrix(RotationForm.ROT6D_COLUMNS, raw), np.eye(3))


@pytest.mark.parametrize(
    ("form", "numbers", "text"),
    [
        (RotationForm.QUAT_XYZW, [0.0] * 4, "a quaternion of the length 0, wanted 1"),
        (RotationForm.QUAT_WXYZ, [math.nan] * 4, "a quaternion of the length nan"),
        (RotationForm.ROT6D_COLUMNS, [1, 0, 0, 2, 0, 0], "two vectors that span no plane"),
        (RotationForm.ROT6D_ROWS, [0.0] * 6, "two vectors that span no plane"),
        (RotationForm.ROT6D_ROWS, [math.nan] * 6, "two vectors that span no plane"),
    ],
)
def test_numbers_that_are_no_rotation_are_refused(
    form: RotationForm, numbers: list[float], text: str
) -> None:
    with pytest.raises(PolicyError, match=text):
        to_matrix(form, np.array(numbers, dtype=float))
