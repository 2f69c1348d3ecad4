# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Several items, one after the other, into containers: what `clear` and `sort` share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from vla_ros.sim.language.grammar import Grammar
from vla_ros.sim.parts import Vector
from vla_ros.sim.skill import Spot, Waypoint, is_held, leave, move_to
from vla_ros.sim.table import Container, Item, Point, Table, flat
from vla_ros.sim.task import Task
from vla_ros.sim.tasks.family import Cast, Stage, TaskFamily, anything_goes, unfinished
from vla_ros.sim.tasks.put import drop_of
from vla_ros.sim.things import Kind

HIGHEST_M = 0.080  # An item may lie on another in the container.
_BESIDE_M = {True: 0.026, False: 0.036}  # From the middle of a round, of a square container.
_TAKEN_M = 0.036  # Nearer to a spot, an item keeps others away from it.


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """An item and the container it belongs to."""

    item: Item
    container: Container

    @property
    def is_done(self) -> bool:
        """The item is inside."""
        return self.container.holds(self.item, HIGHEST_M)


def make_collecting(
    *,
    grammar: Grammar,
    objects: tuple[Kind, ...],
    targets: tuple[Kind, ...],
    longest_s: float,
    draw: Callable[[np.random.Generator], Task],
    cast: Callable[[Task, np.random.Generator], Cast],
    errands: Callable[[Table, Task], Sequence[Errand]],
) -> TaskFamily:
    """Return the family whose tasks are errands; `errands` raises where there are none."""
    return TaskFamily(
        grammar=grammar,
        objects=objects,
        targets=targets,
        longest_s=longest_s,
        draw=draw,
        cast=cast,
        fits=anything_goes,
        missing=lambda table, task: missing_of(table, errands(table, task)),
        stages=lambda table, task: stages_of(table, errands(table, task)),
        decide=lambda table, task: decide_next(table, errands(table, task)),
        focus=lambda table, task: focus_of(table, errands(table, task)),
    )


def missing_of(table: Table, errands: Sequence[Errand]) -> str:
    """Say what is missing until all items are inside and left alone; empty if nothing."""
    for errand in errands:
        item, container = errand.item, errand.container
        if not errand.is_done:
            apart = flat(item.at_m, container.at_m)
            done = sum(other.is_done for other in errands)
            return (
                f"{done} of {len(errands)} are done; the {item.name} is not in the "
                f"{container.name}: {apart * 100:.1f} cm from its centre"
            )
    return next(filter(None, (unfinished(table, errand.item) for errand in errands)), "")


def stages_of(table: Table, errands: Sequence[Errand]) -> tuple[Stage, ...]:
    """Return two steps for each item, and success."""
    done = sum(errand.is_done for errand in errands)
    up = done + any(e.item.at_m[2] > 0.06 and is_held(table.hand, e.item) for e in errands)
    steps = [
        Stage(name=f"{k + 1} of {len(errands)} {what}", reached=reached > k)
        for k in range(len(errands))
        for what, reached in (("lifted", up), ("inside", done))
    ]
    return (*steps, Stage(name="solved", reached=not missing_of(table, errands)))


def decide_next(table: Table, errands: Sequence[Errand]) -> Waypoint:
    """Go on with the item in the hand, else with the nearest one that is not inside."""
    hand = table.hand
    near = min(errands, key=lambda e: flat(e.item.at_m, hand.at_m))
    if near.is_done and _is_busy(table, near):
        return leave(hand)
    errand = next_errand(table, errands)
    if errand is None:
        return leave(hand)
    return move_to(hand, errand.item, spot_for(table, errand), table.others(errand.item))


def focus_of(table: Table, errands: Sequence[Errand]) -> tuple[Vector, Vector]:
    """Return where the next item is and where it goes."""
    errand = next_errand(table, errands) or errands[0]
    spot = spot_for(table, errand)
    return errand.item.at_m, (*spot.at_m, spot.rest_m)


def next_errand(table: Table, errands: Sequence[Errand]) -> Errand | None:
    """Return what to go on with; None if all is done."""
    hand = table.hand
    held = [e for e in errands if is_held(hand, e.item) and not _is_let_go(e)]
    left = held or [errand for errand in errands if not errand.is_done]
    return min(left, key=lambda e: flat(e.item.at_m, hand.at_m), default=None)


def spot_for(table: Table, errand: Errand) -> Spot:
    """Return where an item goes in a container that may hold others already."""
    item, container = errand.item, errand.container
    inside = [i for i in table.others(item) if container.holds(i, HIGHEST_M)]
    spots = _spots_in(container, item)
    free = [s for s in spots if all(flat(s, other.at_m) > _TAKEN_M for other in inside)]
    at = min(
        free or spots,
        key=lambda s: (-min((flat(s, o.at_m) for o in inside), default=0.0), spots.index(s)),
    )
    floor = container.shape.floor_m
    return Spot(
        at_m=at,
        rest_m=floor + item.shape.half_m[2],
        drop_m=0.045 if inside else drop_of(item),
        near_m=0.020,
        there_m=0.026,
    )


def _is_let_go(errand: Errand) -> bool:
    """Tell whether a held item has come low enough in its container."""
    return errand.is_done and errand.item.at_m[2] < HIGHEST_M - 0.03


def _is_busy(table: Table, errand: Errand) -> bool:
    """Tell whether the hand is still at an item that it has put down."""
    hand = table.hand
    aside = flat(hand.at_m, errand.item.at_m)
    return aside < 0.045 and hand.at_m[2] - errand.item.at_m[2] < 0.075


def _spots_in(container: Container, item: Item) -> list[Point]:
    """Return places in a container, such that others fit beside the item; a bar fills it."""
    x, y = container.at_m
    if item.kind is Kind.BAR:
        return [(x, y)]
    beside = _BESIDE_M[container.shape.is_round]
    if container.shape.is_round:
        return [(x, y + beside), (x, y - beside), (x, y)]
    return [(x + a * beside, y + b * beside) for a in (1, -1) for b in (1, -1)]
