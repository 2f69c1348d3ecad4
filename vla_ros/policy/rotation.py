# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Rotations of the tool in each form that a policy may write them in."""

import math
from collections.abc import Callable

import numpy as np
import pinocchio

from vla_ros.errors import PolicyError
from vla_ros.policy.spec import DeltaFrame, RotationForm
from vla_ros.types import FloatArray

_SHORTEST = 1e-3  # Of a vector whose direction still means something.
_LOCKED = 1e-7  # Cosine of a pitch of a quarter turn; its neighbours' angles are noise.
_TINY = 1e-12


def tool_down(yaw_rad: float) -> FloatArray:
    """Return the rotation of a tool that points down, turned by a yaw. Shape (3, 3)."""
    c, s = math.cos(yaw_rad), math.sin(yaw_rad)
    return np.array([[c, s, 0.0], [s, -c, 0.0], [0.0, 0.0, -1.0]])


def yaw_of(rotation: FloatArray) -> float:
    """Return the yaw of a tool that points down, more or less [rad], -pi to pi."""
    return math.atan2(rotation[1, 0], rotation[0, 0])


def to_matrix(form: RotationForm, numbers: FloatArray) -> FloatArray:
    """Return the rotation matrix (3, 3) that `numbers` mean in a form.

    Raises:
        PolicyError: A quaternion of no length, or six numbers that span no plane.
    """
    return _TO_MATRIX[form](np.asarray(numbers, dtype=np.float64))


def from_matrix(form: RotationForm, rotation: FloatArray) -> FloatArray:
    """Return the numbers of a rotation matrix in a form; the inverse of `to_matrix`."""
    return _FROM_MATRIX[form](rotation)


def turn_by(
    form: RotationForm,
    start: FloatArray,
    delta: FloatArray,
    frame: DeltaFrame = DeltaFrame.BASE,
) -> FloatArray:
    """Return `start` (3, 3) turned by a delta in a frame, as numbers of the form."""
    if form is RotationForm.YAW:
        return np.array([yaw_of(start) + float(delta[0])])
    turn = to_matrix(form, delta)
    return from_matrix(form, start @ turn if frame is DeltaFrame.TOOL else turn @ start)


def turn_between(
    form: RotationForm,
    start: FloatArray,
    end: FloatArray,
    frame: DeltaFrame = DeltaFrame.BASE,
) -> FloatArray:
    """Return the delta from `start` (3, 3) to the numbers `end`; the inverse of `turn_by`."""
    if form is RotationForm.YAW:
        turn = float(end[0]) - yaw_of(start)
        return np.array([math.remainder(turn, math.tau)])
    rotation = to_matrix(form, end)
    there = start.T @ rotation if frame is DeltaFrame.TOOL else rotation @ start.T
    return from_matrix(form, there)


def _yaw_to_matrix(numbers: FloatArray) -> FloatArray:
    return tool_down(float(numbers[0]))


def _rotvec_to_matrix(numbers: FloatArray) -> FloatArray:
    return np.asarray(pinocchio.exp3(numbers), dtype=np.float64)


def _xyzw_to_matrix(numbers: FloatArray) -> FloatArray:
    length = float(np.linalg.norm(numbers))
    if not length > _SHORTEST:
        raise PolicyError(
            f"the policy answered a quaternion of the length {length:.2g}, wanted 1; "
            "check action.rotation in its profile"
        )
    return np.asarray(pinocchio.Quaternion(numbers / length).toRotationMatrix(), np.float64)


def _wxyz_to_matrix(numbers: FloatArray) -> FloatArray:
    return _xyzw_to_matrix(np.roll(numbers, -1))


def _rpy_to_matrix(numbers: FloatArray) -> FloatArray:
    """Return Rz(yaw) Ry(pitch) Rx(roll)."""
    (cr, cp, cy), (sr, sp, sy) = np.cos(numbers), np.sin(numbers)
    return np.array(
        [
            [cy * cp, cy * sp * sr - sy * cr, cy * sp * cr + sy * sr],
            [sy * cp, sy * sp * sr + cy * cr, sy * sp * cr - cy * sr],
            [-sp, cp * sr, cp * cr],
        ]
    )


def _euler_xyz_to_matrix(numbers: FloatArray) -> FloatArray:
    """Return Rx(a) Ry(b) Rz(c): the inverse of fixed axes with all angles negated."""
    rotation: FloatArray = _rpy_to_matrix(-numbers).T
    return rotation


def _columns_to_matrix(numbers: FloatArray) -> FloatArray:
    """Return the rotation nearest to two columns by Gram and Schmidt."""
    first, second = numbers[:3], numbers[3:]
    length = float(np.linalg.norm(first))
    if length > _SHORTEST:
        x = first / length
        rest = second - (x @ second) * x
        width = float(np.linalg.norm(rest))
        if width > _SHORTEST:
            y = rest / width
            return np.column_stack((x, y, np.cross(x, y)))
    raise PolicyError(
        f"the policy answered ({', '.join(f'{n:.2g}' for n in numbers)}) for a rotation: two "
        "vectors that span no plane; check action.rotation in its profile"
    )


def _rows_to_matrix(numbers: FloatArray) -> FloatArray:
    rotation: FloatArray = _columns_to_matrix(numbers).T
    return rotation


def _matrix_to_yaw(rotation: FloatArray) -> FloatArray:
    return np.array([yaw_of(rotation)])


def _matrix_to_rotvec(rotation: FloatArray) -> FloatArray:
    """Return axis times angle, through the quaternion: that is exact at half a turn as well."""
    xyzw = _matrix_to_xyzw(rotation)
    sine = float(np.linalg.norm(xyzw[:3]))
    if sine < _TINY:
        return 2.0 * xyzw[:3]
    angle: float = 2.0 * math.atan2(sine, float(xyzw[3]))
    vector: FloatArray = xyzw[:3] * (angle / sine)
    return vector


def _matrix_to_xyzw(rotation: FloatArray) -> FloatArray:
    """Return the quaternion whose real part is not negative: q and -q are the same rotation."""
    xyzw = np.asarray(pinocchio.Quaternion(rotation).normalized().coeffs(), dtype=np.float64)
    return -xyzw if xyzw[3] < 0.0 else xyzw


def _matrix_to_wxyz(rotation: FloatArray) -> FloatArray:
    return np.roll(_matrix_to_xyzw(rotation), 1)


def _matrix_to_rpy(rotation: FloatArray) -> FloatArray:
    """Return roll, pitch, yaw; where only their sum counts (gimbal lock), roll is 0."""
    cosine = math.hypot(rotation[2, 1], rotation[2, 2])
    pitch = math.atan2(-rotation[2, 0], cosine)
    if cosine < _LOCKED:
        return np.array([0.0, pitch, math.atan2(-rotation[0, 1], rotation[1, 1])])
    roll = math.atan2(rotation[2, 1], rotation[2, 2])
    return np.array([roll, pitch, math.atan2(rotation[1, 0], rotation[0, 0])])


def _matrix_to_euler_xyz(rotation: FloatArray) -> FloatArray:
    return -_matrix_to_rpy(rotation.T)


def _matrix_to_columns(rotation: FloatArray) -> FloatArray:
    columns: FloatArray = rotation[:, :2].T
    return columns.ravel()


def _matrix_to_rows(rotation: FloatArray) -> FloatArray:
    return rotation[:2].ravel()


_TO_MATRIX: dict[RotationForm, Callable[[FloatArray], FloatArray]] = {
    RotationForm.YAW: _yaw_to_matrix,
    RotationForm.ROTVEC: _rotvec_to_matrix,
    RotationForm.QUAT_XYZW: _xyzw_to_matrix,
    RotationForm.QUAT_WXYZ: _wxyz_to_matrix,
    RotationForm.RPY: _rpy_to_matrix,
    RotationForm.EULER_XYZ: _euler_xyz_to_matrix,
    RotationForm.ROT6D_COLUMNS: _columns_to_matrix,
    RotationForm.ROT6D_ROWS: _rows_to_matrix,
}
_FROM_MATRIX: dict[RotationForm, Callable[[FloatArray], FloatArray]] = {
    RotationForm.YAW: _matrix_to_yaw,
    RotationForm.ROTVEC: _matrix_to_rotvec,
    RotationForm.QUAT_XYZW: _matrix_to_xyzw,
    RotationForm.QUAT_WXYZ: _matrix_to_wxyz,
    RotationForm.RPY: _matrix_to_rpy,
    RotationForm.EULER_XYZ: _matrix_to_euler_xyz,
    RotationForm.ROT6D_COLUMNS: _matrix_to_columns,
    RotationForm.ROT6D_ROWS: _matrix_to_rows,
}
