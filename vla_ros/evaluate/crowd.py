# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Things on a table that a policy has not learned with, without changing what is asked for."""

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from vla_ros.errors import SimulationError
from vla_ros.sim.sample import table_of
from vla_ros.sim.scene import Placement, Scene
from vla_ros.sim.strangers import SHADES, Form, Stranger
from vla_ros.sim.task import Task
from vla_ros.sim.tasks import FAMILIES
from vla_ros.sim.things import COLORS, CONTAINERS, ITEMS

_AREA = ((0.33, -0.25), (0.58, 0.25))  # x and y in base_link [m].
_APART_M = 0.014
_TRIES = 2000


def crowded(scene: Scene, count: int) -> Scene:
    """Return a scene with more items, none of which the task could mean.

    Raises:
        SimulationError: There is no room left.
    """
    return _filled(scene, count, "more things", 41, _with_item)


def with_strangers(scene: Scene, count: int) -> Scene:
    """Return a scene with things of shapes and colours that no sentence names.

    They lie in nobody's way: one of the usual things there, of some name, would change nothing.

    Raises:
        SimulationError: There is no room left.
    """
    return _filled(scene, count, "new things", 43, _with_stranger)


_Add = Callable[[Scene, np.random.Generator], Scene | None]


def _filled(scene: Scene, count: int, what: str, salt: int, add: _Add) -> Scene:
    """Return a scene with so many more things, each drawn until it fits."""
    rng = np.random.default_rng([scene.seed, salt])
    for _ in range(_TRIES):
        if count == 0:
            return scene
        more = add(scene, rng)
        if more is not None:
            scene, count = more, count - 1
    raise SimulationError(f"scene {scene.seed} has no room for {count} {what}")


def _with_item(scene: Scene, rng: np.random.Generator) -> Scene | None:
    new = _drawn(rng)
    more = replace(scene, items=(*scene.items, new))
    return more if _is_clear(new, scene) and _means_the_same(scene, more) else None


def _with_stranger(scene: Scene, rng: np.random.Generator) -> Scene | None:
    new = _stranger(rng)
    if _is_clear(new, scene) and any(
        _means_the_same(scene, replace(scene, items=(*scene.items, other)))
        for other in _stand_ins(new)
    ):
        return replace(scene, strangers=(*scene.strangers, new))
    return None


def _drawn(rng: np.random.Generator) -> Placement:
    kind = tuple(ITEMS)[int(rng.integers(len(ITEMS)))]
    color = str(rng.choice(tuple(COLORS)))
    x, y = rng.uniform(*_AREA).tolist()
    yaw = float(rng.uniform(-0.8, 0.8))
    return Placement(kind=kind, color=color, rgb=COLORS[color], x_m=x, y_m=y, yaw_rad=yaw)


def _stranger(rng: np.random.Generator) -> Stranger:
    forms, colors = tuple(Form), tuple(SHADES)
    x, y = rng.uniform(*_AREA).tolist()
    return Stranger(
        form=forms[int(rng.integers(len(forms)))],
        color=colors[int(rng.integers(len(colors)))],
        x_m=x,
        y_m=y,
        yaw_rad=float(rng.uniform(-math.pi, math.pi)),
    )


def _stand_ins(stranger: Stranger) -> Iterator[Placement]:
    """Yield the items that could lie in a stranger's place."""
    for kind, color in itertools.product(ITEMS, COLORS):
        yield Placement(
            kind=kind,
            color=color,
            rgb=COLORS[color],
            x_m=stranger.x_m,
            y_m=stranger.y_m,
            yaw_rad=stranger.yaw_rad,
        )


def _is_clear(new: Placement | Stranger, scene: Scene) -> bool:
    others: list[Placement | Stranger] = [*scene.containers, *scene.items, *scene.strangers]
    return all(
        np.hypot(new.x_m - o.x_m, new.y_m - o.y_m) >= _reach(new) + _reach(o) + _APART_M
        for o in others
    )


def _reach(thing: Placement | Stranger) -> float:
    if isinstance(thing, Stranger):
        return thing.reach_m
    kind = thing.kind
    return CONTAINERS[kind].reach_m if kind in CONTAINERS else ITEMS[kind].reach_m


def _means_the_same(before: Scene, after: Scene) -> bool:
    """Tell whether every name still means one thing, and the task the same."""
    added = after.items[-1]
    if any((p.kind, p.color) == (added.kind, added.color) for p in before.items):
        return False
    try:
        return _asked(after, after.task) == _asked(before, before.task)
    except SimulationError:
        return False  # A name has become ambiguous.


def _asked(scene: Scene, task: Task) -> tuple[object, ...]:
    family, table = FAMILIES[task.family], table_of(scene)
    steps = tuple(stage.name for stage in family.stages(table, task))
    return (steps, family.focus(table, task), family.fits(table, task))
