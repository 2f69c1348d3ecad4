# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Words that are not known: slips of the fingers put right, and what is said of all others."""

import difflib
from collections.abc import Iterable, Sequence
from functools import lru_cache

_SHORTEST = 3  # A shorter word is one letter away from many others.
_MOST_TOLD = 40  # Words in a message for a person.
_NEAR = 4
_SAME, _ALIKE = 0.65, 0.5  # See difflib: may be meant, and worth to be named.
KEY_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
# What people may say to an arm at a table and what looks like a slip of another word, such as
# `cone` of `come`. Who says it means it: it is known or unknown, never another word.
_EVERYDAY = """
    bats bears bot bow comet cone cue cues driver loaf net oranges pie plush puck root sack shovel
    star tablet tan tank tanks tub

    cold first short

    being dive drip ever fit fits had lie march reset shout sift try tune were
"""
_NEVER_SLIPS = frozenset(_EVERYDAY.split())


def nearest_word(word: str, known: frozenset[str]) -> str | None:
    """Return the one known word that a word is, or must be a slip of; None if there is none.

    A word that is one letter off from several known ones is not taken as any of them, and one of
    everyday life that is not known is not taken as another.
    """
    if word in known:
        return word
    if len(word) < _SHORTEST or word in _NEVER_SLIPS:
        return None
    near = [other for other in known if len(other) > _SHORTEST and _is_a_letter_off(word, other)]
    return near[0] if len(near) == 1 and _is_slip(word, near[0]) else None


def put_right(words: Iterable[str], known: frozenset[str]) -> list[str]:
    """Return words with their slips put right; a word that is no slip stays as it is."""
    return [nearest_word(word, known) or word for word in words]


@lru_cache(maxsize=4096)
def _is_a_letter_off(typed: str, meant: str) -> bool:
    """Tell whether a letter is another one, missing or too many, or two are swapped.

    Not the first one: nobody misses that.
    """
    if abs(len(typed) - len(meant)) > 1 or typed == meant or typed[:1] != meant[:1]:
        return False
    same = _first_difference(typed, meant)
    if same is None:
        return True  # The longer one has a letter more at its end.
    if len(typed) != len(meant):
        short, long = sorted((typed, meant), key=len)
        return long[same + 1 :] == short[same:]
    if typed[same + 1 :] == meant[same + 1 :]:
        return True
    swapped = typed[same + 1 : same + 2] + typed[same]
    return swapped == meant[same : same + 2] and typed[same + 2 :] == meant[same + 2 :]


def _is_slip(typed: str, meant: str) -> bool:
    """Tell whether fingers slip like this: another letter is that of a key beside the right one.

    Args:
        typed: A letter off from `meant`.
        meant: What it may have been.
    """
    same = _first_difference(typed, meant)
    if same is None or len(typed) != len(meant) or typed[same + 1 :] != meant[same + 1 :]:
        return True
    return any(typed[same] + meant[same] in row + " " + row[::-1] for row in KEY_ROWS)


def _first_difference(a: str, b: str) -> int | None:
    """Return where two words differ first; None if one begins with the other."""
    return next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), None)


def say_unknown(unknown: Sequence[str], known: Iterable[str]) -> str:
    """Return what is to be said of words by somebody who does not know them.

    Args:
        unknown: One or more.
        known: All that are known; everything is named if that is little, else what is near.
    """
    words = sorted(known)
    meant = difflib.get_close_matches(unknown[0], words, n=1, cutoff=_SAME)
    hint = f" Did you mean '{meant[0]}'?" if meant else ""
    named = ", ".join(f"'{word}'" for word in unknown)
    return f"does not know the word {named}.{hint} {_told(words, unknown)}"


def _told(known: Sequence[str], unknown: Sequence[str]) -> str:
    if len(known) <= _MOST_TOLD:
        return f"It knows: {', '.join(known)}"
    lists = (difflib.get_close_matches(word, known, n=_NEAR, cutoff=_ALIKE) for word in unknown)
    near = dict.fromkeys(word for found in lists for word in found)
    alike = f", among them: {', '.join(near)}" if near else ", none of them is like it"
    return f"It knows {len(known)} words{alike}"
