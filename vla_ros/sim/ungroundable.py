# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Instructions that nobody could carry out in a scene, each with the reason why not.

A policy has to refuse them without a motion, so it has to see such sentences while it learns, and
is measured on others.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np

from vla_ros.errors import SimulationError
from vla_ros.sim.language.grammar import Split, is_held_out
from vla_ros.sim.language.manners import polite
from vla_ros.sim.language.nouns import COLOR_WORDS, noun_phrase
from vla_ros.sim.language.strangers import FOREIGN, FOREIGN_COLORS, OFF_TOPIC
from vla_ros.sim.present import draw_present
from vla_ros.sim.sample import pair_split, table_of
from vla_ros.sim.scene import Scene
from vla_ros.sim.table import Table
from vla_ros.sim.task import Noun, Task
from vla_ros.sim.tasks.casting import Role, draw_noun
from vla_ros.sim.tasks.family import FIXED, MOVABLE
from vla_ros.sim.tasks.registry import FAMILIES
from vla_ros.sim.tasks.speech import parse_instruction, phrase
from vla_ros.sim.things import COLORS, Kind

_TRIES = 200
_ABOUT_THINGS = ("put", "stack", "push", "place", "lift")
_FOREIGN_COLOR = 0.3  # Share of what is not known by its colour, if it is named with one.
_SHORT = 0.4  # Share of what is not there that is named by its colour or kind alone.
_COLOR = re.compile(rf"\b(?:{'|'.join(COLOR_WORDS)})\b")


class Reason(Enum):
    """Why an instruction cannot be carried out."""

    UNKNOWN_OBJECT = "unknown object"
    ABSENT = "not on the table"
    AMBIGUOUS = "may mean several"
    NONSENSE = "nonsense"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ungroundable:
    """An instruction that cannot be carried out.

    Attributes:
        text: What was said.
        reason: Why not, as a kind.
        message: Why not, in words.
    """

    text: str
    reason: Reason
    message: str


def ground(table: Table, text: str) -> Task:
    """Return the task that a sentence asks for, if it can be done with what is on the table.

    Raises:
        SimulationError: It cannot; the text says why.
    """
    task = parse_instruction(text)
    if task.object is not None and task.object == task.target:
        raise SimulationError(f"instruction '{text}' asks for one thing in two places")
    FAMILIES[task.family].missing(table, task)  # Looks everything up.
    return task


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A sentence, and the task whose things it names; None if it names none of ours."""

    text: str
    about: Task | None = None


def make_ungroundable(
    scene: Scene,
    reason: Reason,
    rng: np.random.Generator,
    split: Split = Split.TRAIN,
    pairs: Split | None = None,
) -> Ungroundable:
    """Return an instruction that cannot be carried out in a scene, for one reason.

    Args:
        scene: What is on the table counts.
        reason: Why it shall fail.
        rng: Draws the instruction.
        split: For training, or of those held out.
        pairs: Pairs of colours that may be named together; as in `Wishes`. Otherwise a policy
            could learn from the words alone that something cannot be done.

    Raises:
        SimulationError: Nothing of that kind can be said of this scene.
    """
    table = table_of(scene)
    for _ in range(_TRIES):
        drawn = _DRAW[reason](table, rng, split)
        if pairs is not None and drawn.about is not None and pair_split(drawn.about) is not pairs:
            continue
        try:
            ground(table, drawn.text)
        except SimulationError as error:
            return Ungroundable(text=drawn.text, reason=reason, message=str(error))
    raise SimulationError(f"everything drawn for '{reason.value}' can be done in this scene")


def _unknown_object(table: Table, rng: np.random.Generator, split: Split) -> _Drawn:
    """Name something that is none of our things, or has none of our colours, for one there."""
    text, present = _about_present(table, rng, split)
    foreign = str(rng.choice(FOREIGN[split]))
    if rng.random() < 0.5:
        foreign = f"{rng.choice(tuple(COLOR_WORDS))} {foreign}"
    named = f"the {foreign}"
    unknown = [color for color in FOREIGN_COLORS[split] if color not in COLOR_WORDS]
    if unknown and _COLOR.search(present) and rng.random() < _FOREIGN_COLOR:
        named = _COLOR.sub(str(rng.choice(unknown)), present, count=1)
    return _Drawn(text.replace(present, named, 1))


def _about_present(table: Table, rng: np.random.Generator, split: Split) -> tuple[str, str]:
    """Return a sentence about things on the table, and the words for one of them in it."""
    task = draw_present(table, rng, _ABOUT_THINGS)
    named = [noun for noun in (task.object, task.target) if noun is not None]
    picked = named[int(rng.integers(len(named)))]
    core = FAMILIES[task.family].grammar.draw(rng, split)
    said = {slot: n for slot, n in (("{object}", task.object), ("{target}", task.target)) if n}
    chosen = ""
    for slot, noun in said.items():
        words = noun_phrase(noun, rng)
        chosen = words if noun is picked else chosen
        core = core.replace(slot, words)
    for slot, place in (("{side}", task.side), ("{where}", task.where)):
        core = core.replace(slot, "" if place is None else place.value)
    return polite(core, rng, is_order=False), chosen


def _absent(table: Table, rng: np.random.Generator, split: Split) -> _Drawn:
    """Name a thing that is not there; often one of the same kind, or colour, is."""
    task = draw_present(table, rng, _ABOUT_THINGS)
    instead_of_target = task.target is not None and rng.random() < 0.4
    if instead_of_target:
        noun = _absent_noun(table, rng, FAMILIES[task.family].targets)
        return _said(replace(task, target=noun), rng, split)
    if rng.random() < 0.15 and table.containers:
        container = table.containers[0]
        target = Noun(color=container.color, kind=container.kind)
        gone = draw_noun(rng, FAMILIES["clear"].objects)
        return _said(Task(family="clear", object=gone, target=target), rng, split)
    return _said(replace(task, object=_absent_noun(table, rng, MOVABLE)), rng, split)


def _said(task: Task, rng: np.random.Generator, split: Split) -> _Drawn:
    return _Drawn(phrase(task, rng, split), task)


def _absent_noun(table: Table, rng: np.random.Generator, kinds: tuple[Kind, ...]) -> Noun:
    """Return a name that fits nothing on the table."""
    there = _things(table)
    if rng.random() < _SHORT:
        of_kinds = [thing for thing in there if thing[0] in kinds]
        forms = (
            [Noun(color=color) for color in COLORS],
            [Noun(kind=kind) for kind in kinds],
            _names_of_others(of_kinds),
        )
        absent = [[n for n in form if not any(n.fits(*t) for t in there)] for form in forms]
        possible = [names for names in absent if names]
        names = possible[int(rng.integers(len(possible)))]
        return names[int(rng.integers(len(names)))]
    while True:
        noun = draw_noun(rng, kinds)
        if not any(noun.fits(*thing) for thing in there):
            return noun


def _ambiguous(table: Table, rng: np.random.Generator, split: Split) -> _Drawn:
    """Name a thing by words that fit several; `the cube`, where three lie."""
    kinds_and_colors = list(zip(*_things(table), strict=True))
    if all(len(set(named)) == len(named) for named in kinds_and_colors):
        raise SimulationError("no words mean several of the things in this scene")
    for _ in range(_TRIES):
        task = draw_present(table, rng, _ABOUT_THINGS)
        is_target = task.target is not None and rng.random() < 0.4
        kinds = FAMILIES[task.family].targets if is_target else MOVABLE
        # A person would not take the thing that the rest of the sentence names.
        other = task.object if is_target else task.target
        meant = [
            thing
            for thing in _things(table)
            if thing[0] in kinds and not (other is not None and other.fits(*thing))
        ]
        names = [Noun(kind=kind) for kind in kinds]
        names += [Noun(color=color) for color in dict.fromkeys(color for _, color in meant)]
        names += [Noun(kind=kind, color=color) for kind, color in dict.fromkeys(meant)]
        vague = [
            name
            for name in [*names, *_names_of_others(meant)]
            if sum(name.fits(*thing) for thing in meant) > 1
        ]
        if vague:
            name = vague[int(rng.integers(len(vague)))]
            said = replace(task, target=name) if is_target else replace(task, object=name)
            return _said(said, rng, split)
    raise SimulationError("no words mean several of the things in this scene")


def _names_of_others(things: Sequence[Role]) -> list[Noun]:
    """Return `the other` of each thing."""
    return [Noun(kind=kind, other_than=color) for kind, color in things]


def _things(table: Table) -> list[Role]:
    items = [(item.kind, item.color) for item in table.items]
    return [*items, *((container.kind, container.color) for container in table.containers)]


def _nonsense(table: Table, rng: np.random.Generator, split: Split) -> _Drawn:
    form = int(rng.integers(4))
    if form == 0:
        return _Drawn(polite(str(rng.choice(OFF_TOPIC[split])), rng, is_order=True))
    task = draw_present(table, rng, _ABOUT_THINGS)
    if form == 1:  # What stays where it is shall be moved.
        fixed = draw_noun(rng, FIXED)
        return _said(replace(task, object=fixed, target=task.target or fixed), rng, split)
    while True:
        words = phrase(task, rng, split).split()
        if form == 2:  # It breaks off.
            text = " ".join(words[: max(1, int(len(words) * rng.uniform(0.3, 0.8)))])
        else:
            text = " ".join(words[i] for i in rng.permutation(len(words)))
        # What is left may come from sentences of both splits.
        if is_held_out(text) == (split is Split.HELD_OUT):
            return _Drawn(text, task)


_DRAW = {
    Reason.UNKNOWN_OBJECT: _unknown_object,
    Reason.ABSENT: _absent,
    Reason.AMBIGUOUS: _ambiguous,
    Reason.NONSENSE: _nonsense,
}
