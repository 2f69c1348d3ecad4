# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which things take part in a scene: those that a task is about, and others beside them."""

from collections.abc import Sequence

import numpy as np

from vla_ros.errors import SimulationError
from vla_ros.sim.task import Noun, Task
from vla_ros.sim.tasks.family import FIXED, MOVABLE, Cast
from vla_ros.sim.things import COLORS, Kind

Role = tuple[Kind, str]
_TRIES = 400
_LOOKALIKE = 0.5  # Chance that a first bystander shares the kind or the colour of the object.


def draw_noun(rng: np.random.Generator, kinds: Sequence[Kind]) -> Noun:
    """Return a random colour and kind."""
    return Noun(color=draw_color(rng), kind=draw_kind(rng, kinds))


def draw_color(rng: np.random.Generator) -> str:
    """Return a random colour."""
    return str(rng.choice(tuple(COLORS)))


def draw_kind(rng: np.random.Generator, kinds: Sequence[Kind]) -> Kind:
    """Return one of some kinds."""
    return kinds[int(rng.integers(len(kinds)))]


def cast_for(
    task: Task,
    rng: np.random.Generator,
    *,
    items: tuple[int, int],
    containers: tuple[int, int],
    targets: Sequence[Kind] = (),
) -> Cast:
    """Return things such that each noun of a task means exactly one of them.

    Args:
        task: Its nouns may leave colour or kind open.
        rng: Draws the rest.
        items: Least and largest number of items.
        containers: The same of containers.
        targets: Kinds that the target may be.

    Raises:
        SimulationError: The nouns cannot mean different things.
    """
    nouns = [(n, own) for n, own in ((task.object, MOVABLE), (task.target, targets)) if n]
    for _ in range(_TRIES):
        cast = [thing for noun, own in nouns for thing in _meant(noun, rng, own)]
        if len(set(cast)) < len(cast):
            continue
        first = cast[0] if cast else (Kind.CUBE, draw_color(rng))
        lookalike = rng.random() < _LOOKALIKE
        few, many = int(rng.integers(*_span(items))), int(rng.integers(*_span(containers)))
        while _count(cast, MOVABLE) < few:
            cast.append(_bystander(rng, MOVABLE, first if lookalike else None))
            lookalike = False
        while _count(cast, FIXED) < many:
            cast.append(_bystander(rng, FIXED, None))
        if _is_clear(nouns, cast):
            return Cast(
                items=_shuffled([c for c in cast if c[0] in MOVABLE], rng),
                containers=_shuffled([c for c in cast if c[0] in FIXED], rng),
            )
    raise SimulationError(f"no scene fits the task {task}; name two different things")


def _meant(noun: Noun, rng: np.random.Generator, own: Sequence[Kind]) -> list[Role]:
    """Return a thing that a noun may mean, and with it the one that `the other` is not."""
    kind = draw_kind(rng, own) if noun.kind is None else noun.kind
    if noun.other_than is not None:
        color = draw_color(rng)
        return [(kind, color), (kind, noun.other_than)]
    return [(kind, draw_color(rng) if noun.color is None else noun.color)]


def _bystander(rng: np.random.Generator, kinds: Sequence[Kind], like: Role | None) -> Role:
    if like is None:
        return draw_kind(rng, kinds), draw_color(rng)
    same_kind = rng.random() < 0.5
    return (like[0], draw_color(rng)) if same_kind else (draw_kind(rng, kinds), like[1])


def _is_clear(nouns: Sequence[tuple[Noun, Sequence[Kind]]], cast: Sequence[Role]) -> bool:
    """Tell whether all things differ, and each noun means one."""
    return len(set(cast)) == len(cast) and all(
        sum(noun.fits(*thing) for thing in cast if thing[0] in own) == 1 for noun, own in nouns
    )


def _count(cast: Sequence[Role], kinds: Sequence[Kind]) -> int:
    return sum(kind in kinds for kind, _ in cast)


def _span(of: tuple[int, int]) -> tuple[int, int]:
    return of[0], of[1] + 1


def _shuffled(things: list[Role], rng: np.random.Generator) -> tuple[Role, ...]:
    return tuple(things[i] for i in rng.permutation(len(things)).tolist())
