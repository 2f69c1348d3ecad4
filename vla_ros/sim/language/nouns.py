# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Names of things: `the red cube`, `that violet one`, `the bar that is green`, `the other`."""

import re

import numpy as np

from vla_ros.sim.task import Noun
from vla_ros.sim.things import COLORS, Kind

KIND_WORDS: dict[str, Kind] = {
    "cube": Kind.CUBE,
    "block": Kind.CUBE,
    "cylinder": Kind.CYLINDER,
    "tube": Kind.CYLINDER,
    "bar": Kind.BAR,
    "stick": Kind.BAR,
    "bowl": Kind.BOWL,
    "dish": Kind.BOWL,
    "tray": Kind.TRAY,
    "box": Kind.TRAY,
}
COLOR_WORDS: dict[str, str] = {color: color for color in COLORS} | {"violet": "purple"}
ANY_WORDS = ("one", "thing", "object")
_PLURALS = {
    f"{word}s" if word not in ("dish", "box") else f"{word}es": word for word in KIND_WORDS
}
_KINDS = "|".join(_PLURALS)
_COLOR = "|".join(COLOR_WORDS)
_KIND = "|".join((*KIND_WORDS, *ANY_WORDS))
_OTHER = re.compile(
    rf"(?:not )?the (?P<not>{_COLOR}) (?P<kind>{_KIND}) but the other (?:{_KIND})\b"
)
_ONE = re.compile(
    rf"\b(?:(?:the|a|that|this) )?(?:(?P<color>{_COLOR}) (?:coloured )?)?(?P<kind>{_KIND})\b"
    rf"(?: that is (?P<late>{_COLOR})\b)?"
)
_ALL = re.compile(
    rf"\b(?:all (?:the )?|the |both (?:the )?)?(?P<color>{_COLOR}) (?P<kinds>{_KINDS})\b"
    rf"|\b(?:every|each) (?:single )?(?P<each>{_COLOR}) (?P<kind>{_KIND})\b"
)


def noun_phrase(noun: Noun, rng: np.random.Generator) -> str:
    """Return one way to name a thing."""
    kind = _word_of(noun.kind, rng)
    if noun.other_than is not None:
        excluded = _color(noun.other_than, rng)
        again = kind if rng.random() < 0.5 else "one"
        return f"not the {excluded} {kind} but the other {again}"
    article = str(rng.choice(("the", "the", "the", "that")))
    if noun.color is None:
        return f"{article} {kind}"
    color = _color(noun.color, rng)
    form = rng.random()
    if form < 0.08:
        return f"{article} {kind} that is {color}"
    if form < 0.14:
        return f"{article} {color} coloured {kind}"
    return f"{article} {color} {kind}"


def every_phrase(noun: Noun, rng: np.random.Generator) -> str:
    """Return one way to name all things of a kind and colour."""
    kind = _word_of(noun.kind, rng)
    color = _color(str(noun.color), rng)
    if rng.random() < 0.3:
        return f"{rng.choice(('every', 'each'))} {color} {kind}"
    plural = next(plural for plural, word in _PLURALS.items() if word == kind)
    return f"{rng.choice(('all', 'all the', 'the'))} {color} {plural}"


def take_nouns(text: str) -> tuple[str, list[Noun]]:
    """Return a sentence with a marker for each name in it, and what the names mean, in order.

    The markers are `{all}` for all of a kind, `{noun}` for one thing.
    """
    found: list[tuple[int, int, str, Noun]] = []
    for match in _OTHER.finditer(text):
        kind = KIND_WORDS.get(match["kind"])
        if kind is not None:
            noun = Noun(kind=kind, other_than=COLOR_WORDS[match["not"]])
            found.append((*match.span(), "{noun}", noun))
    for match in _ALL.finditer(text):
        noun = Noun(
            color=COLOR_WORDS[match["color"] or match["each"]],
            kind=KIND_WORDS[_PLURALS[match["kinds"]]]
            if match["kinds"]
            else KIND_WORDS.get(match["kind"]),
        )
        found.append((*match.span(), "{all}", noun))
    found += [(*match.span(), "{noun}", noun) for match, noun in _single(text)]
    marked, nouns, at = "", [], 0
    # Names lie inside other names: the longer one, which begins first, counts.
    for start, end, marker, noun in sorted(found, key=lambda f: (f[0], -f[1])):
        if start >= at:
            marked, at = f"{marked}{text[at:start]}{marker}", end
            nouns.append(noun)
    return marked + text[at:], nouns


def noun_words() -> frozenset[str]:
    """Return every word that a name can hold."""
    small = "the a that this is coloured not but other all every each both single"
    return frozenset((*small.split(), *COLOR_WORDS, *KIND_WORDS, *ANY_WORDS, *_PLURALS))


def _single(text: str) -> list[tuple["re.Match[str]", Noun]]:
    found = []
    for match in _ONE.finditer(text):
        said = [color for color in (match["color"], match["late"]) if color]
        kind = KIND_WORDS.get(match["kind"])
        if len(said) == 1:
            found.append((match, Noun(color=COLOR_WORDS[said[0]], kind=kind)))
        elif not said and kind is not None:
            found.append((match, Noun(kind=kind)))
    return found


def _word_of(kind: Kind | None, rng: np.random.Generator) -> str:
    words = ANY_WORDS if kind is None else [w for w, meant in KIND_WORDS.items() if meant is kind]
    # The plain name twice as often.
    return str(rng.choice((words[0], *words)))


def _color(color: str, rng: np.random.Generator) -> str:
    words = [word for word, meant in COLOR_WORDS.items() if meant == color]
    return str(rng.choice((words[0], *words)))
