# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Answers that come too late to be of use: which those are, and how many of them are too many."""

from dataclasses import dataclass, replace

from vla_ros.types import ActionChunk

MOST_LATE = 5


def find_lateness(chunk: ActionChunk, now_ns: int, max_age_s: float, *, resting: bool) -> str:
    """Return why a chunk comes too late, in words; empty if it does not.

    Args:
        chunk: What the policy answers.
        now_ns: Node clock.
        max_age_s: Oldest observation that it may answer [s].
        resting: The arm stands still where the observation saw it, so that no row is past.
    """
    age_s = (now_ns - chunk.observed_ns) * 1e-9
    if not age_s <= max_age_s:
        return (
            f"its observation is {age_s:.2f} s old, limit {max_age_s:g} s "
            "(thresholds.observation_max_age_s of the robot profile)"
        )
    lasts_s = len(chunk.position_rad) * chunk.step_ns * 1e-9 / chunk.speed_scale
    past_s = (now_ns - chunk.first_ns) * 1e-9
    if resting or past_s < lasts_s:
        return ""
    return f"its rows are past: they last {lasts_s:.2f} s, and began {past_s:.2f} s ago"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lateness:
    """Counts answers of one goal that came too late. A value: `observe` returns a new one.

    Attributes:
        in_row: So many in a row, up to the newest.
        newest: Why the newest one came too late; empty if it did not.
    """

    in_row: int = 0
    newest: str = ""

    def observe(self, objection: str) -> "Lateness":
        """Add an answer, with what `find_lateness` says of it."""
        return replace(self, in_row=self.in_row + 1 if objection else 0, newest=objection)

    @property
    def why(self) -> str:
        """Why the goal has to end, in words; empty if it may go on."""
        if self.in_row < MOST_LATE:
            return ""
        return (
            f"{self.in_row} answers in a row came too late and were thrown away: {self.newest}. "
            "Run the policy on a faster machine, or let it plan further (action.horizon)"
        )
