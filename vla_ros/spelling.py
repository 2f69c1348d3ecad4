# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Slips of the fingers put right: one letter wrong, missing, too many, or two swapped."""

from collections.abc import Iterable
from functools import lru_cache

_SHORTEST = 3  # A shorter word is one letter away from many others.


def nearest_word(word: str, known: frozenset[str]) -> str | None:
    """Return the one known word that a word may be a slip of; None if none, or several, are."""
    if word in known:
        return word
    if len(word) < _SHORTEST:
        return None
    near = [other for other in known if len(other) > _SHORTEST and is_slip(word, other)]
    return near[0] if len(near) == 1 else None


def put_right(words: Iterable[str], known: frozenset[str]) -> list[str]:
    """Return words with their slips put right; a word that is no slip stays as it is."""
    return [nearest_word(word, known) or word for word in words]


@lru_cache(maxsize=4096)
def is_slip(typed: str, meant: str) -> bool:
    """Tell whether a word is another one with a single slip in it, but not in its first letter."""
    if abs(len(typed) - len(meant)) > 1 or typed == meant or typed[:1] != meant[:1]:
        return False
    same = next((i for i, (a, b) in enumerate(zip(typed, meant, strict=False)) if a != b), None)
    if same is None:
        return True  # The longer one has a letter more at its end.
    if len(typed) != len(meant):
        short, long = sorted((typed, meant), key=len)
        return long[same + 1 :] == short[same:]
    if typed[same + 1 :] == meant[same + 1 :]:
        return True
    swapped = typed[same + 1 : same + 2] + typed[same]
    return swapped == meant[same : same + 2] and typed[same + 2 :] == meant[same + 2 :]
