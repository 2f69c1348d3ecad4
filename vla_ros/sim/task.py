# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a person may ask for, as data: a family of tasks and what it is about."""

from dataclasses import dataclass
from enum import Enum

from vla_ros.sim.things import Kind


class Side(Enum):
    """Where something is pushed to, as the arm sees it: its x axis points forward."""

    LEFT = "left"
    RIGHT = "right"
    FORWARD = "forward"
    BACK = "back"


class Where(Enum):
    """Where a thing shall lie relative to another, as the arm sees it; behind is farther away."""

    NEXT_TO = "next to"
    LEFT_OF = "left of"
    RIGHT_OF = "right of"
    BEHIND = "behind"
    IN_FRONT_OF = "in front of"


@dataclass(frozen=True, slots=True, kw_only=True)
class Noun:
    """How a sentence names a thing: by colour, by kind, or as the other one.

    Attributes:
        color: Key of `COLORS`; None if the sentence names none.
        kind: What it is; None for a `thing` or a `one`.
        other_than: The colour of the thing of that kind that is not meant: `the other one`.
    """

    color: str | None = None
    kind: Kind | None = None
    other_than: str | None = None

    def __post_init__(self) -> None:
        if self.color is None and self.kind is None:
            raise ValueError("a noun has a color or a kind")

    def fits(self, kind: Kind, color: str) -> bool:
        """Tell whether a thing may be meant."""
        return (
            self.color in (None, color) and self.kind in (None, kind) and color != self.other_than
        )

    def __str__(self) -> str:
        if self.other_than is not None:
            name = "thing" if self.kind is None else self.kind.value
            return f"{name} other than the {self.other_than} one"
        kind = "thing" if self.kind is None else self.kind.value
        return kind if self.color is None else f"{self.color} {kind}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One thing to do. What a family does not need is None.

    Attributes:
        family: Name of the family, a key of `FAMILIES`.
        object: What is moved.
        target: What it is moved to, or relative to.
        side: Where it is pushed to.
        where: Where it shall lie relative to the target.
    """

    family: str
    object: Noun | None = None
    target: Noun | None = None
    side: Side | None = None
    where: Where | None = None

    def __str__(self) -> str:
        words = (self.object, self.side, self.where, self.target)
        named = [w.value if isinstance(w, Enum) else str(w) for w in words if w is not None]
        return " ".join((self.family, *named))
