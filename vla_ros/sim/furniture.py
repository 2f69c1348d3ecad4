# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What does not move in any scene: the table, the floor, and the solids of a bowl."""

import math

from vla_ros.sim.parts import Shape, Solid
from vla_ros.sim.scene import BOWL_FLOOR_M, BOWL_RADIUS_M, BOWL_RIM_M

TABLE = Solid(shape=Shape.BOX, size=(0.9, 1.0, 0.04), at=(0.35, 0.0, -0.02))  # Its top is z = 0.
FLOOR_HEIGHT_M = -0.6

_WALLS = 10
_TILT_RAD = 0.22
_WALL_M = 0.007
_DIGITS = 5  # Walls are rounded to a hundredth of a millimetre.


def _floor() -> Solid:
    size = (BOWL_RADIUS_M, BOWL_FLOOR_M)
    return Solid(shape=Shape.CYLINDER, size=size, at=(0.0, 0.0, BOWL_FLOOR_M / 2))


def _wall(index: int) -> Solid:
    height = BOWL_RIM_M / 2
    middle = BOWL_RADIUS_M - _WALL_M / 2 + math.tan(_TILT_RAD) * height
    half_width = (BOWL_RADIUS_M + 2 * math.tan(_TILT_RAD) * height) * math.tan(math.pi / _WALLS)
    half_height = height / math.cos(_TILT_RAD)
    angle = 2 * math.pi * index / _WALLS
    return Solid(
        shape=Shape.BOX,
        size=(_WALL_M, 2 * round(half_width, _DIGITS), 2 * round(half_height, _DIGITS)),
        at=(
            round(middle * math.cos(angle), _DIGITS),
            round(middle * math.sin(angle), _DIGITS),
            height,
        ),
        rpy=(0.0, _TILT_RAD, angle),
    )


BOWL: tuple[Solid, ...] = (_floor(), *(_wall(index) for index in range(_WALLS)))
