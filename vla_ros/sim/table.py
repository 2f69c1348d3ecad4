# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What is where at one instant: the one thing that checks and experts look at.

It holds no MuJoCo, so that an expert can think ahead, and a test can say what it likes.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from vla_ros.errors import SimulationError
from vla_ros.sim.parts import Vector
from vla_ros.sim.task import Noun
from vla_ros.sim.things import CONTAINERS, ContainerShape, ItemShape, Kind, item_shape

Point = tuple[float, float]


class Thing(Protocol):
    """What a noun can mean."""

    @property
    def kind(self) -> Kind:
        """What it is."""

    @property
    def color(self) -> str:
        """Key of `COLORS`."""


ThingT = TypeVar("ThingT", bound=Thing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """The hand, tool down, in base_link.

    Attributes:
        at_m: TCP position [m].
        yaw_rad: TCP yaw [rad].
        opening: Measured opening, 0..1.
        speed_m_s: How fast the TCP moves [m/s].
    """

    at_m: Vector
    yaw_rad: float
    opening: float
    speed_m_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A thing that can be moved, in base_link.

    Attributes:
        kind: What it is.
        color: Key of `COLORS`.
        at_m: Its centre [m].
        yaw_rad: Its turn, modulo what makes it look the same [rad].
        start_m: Where it lay when the scene began, x and y [m].
        speed_m_s: How fast its centre moves [m/s].
        up_axis: Which of its own axes is upright; 2 unless it has fallen over.
    """

    kind: Kind
    color: str
    at_m: Vector
    yaw_rad: float
    start_m: Point
    speed_m_s: float = 0.0
    up_axis: int = 2

    @property
    def shape(self) -> ItemShape:
        """Its sizes, as it lies there."""
        return item_shape(self.kind, self.up_axis)

    @property
    def name(self) -> str:
        """What a person would call it."""
        return f"{self.color} {self.kind.value}"

    def apart(self, point: Sequence[float]) -> float:
        """Return how far a point is from its outline, seen from above; 0 inside [m]."""
        x, y = point[0] - self.at_m[0], point[1] - self.at_m[1]
        length, width, _ = self.shape.half_m
        if self.shape.turn_rad == 0.0:
            return max(0.0, math.hypot(x, y) - length)
        c, s = math.cos(self.yaw_rad), math.sin(self.yaw_rad)
        along, across = abs(c * x + s * y) - length, abs(c * y - s * x) - width
        return math.hypot(max(0.0, along), max(0.0, across))


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """A thing that others go into: kind, colour, and its centre in base_link [m]."""

    kind: Kind
    color: str
    at_m: Point

    @property
    def shape(self) -> ContainerShape:
        """Its sizes."""
        return CONTAINERS[self.kind]

    @property
    def name(self) -> str:
        """What a person would call it."""
        return f"{self.color} {self.kind.value}"

    def apart(self, point: Sequence[float]) -> float:
        """Return how far a point is from its outline, seen from above; 0 inside [m]."""
        x, y = abs(point[0] - self.at_m[0]), abs(point[1] - self.at_m[1])
        if self.shape.is_round:
            return max(0.0, math.hypot(x, y) - self.shape.reach_m)
        half = self.shape.reach_m / math.sqrt(2.0)
        return math.hypot(max(0.0, x - half), max(0.0, y - half))

    def holds(self, item: Item, highest_m: float) -> bool:
        """Tell whether an item's centre is inside and no higher than this [m]."""
        x, y = item.at_m[0] - self.at_m[0], item.at_m[1] - self.at_m[1]
        away = math.hypot(x, y) if self.shape.is_round else max(abs(x), abs(y))
        return away <= self.shape.inside_m and item.at_m[2] <= highest_m


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Everything at one instant."""

    hand: Hand
    items: tuple[Item, ...]
    containers: tuple[Container, ...]

    def item(self, noun: Noun | None) -> Item:
        """Return the one item that a noun means.

        Raises:
            SimulationError: There is none, or more than one.
        """
        return only(noun, self.items)

    def others(self, item: Item) -> tuple[Item, ...]:
        """Return all items but one."""
        return tuple(other for other in self.items if other is not item)

    def container(self, noun: Noun | None) -> Container:
        """Return the one container that a noun means; raises as `item`."""
        return only(noun, self.containers)

    def thing(self, noun: Noun | None) -> Item | Container:
        """Return the one item or container that a noun means; raises as `item`."""
        everything: tuple[Item | Container, ...] = (*self.items, *self.containers)
        return only(noun, everything)


def only(noun: Noun | None, things: Sequence[ThingT]) -> ThingT:
    """Return the one of some things that a noun means.

    Raises:
        SimulationError: There is none, or more than one; the text names what there is.
    """
    if noun is None:
        raise ValueError("the task names nothing here; see the family it belongs to")
    meant = [thing for thing in things if noun.fits(thing.kind, thing.color)]
    if len(meant) == 1:
        return meant[0]
    names = ", ".join(f"{thing.color} {thing.kind.value}" for thing in things) or "nothing"
    if not meant:
        raise SimulationError(f"there is no {noun} in this scene; it has: {names}")
    raise SimulationError(f"there are {len(meant)} of '{noun}' in this scene; it has: {names}")


def flat(a: Sequence[float], b: Sequence[float]) -> float:
    """Return the horizontal distance of two points [m]."""
    return math.hypot(a[0] - b[0], a[1] - b[1])
