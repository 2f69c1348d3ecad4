# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a bench heard: commands, measured joints and what the gate said, each with its time."""

from collections import deque
from dataclasses import dataclass, field
from typing import NamedTuple

from vla_ros.gate.vocabulary import GateMode

Position = tuple[float, ...]
_STILL_RAD = 1e-6  # Commands of an arm at rest do not differ at all.
_MEASURED_STILL_RAD = 1e-3  # Measured joints settle and are noisy.
_KEPT = 6000


class Row(NamedTuple):
    """Joint positions [rad], and when they were heard [s]."""

    time_s: float
    position: Position


class Command(NamedTuple):
    """A command as it was heard.

    Attributes:
        time_s: When it was heard [s].
        position: [rad].
        sent_s: When its publisher sent it, on the clock of the machine [s].
        number: Its publisher's count; None where the middleware does not tell.
        publisher: Who sent it; empty where the middleware does not tell.
    """

    time_s: float
    position: Position
    sent_s: float = 0.0
    number: int | None = None
    publisher: bytes = b""


class Said(NamedTuple):
    """What the gate said, and when that was heard [s]."""

    time_s: float
    mode: GateMode
    reasons: frozenset[int]
    epoch: int


class Complaint(NamedTuple):
    """What perception_node said of a camera, and when that was heard [s]."""

    time_s: float
    text: str


@dataclass(slots=True)
class Recording:
    """The newest minute. Times are of a clock that never jumps [s]."""

    commands: deque[Command] = field(default_factory=lambda: deque(maxlen=_KEPT))
    joints: deque[Row] = field(default_factory=lambda: deque(maxlen=_KEPT))
    said: deque[Said] = field(default_factory=lambda: deque(maxlen=_KEPT))
    complaints: deque[Complaint] = field(default_factory=lambda: deque(maxlen=_KEPT))

    def said_since(self, began_s: float) -> list[Said]:
        """Return what the gate said from a time on, and what held then."""
        every = list(self.said)
        later = [said for said in every if said.time_s >= began_s]
        return [*[said for said in every if said.time_s < began_s][-1:], *later]

    def complained_s(self, words: str, began_s: float) -> float:
        """Return when a camera was first complained about in some words; infinite if never."""
        times = [c.time_s for c in list(self.complaints) if words in c.text]
        return min((time_s for time_s in times if time_s >= began_s), default=float("inf"))

    def commands_between(self, began_s: float, ended_s: float) -> list[Command]:
        """Return the commands heard within a time."""
        return [command for command in list(self.commands) if began_s <= command.time_s < ended_s]

    def joints_between(self, began_s: float, ended_s: float) -> list[Row]:
        """Return the joints measured within a time."""
        return [row for row in list(self.joints) if began_s <= row.time_s < ended_s]

    def moved_until_s(self, began_s: float) -> float:
        """Return when the commanded arm came to rest; not before `began_s`."""
        return _moved_until([(c.time_s, c.position) for c in list(self.commands)], began_s)

    def measured_until_s(self, began_s: float) -> float:
        """Return when the measured arm came to rest; not before `began_s`."""
        return _moved_until(list(self.joints), began_s, _MEASURED_STILL_RAD)

    def rested_s(self, began_s: float, still_s: float) -> float:
        """Return when the commanded arm first rested for `still_s`; infinite if it never did."""
        rows = [command for command in list(self.commands) if command.time_s >= began_s]
        for i, row in enumerate(rows):
            window = [one.position for one in rows[i:] if one.time_s <= row.time_s + still_s]
            if spread_rad(window) <= _STILL_RAD:
                return row.time_s
        return float("inf") if rows else began_s

    def speed_rad_s(self) -> float:
        """Return the speed of the fastest commanded joint over the newest commands."""
        rows = list(self.commands)[-6:]
        if len(rows) < 2:
            return 0.0
        passed_s = rows[-1].time_s - rows[0].time_s
        if passed_s <= 0.0:
            return 0.0
        ends = zip(rows[0].position, rows[-1].position, strict=True)
        return max(abs(b - a) for a, b in ends) / passed_s


def spread_rad(positions: list[Position]) -> float:
    """Return how far any joint got within some positions [rad]; 0 for none."""
    return max((max(column) - min(column) for column in zip(*positions, strict=True)), default=0.0)


def _moved_until(
    rows: list[Row] | list[tuple[float, Position]], began_s: float, still_rad: float = _STILL_RAD
) -> float:
    """Return the time of the first row at which the arm is where it ends, and stays there."""
    if not rows:
        return began_s
    rest_s, end = rows[-1]
    for time_s, row in reversed(rows):
        if any(abs(a - b) > still_rad for a, b in zip(row, end, strict=True)):
            break
        rest_s = time_s
    else:
        return began_s
    return max(rest_s, began_s)
