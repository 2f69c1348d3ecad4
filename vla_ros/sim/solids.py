# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Mass properties and rotations of the arm's primitives."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vla_ros.sim.parts import Link, Primitive, Shape, Vector

Matrix = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Inertial:
    """Mass properties of a link.

    Attributes:
        mass_kg: Total mass.
        center_m: Centre of mass in the link frame [m]. Shape (3,).
        inertia: About the centre of mass, link axes [kg m^2]. Shape (3, 3).
    """

    mass_kg: float
    center_m: Matrix
    inertia: Matrix


def rotation(rpy: Vector) -> Matrix:
    """Return the rotation matrix of fixed-axis roll, pitch, yaw [rad]. Shape (3, 3)."""
    (cr, cp, cy), (sr, sp, sy) = [(f(rpy[0]), f(rpy[1]), f(rpy[2])) for f in (math.cos, math.sin)]
    return np.array(
        [
            [cy * cp, cy * sp * sr - sy * cr, cy * sp * cr + sy * sr],
            [sy * cp, sy * sp * sr + cy * cr, sy * sp * cr - cy * sr],
            [-sp, cp * sr, cp * cr],
        ]
    )


def quaternion(rpy: Vector) -> tuple[float, float, float, float]:
    """Return fixed-axis roll, pitch, yaw [rad] as a unit quaternion (w, x, y, z)."""
    (cr, cp, cy), (sr, sp, sy) = [
        (f(rpy[0] / 2), f(rpy[1] / 2), f(rpy[2] / 2)) for f in (math.cos, math.sin)
    ]
    return (
        cr * cp * cy + sr * sp * sy,
        sr * cp * cy - cr * sp * sy,
        cr * sp * cy + sr * cp * sy,
        cr * cp * sy - sr * sp * cy,
    )


def link_inertial(link: Link) -> Inertial:
    """Return the mass properties of a link, from its primitives."""
    mass = sum(p.mass_kg for p in link.primitives)
    moment = sum((p.mass_kg * np.array(p.at) for p in link.primitives), np.zeros(3))
    center = moment / mass
    inertia = np.zeros((3, 3))
    for primitive in link.primitives:
        turn = rotation(primitive.rpy)
        offset = np.array(primitive.at) - center
        shift = offset @ offset * np.eye(3) - np.outer(offset, offset)
        inertia += turn @ np.diag(_principal(primitive)) @ turn.T + primitive.mass_kg * shift
    return Inertial(mass_kg=mass, center_m=center, inertia=inertia)


def _principal(primitive: Primitive) -> Vector:
    """Principal moments of inertia about the primitive's own axes [kg m^2]."""
    mass = primitive.mass_kg
    if primitive.shape is Shape.BOX:
        x, y, z = (length * length for length in primitive.size)
        return mass * (y + z) / 12, mass * (x + z) / 12, mass * (x + y) / 12
    radius, length = primitive.size
    if primitive.shape is Shape.CYLINDER:
        across = mass * (3 * radius**2 + length**2) / 12
        return across, across, mass * radius**2 / 2
    return _capsule_moments(mass, radius, length)


def _capsule_moments(mass: float, radius: float, length: float) -> Vector:
    ball_share = (4 / 3 * radius) / (4 / 3 * radius + length)
    ball, tube = mass * ball_share, mass * (1 - ball_share)
    along = tube * radius**2 / 2 + ball * 2 * radius**2 / 5
    across = tube * (3 * radius**2 + length**2) / 12 + ball * (
        2 * radius**2 / 5 + length**2 / 4 + 3 * length * radius / 8
    )
    return across, across, along
