# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What does not move in any scene: the table, the floor, the solids of each container."""

import math

from vla_ros.sim.parts import Shape, Solid
from vla_ros.sim.things import CONTAINERS, Kind

TABLE = Solid(shape=Shape.BOX, size=(0.9, 1.0, 0.04), at=(0.35, 0.0, -0.02))  # Its top is z = 0.
FLOOR_HEIGHT_M = -0.6

_BOWL, _TRAY = CONTAINERS[Kind.BOWL], CONTAINERS[Kind.TRAY]
_WALLS = 10
_TILT_RAD = 0.22
_WALL_M = 0.007
_DIGITS = 5  # Walls are rounded to a hundredth of a millimetre.


def _floor() -> Solid:
    size = (_BOWL.half_m, _BOWL.floor_m)
    return Solid(shape=Shape.CYLINDER, size=size, at=(0.0, 0.0, _BOWL.floor_m / 2))


def _wall(index: int) -> Solid:
    height = _BOWL.rim_m / 2
    middle = _BOWL.half_m - _WALL_M / 2 + math.tan(_TILT_RAD) * height
    half_width = (_BOWL.half_m + 2 * math.tan(_TILT_RAD) * height) * math.tan(math.pi / _WALLS)
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


def _tray_wall(x: int, y: int) -> Solid:
    side, thick = _TRAY.half_m, _WALL_M
    length, width = (thick, 2 * side) if x else (2 * side, thick)
    middle = side - thick / 2
    return Solid(
        shape=Shape.BOX,
        size=(length, width, _TRAY.rim_m),
        at=(x * middle, y * middle, _TRAY.rim_m / 2),
    )


TRAY: tuple[Solid, ...] = (
    Solid(
        shape=Shape.BOX,
        size=(2 * _TRAY.half_m, 2 * _TRAY.half_m, _TRAY.floor_m),
        at=(0.0, 0.0, _TRAY.floor_m / 2),
    ),
    *(_tray_wall(x, y) for x, y in ((1, 0), (-1, 0), (0, 1), (0, -1))),
)
# What each container is made of, in its own frame: origin in the middle of its bottom.
CONTAINER_SOLIDS: dict[Kind, tuple[Solid, ...]] = {Kind.BOWL: BOWL, Kind.TRAY: TRAY}
