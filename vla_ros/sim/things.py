# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What may lie on the table: kinds of things, their colours and their sizes."""

import math
from dataclasses import dataclass
from enum import Enum

from vla_ros.sim.parts import Vector

COLORS: dict[str, Vector] = {
    "red": (0.85, 0.12, 0.10),
    "green": (0.12, 0.65, 0.18),
    "blue": (0.12, 0.25, 0.85),
    "yellow": (0.93, 0.80, 0.10),
    "orange": (0.96, 0.45, 0.05),
    "purple": (0.50, 0.15, 0.66),
    "black": (0.07, 0.07, 0.08),
    "white": (0.95, 0.95, 0.95),
}


class Kind(Enum):
    """A kind of thing, by its plain name."""

    CUBE = "cube"
    CYLINDER = "cylinder"
    BAR = "bar"
    BOWL = "bowl"
    TRAY = "tray"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemShape:
    """A thing that the hand moves.

    Attributes:
        half_m: Half of its length, width and height as it lies on the table [m].
        grip_m: Its width between the fingers [m].
        turn_rad: It looks the same after this turn about the vertical; 0: after any [rad].
        long_axis: Which of its own axes lies along its length: 0, 1 or 2.
    """

    half_m: Vector
    grip_m: float
    turn_rad: float
    long_axis: int = 0

    @property
    def reach_m(self) -> float:
        """How far it reaches from its centre, seen from above [m]."""
        length, width, _ = self.half_m
        return length if self.turn_rad == 0.0 else math.hypot(length, width)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerShape:
    """A thing that others go into; it does not move.

    Attributes:
        floor_m: Height of its floor [m].
        rim_m: Height of its rim [m].
        half_m: Radius of its floor if it is round, else half its side [m].
        inside_m: How far from its centre an item's centre may be to lie inside [m].
        reach_m: How far it reaches from its centre, seen from above [m].
        is_round: Round, else square.
    """

    floor_m: float
    rim_m: float
    half_m: float
    inside_m: float
    reach_m: float
    is_round: bool


ITEMS: dict[Kind, ItemShape] = {
    Kind.CUBE: ItemShape(half_m=(0.02, 0.02, 0.02), grip_m=0.04, turn_rad=math.pi / 2),
    Kind.CYLINDER: ItemShape(half_m=(0.018, 0.018, 0.03), grip_m=0.036, turn_rad=0.0),
    Kind.BAR: ItemShape(half_m=(0.04, 0.015, 0.02), grip_m=0.03, turn_rad=math.pi),
}
_ROLLED = ItemShape(half_m=(0.03, 0.018, 0.018), grip_m=0.036, turn_rad=math.pi, long_axis=2)
# What has fallen over, by which of its own axes points up or down.
_FALLEN: dict[tuple[Kind, int], ItemShape] = {
    (Kind.CYLINDER, 0): _ROLLED,
    (Kind.CYLINDER, 1): _ROLLED,
    (Kind.BAR, 0): ItemShape(
        half_m=(0.02, 0.015, 0.04), grip_m=0.03, turn_rad=math.pi, long_axis=2
    ),
    (Kind.BAR, 1): ItemShape(half_m=(0.04, 0.02, 0.015), grip_m=0.04, turn_rad=math.pi),
}
CONTAINERS: dict[Kind, ContainerShape] = {
    # Its walls lean outwards, so the rim is a little wider than the floor.
    Kind.BOWL: ContainerShape(
        floor_m=0.006, rim_m=0.042, half_m=0.062, inside_m=0.048, reach_m=0.074, is_round=True
    ),
    Kind.TRAY: ContainerShape(
        floor_m=0.004, rim_m=0.020, half_m=0.070, inside_m=0.056, reach_m=0.105, is_round=False
    ),
}


def item_shape(kind: Kind, up_axis: int = 2) -> ItemShape:
    """Return the sizes of an item as it lies, `up_axis` being which of its own axes is upright."""
    return _FALLEN.get((kind, up_axis), ITEMS[kind])
