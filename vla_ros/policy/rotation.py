# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Rotations of the tool in each form that a policy may write them in."""

import math

import numpy as np
import pinocchio

from vla_ros.policy.spec import RotationForm
from vla_ros.types import FloatArray


def tool_down(yaw_rad: float) -> FloatArray:
    """Return the rotation of a tool that points down, turned by a yaw. Shape (3, 3)."""
    c, s = math.cos(yaw_rad), math.sin(yaw_rad)
    return np.array([[c, s, 0.0], [s, -c, 0.0], [0.0, 0.0, -1.0]])


def yaw_of(rotation: FloatArray) -> float:
    """Return the yaw of a tool that points down, more or less [rad], -pi to pi."""
    return math.atan2(rotation[1, 0], rotation[0, 0])


def to_matrix(form: RotationForm, numbers: FloatArray) -> FloatArray:
    """Return the rotation matrix (3, 3) that `numbers` mean in a form."""
    if form is RotationForm.YAW:
        return tool_down(float(numbers[0]))
    if form is RotationForm.ROTVEC:
        return np.asarray(pinocchio.exp3(numbers), dtype=np.float64)
    quaternion = pinocchio.Quaternion(numbers.copy()).normalized()
    return np.asarray(quaternion.toRotationMatrix(), dtype=np.float64)


def from_matrix(form: RotationForm, rotation: FloatArray) -> FloatArray:
    """Return the numbers of a rotation matrix in a form; the inverse of `to_matrix`."""
    if form is RotationForm.YAW:
        return np.array([yaw_of(rotation)])
    if form is RotationForm.ROTVEC:
        return np.asarray(pinocchio.log3(rotation), dtype=np.float64)
    return np.asarray(pinocchio.Quaternion(rotation).coeffs(), dtype=np.float64)


def turn_by(form: RotationForm, start: FloatArray, delta: FloatArray) -> FloatArray:
    """Return `start` (3, 3) turned by a delta in the base frame, as numbers of the form."""
    if form is RotationForm.YAW:
        return np.array([yaw_of(start) + float(delta[0])])
    return from_matrix(form, to_matrix(form, delta) @ start)


def turn_between(form: RotationForm, start: FloatArray, end: FloatArray) -> FloatArray:
    """Return the delta from `start` (3, 3) to the numbers `end`; the inverse of `turn_by`."""
    if form is RotationForm.YAW:
        turn = float(end[0]) - yaw_of(start)
        return np.array([math.remainder(turn, math.tau)])
    return from_matrix(form, to_matrix(form, end) @ start.T)
