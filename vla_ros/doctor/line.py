# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a check has to say: one line for a person, one object for a program."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum


class Level(IntEnum):
    """How bad it is; the worst of an examination counts."""

    INFO = 0
    PASS = 1
    WARN = 2
    FAIL = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The result of one check.

    Attributes:
        check: Its name, with dots from the general to the particular: `camera.front.rate`.
        level: How bad it is.
        found: What was found.
        remedy: What to do about it; empty where nothing is to be done.
    """

    check: str
    level: Level
    found: str
    remedy: str = ""

    @property
    def text(self) -> str:
        """What was found and what to do, without line breaks."""
        return " ".join(f"{self.found}{'. ' if self.remedy else ''}{self.remedy}".split())


def passed(check: str, found: str) -> Line:
    """Return the line of a check that found nothing wrong."""
    return Line(check=check, level=Level.PASS, found=found)


def told(check: str, found: str) -> Line:
    """Return a line that judges nothing."""
    return Line(check=check, level=Level.INFO, found=found)


def warned(check: str, found: str, remedy: str) -> Line:
    """Return the line of a check that found what a person should know."""
    return Line(check=check, level=Level.WARN, found=found, remedy=remedy)


def failed(check: str, found: str, remedy: str) -> Line:
    """Return the line of a check that found what keeps the robot from working."""
    return Line(check=check, level=Level.FAIL, found=found, remedy=remedy)


def worst(lines: Iterable[Line]) -> Level:
    """Return the level of the worst line."""
    return max((line.level for line in lines), default=Level.PASS)


def words_of_failures(lines: Iterable[Line]) -> str:
    """Return what failed and what to do, for those who refuse because of it; empty for nothing."""
    return ". ".join(line.text.rstrip(".") for line in lines if line.level is Level.FAIL)
