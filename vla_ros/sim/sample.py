# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Random scenes: the same seed and wishes always give the same scene."""

from dataclasses import dataclass, replace

import numpy as np

from vla_ros.errors import SimulationError
from vla_ros.sim.arm import HOME_TCP
from vla_ros.sim.language.grammar import Split, is_held_out
from vla_ros.sim.scene import Placement, Scene, StartPose
from vla_ros.sim.shift import USUAL, Randomisation, with_look
from vla_ros.sim.table import Container, Hand, Item, Table
from vla_ros.sim.task import Noun, Task
from vla_ros.sim.tasks.family import Cast, Start
from vla_ros.sim.tasks.registry import FAMILIES
from vla_ros.sim.tasks.speech import parse_instruction, phrase
from vla_ros.sim.things import COLORS, CONTAINERS, ITEMS, Kind

_AREA = ((0.33, -0.25), (0.58, 0.25))  # Where things lie, x and y in base_link [m].
_ITEM_MARGIN_M = 0.014  # Open fingers fit around an item with this much around it.
_LEAST_CLEARANCE_M = 0.040
_CONTAINER_MARGIN_M = 0.006
_YAW_RAD = 0.8
_START_JITTER_M = (0.06, 0.10, 0.04)
_START_YAW_RAD = 0.3
_ANYWHERE = ((0.32, -0.26, 0.12), (0.58, 0.26, 0.30))
_CASTS, _LAYOUTS = 60, 300
_OTHER_NAME = 0.35  # Share of things that are not named by colour and kind.


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """Which scenes to draw.

    Attributes:
        families: Task families to draw from, each as often.
        split: Sentences for training, or those held out.
        randomisation: Light, cameras, friction.
        pairs: Pairs of colours for training, or those held out; None: any. What names no two
            colours counts as for training.
    """

    families: tuple[str, ...] = tuple(FAMILIES)
    split: Split = Split.TRAIN
    randomisation: Randomisation = USUAL
    pairs: Split | None = None


def pair_split(task: Task) -> Split:
    """Tell whether a policy may learn to bring things of these two colours together.

    It may where the colours are equal: sorting brings those together.
    """
    colors = [noun.color for noun in (task.object, task.target) if noun is not None]
    paired = len(set(colors)) == 2 and None not in colors
    return Split.HELD_OUT if paired and is_held_out(" ".join(map(str, colors))) else Split.TRAIN


def sample_scene(seed: int, instruction: str | Task | None = None) -> Scene:
    """Draw a scene in which a task can be done.

    A sentence that `sample_task_scene` says for this seed and family brings back its very scene,
    so that an evaluation through ROS and one without can play the same.

    Args:
        seed: Any non-negative number; scenes of different seeds differ.
        instruction: The task to make possible; None draws something to put somewhere.

    Raises:
        SimulationError: The instruction is not understood, or no scene fits it.
    """
    if instruction is None:
        return sample_task_scene(seed, Wishes(families=("put",)))
    sentence = instruction if isinstance(instruction, str) else None
    task = parse_instruction(instruction) if isinstance(instruction, str) else instruction
    own = None if sentence is None else _own_scene(seed, task, sentence)
    if own is not None:
        return own
    return _sample(np.random.default_rng([seed, 23]), seed, task, Wishes(), sentence)


def _own_scene(seed: int, task: Task, sentence: str) -> Scene | None:
    """Return the scene of a seed that has just this sentence, if it has."""
    for split in Split:
        scene = sample_task_scene(seed, Wishes(families=(task.family,), split=split))
        if scene.instruction == sentence:
            return scene
    return None


def sample_task_scene(seed: int, wishes: Wishes) -> Scene:
    """Draw a scene of one of some families, in all its variety.

    Args:
        seed: Any non-negative number; the layout depends on it and on the families alone.
        wishes: What to draw from.

    Raises:
        SimulationError: There is no such family.
    """
    unknown = [name for name in wishes.families if name not in FAMILIES]
    if unknown or not wishes.families:
        raise SimulationError(
            f"task family '{', '.join(unknown)}' does not exist; there are: {', '.join(FAMILIES)}"
        )
    rng = np.random.default_rng([seed, 21])
    name = wishes.families[int(rng.integers(len(wishes.families)))]
    if wishes.pairs is Split.HELD_OUT and not FAMILIES[name].targets:
        raise SimulationError(f"task family '{name}' brings no two things together")
    task = FAMILIES[name].draw(rng)
    while not _is_wanted(task, wishes):
        task = FAMILIES[name].draw(rng)
    return _sample(rng, seed, task, wishes, None, rename=True)


def _is_wanted(task: Task, wishes: Wishes) -> bool:
    twice = task.object is not None and task.object == task.target
    return not twice and wishes.pairs in (None, pair_split(task))


def _sample(
    rng: np.random.Generator,
    seed: int,
    task: Task,
    wishes: Wishes,
    sentence: str | None,
    *,
    rename: bool = False,
) -> Scene:
    family = FAMILIES[task.family]
    for _ in range(_CASTS):
        cast = family.cast(task, rng)
        for _ in range(_LAYOUTS):
            start = _draw_start(family.start, rng)
            scene = Scene(
                seed=seed, task=task, instruction="", items=(), containers=(), start=start
            )
            scene = _laid_out(scene, cast, rng)
            table = table_of(scene)
            if scene.items and family.fits(table, task) and family.missing(table, task):
                named = renamed(task, table, rng) if rename else task
                speech = np.random.default_rng([seed, 19])
                said = phrase(named, speech, wishes.split) if sentence is None else sentence
                scene = replace(scene, task=named, instruction=said)
                return with_look(scene, wishes.randomisation)
    raise SimulationError(f"no scene was found that fits the task '{sentence or task}'")


def table_of(scene: Scene) -> Table:
    """Return what is where when a scene begins."""
    hand = Hand(
        at_m=scene.start.position_m, yaw_rad=scene.start.yaw_rad, opening=scene.start.gripper
    )
    items = tuple(
        Item(
            kind=p.kind,
            color=p.color,
            at_m=(p.x_m, p.y_m, ITEMS[p.kind].half_m[2]),
            yaw_rad=p.yaw_rad,
            start_m=(p.x_m, p.y_m),
        )
        for p in scene.items
    )
    containers = tuple(
        Container(kind=p.kind, color=p.color, at_m=(p.x_m, p.y_m)) for p in scene.containers
    )
    return Table(hand=hand, items=items, containers=containers)


def _laid_out(scene: Scene, cast: Cast, rng: np.random.Generator) -> Scene:
    """Return the scene with the cast at random places; without any if they do not fit."""
    things = (*cast.containers, *cast.items)
    clearance = np.array([_clearance(kind) for kind, _ in things])
    needed = clearance[:, None] + clearance[None, :]
    np.fill_diagonal(needed, 0.0)
    for _ in range(_LAYOUTS):
        points = rng.uniform(*_AREA, (len(things), 2))
        apart = np.linalg.norm(points[:, None] - points[None, :], axis=-1)
        if (apart >= needed).all():
            break
    else:
        return replace(scene, items=(), containers=())
    placed = tuple(
        Placement(
            kind=kind,
            color=color,
            rgb=COLORS[color],
            x_m=float(x),
            y_m=float(y),
            yaw_rad=float(rng.uniform(-_YAW_RAD, _YAW_RAD)) if kind in ITEMS else 0.0,
        )
        for (kind, color), (x, y) in zip(things, points, strict=True)
    )
    count = len(cast.containers)
    return replace(scene, items=placed[count:], containers=placed[:count])


def _clearance(kind: Kind) -> float:
    if kind in CONTAINERS:
        return CONTAINERS[kind].reach_m + _CONTAINER_MARGIN_M
    return max(_LEAST_CLEARANCE_M, ITEMS[kind].reach_m + _ITEM_MARGIN_M)


def _draw_start(start: Start, rng: np.random.Generator) -> StartPose:
    if start.anywhere:
        x, y, z = rng.uniform(*_ANYWHERE).tolist()
    else:
        x, y, z = (np.array(HOME_TCP) + rng.uniform(-1.0, 1.0, 3) * _START_JITTER_M).tolist()
    return StartPose(
        position_m=(x, y, z),
        yaw_rad=float(rng.uniform(-_START_YAW_RAD, _START_YAW_RAD)),
        gripper=float(rng.uniform(*start.opening)),
    )


def renamed(task: Task, table: Table, rng: np.random.Generator) -> Task:
    """Return a task whose things may be named otherwise: `the bar`, `the red one`."""
    if FAMILIES[task.family].moves_all:
        return task
    names = [_other_names(noun, table) for noun in (task.object, task.target)]
    nouns = [
        options[int(rng.integers(len(options)))]
        if options and rng.random() < _OTHER_NAME
        else noun
        for noun, options in zip((task.object, task.target), names, strict=True)
    ]
    if nouns[1] is not None and nouns[1].other_than is not None:
        nouns[1] = task.target  # One `other one` in a sentence is enough.
    return replace(task, object=nouns[0], target=nouns[1])


def _other_names(noun: Noun | None, table: Table) -> list[Noun]:
    """Return names without colour or kind that mean the same thing, of all that lie there."""
    if noun is None or noun.kind is None or noun.color is None:
        return []
    things = [(i.kind, i.color) for i in table.items]
    things += [(c.kind, c.color) for c in table.containers]
    alike = [color for kind, color in things if kind is noun.kind]
    names = [Noun(color=noun.color), Noun(kind=noun.kind)]
    if len(alike) == 2:
        other = next(color for color in alike if color != noun.color)
        names.append(Noun(kind=noun.kind, other_than=other))
    return [name for name in names if sum(name.fits(*thing) for thing in things) == 1]
