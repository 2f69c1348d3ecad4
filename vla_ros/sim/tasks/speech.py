# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tasks in words, and back: whatever `phrase` says, `parse_instruction` understands."""

import functools
import re
from collections.abc import Mapping
from enum import Enum
from typing import TypeVar

import numpy as np

from vla_ros.errors import SimulationError
from vla_ros.sim.language.grammar import Split
from vla_ros.sim.language.manners import manner_words, mistyped, plain, polite
from vla_ros.sim.language.nouns import every_phrase, noun_phrase, noun_words, take_nouns
from vla_ros.sim.task import Noun, Side, Task, Where
from vla_ros.sim.tasks.registry import FAMILIES
from vla_ros.spelling import put_right, say_unknown

SIDES: dict[Side, tuple[str, ...]] = {
    Side.LEFT: ("left", "to the left", "to your left", "leftwards", "to the left side"),
    Side.RIGHT: ("right", "to the right", "to your right", "rightwards", "to the right side"),
    Side.FORWARD: ("forward", "forwards", "ahead", "away from you", "to the far side"),
    Side.BACK: ("back", "backwards", "towards you", "closer to you", "to the near side"),
}
WHERE: dict[Where, tuple[str, ...]] = {
    Where.NEXT_TO: ("next to", "beside", "close to", "by the side of"),
    Where.LEFT_OF: ("left of", "to the left of", "on the left of", "on the left side of"),
    Where.RIGHT_OF: ("right of", "to the right of", "on the right of", "on the right side of"),
    Where.BEHIND: ("behind", "right behind", "on the far side of", "farther away than"),
    Where.IN_FRONT_OF: ("in front of", "right in front of", "on the near side of", "nearer than"),
}
_TYPO = 0.08
_LEAVE_ALONE = 0.4  # Of the sentences with `the other one`.
_WORD = re.compile(r"[^\W_]+")
_ASIDE = re.compile(
    r"^(?:leave|ignore) the (\w+) (\w+)(?: alone| where it is)? and (.*)\bthe other (\w+)\b"
)
ChoiceT = TypeVar("ChoiceT", bound=Enum)


def phrase(task: Task, rng: np.random.Generator, split: Split = Split.TRAIN) -> str:
    """Return a task in words.

    Args:
        task: What to say.
        rng: Draws one of its paraphrases.
        split: For training, or of those held out.
    """
    grammar = FAMILIES[task.family].grammar
    core = grammar.draw(rng, split)
    is_order = grammar.is_order(core)
    sentence, noun = core, task.object
    if is_order and noun is not None and noun.other_than and rng.random() < _LEAVE_ALONE:
        kind = "" if noun.kind is None else noun.kind.value
        alone = str(rng.choice(("alone", "where it is")))
        sentence = f"leave the {noun.other_than} {kind} {alone} and {sentence}"
        sentence = sentence.replace("{object}", f"the other {rng.choice((kind, 'one'))}")
        is_order = False
    for slot, said in (("{object}", task.object), ("{target}", task.target)):
        if slot in sentence and said is not None:
            sentence = sentence.replace(slot, noun_phrase(said, rng))
    if "{all}" in sentence and noun is not None:
        sentence = sentence.replace("{all}", every_phrase(noun, rng))
    if task.side is not None:
        sentence = sentence.replace("{side}", str(rng.choice(SIDES[task.side])))
    if task.where is not None:
        sentence = sentence.replace("{where}", str(rng.choice(WHERE[task.where])))
    sentence = polite(sentence, rng, is_order=is_order)
    return mistyped(sentence, known_words(), rng) if rng.random() < _TYPO else sentence


def parse_instruction(text: str) -> Task:
    """Return the task that a sentence asks for; case, punctuation and slips do not matter.

    Raises:
        SimulationError: A word is unknown, or the sentence names no task.
    """
    known = known_words()
    words = put_right(_WORD.findall(text.lower()), known)
    unknown = [word for word in words if word not in known]
    if unknown:
        raise SimulationError(
            f"instruction '{text}': the simulator {say_unknown(unknown, known)}; "
            "docs/reference/tasks.md has the sentences"
        )
    sentence = _ASIDE.sub(r"\3not the \1 \2 but the other \4", plain(" ".join(words)))
    marked, nouns, sides, wheres = _marked(sentence)
    meant = [_task(*of, nouns, sides, wheres) for of in _cores().get(marked, ())]
    for task in meant:
        if isinstance(task, Task):
            return task
    problem = meant[0] if meant else "names no task"
    raise SimulationError(
        f"instruction '{text}' {problem}. Say for example: put the red cube in the blue bowl"
    )


@functools.cache
def known_words() -> frozenset[str]:
    """Return every word that a sentence may hold."""
    phrases = (p for table in (SIDES, WHERE) for said in table.values() for p in said)
    return noun_words().union(
        manner_words(),
        *(family.grammar.words for family in FAMILIES.values()),
        *(p.split() for p in phrases),
        ("leave", "ignore", "alone", "where", "it", "is"),
    )


def _task(
    name: str, core: str, nouns: list[Noun], sides: list[Side], wheres: list[Where]
) -> Task | str:
    """Give what a sentence holds to the slots of its core; say why if that cannot be."""
    family = FAMILIES[name]
    slots = sorted(
        (core.index(slot), slot) for slot in ("{object}", "{target}", "{all}") if slot in core
    )
    said = dict(zip((slot for _, slot in slots), nouns, strict=True))
    noun, target = said.get("{object}", said.get("{all}")), said.get("{target}")
    for what, thing, allowed in (
        ("moved", noun, family.objects),
        ("what it is brought to", target, family.targets),
    ):
        if thing is not None and thing.kind is not None and thing.kind not in allowed:
            return f"asks for what cannot be: a {thing.kind.value} is not {what}"
    return Task(
        family=name,
        object=noun,
        target=target,
        side=sides[0] if "{side}" in core and sides else None,
        where=wheres[0] if "{where}" in core and wheres else None,
    )


@functools.cache
def _cores() -> dict[str, tuple[tuple[str, str], ...]]:
    """Return, for each core with its slots as markers, whose it is."""
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    for name, family in FAMILIES.items():
        for core in family.grammar.cores:
            slots = core.replace("{object}", "{noun}").replace("{target}", "{noun}")
            marked = _marked(slots)[0]
            found[marked] = (*found.get(marked, ()), (name, core))
    return found


def _marked(sentence: str) -> tuple[str, list[Noun], list[Side], list[Where]]:
    """Return a sentence with markers for names and places, and what they stand for, in order."""
    text, nouns = take_nouns(sentence)
    text, wheres = _take(text, WHERE, "{where}")
    text, sides = _take(text, SIDES, "{side}")
    return text, nouns, sides, wheres


def _take(
    text: str, table: Mapping[ChoiceT, tuple[str, ...]], marker: str
) -> tuple[str, list[ChoiceT]]:
    meaning = {said: choice for choice, phrases in table.items() for said in phrases}
    either = "|".join(sorted(meaning, key=len, reverse=True))
    found: list[ChoiceT] = []

    def mark(match: "re.Match[str]") -> str:
        found.append(meaning[match[0]])
        return marker

    return re.sub(rf"\b(?:{either})\b", mark, text), found
