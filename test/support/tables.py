# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tables for tests of checks and experts, in few words."""

import dataclasses

from vla_ros.sim.parts import Vector
from vla_ros.sim.table import Container, Hand, Item, Point, Table
from vla_ros.sim.task import Noun
from vla_ros.sim.things import ITEMS, Kind

AWAY = Hand(at_m=(0.40, 0.0, 0.25), yaw_rad=0.0, opening=1.0)


def noun(name: str) -> Noun:
    """Return what `red cube` means."""
    color, kind = name.split()
    return Noun(color=color, kind=Kind(kind))


def item(name: str, x_m: float, y_m: float, z_m: float | None = None, **more: object) -> Item:
    """Return an item that lies on the table, or at a height."""
    meant = noun(name)
    assert meant.kind is not None
    assert meant.color is not None
    height = ITEMS[meant.kind].half_m[2] if z_m is None else z_m
    made = Item(
        kind=meant.kind,
        color=meant.color,
        at_m=(x_m, y_m, height),
        yaw_rad=0.0,
        start_m=(x_m, y_m),
    )
    return dataclasses.replace(made, **more)  # type: ignore[arg-type]


def container(name: str, x_m: float, y_m: float) -> Container:
    """Return a container."""
    meant = noun(name)
    assert meant.kind is not None
    assert meant.color is not None
    return Container(kind=meant.kind, color=meant.color, at_m=(x_m, y_m))


def table(*things: Item | Container, hand: Hand = AWAY) -> Table:
    """Return a table with some things on it."""
    return Table(
        hand=hand,
        items=tuple(t for t in things if isinstance(t, Item)),
        containers=tuple(t for t in things if isinstance(t, Container)),
    )


def moved(thing: Item, at_m: Vector | Point) -> Item:
    """Return an item somewhere else; it remembers where it began."""
    return dataclasses.replace(thing, at_m=(*at_m, thing.at_m[2])[:3])


def holding(thing: Item, at_m: Vector) -> tuple[Item, Hand]:
    """Return an item in the closed hand, both at a place."""
    opening = ITEMS[thing.kind].grip_m / 0.084
    hand = Hand(at_m=at_m, yaw_rad=0.0, opening=opening)
    return moved(thing, at_m), hand
