# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The score while an evaluation runs: failures as lines, and one line that updates itself."""

import time
from typing import TYPE_CHECKING, TextIO

from vla_ros.cli.screen import UpdatingLine
from vla_ros.evaluate.cases import Kind
from vla_ros.evaluate.failure import Failure

if TYPE_CHECKING:
    from vla_ros.evaluate.episode import EpisodeResult

_PLAIN_EVERY_S = 10.0
_LONGEST_MESSAGE = 140


class Tally:
    """Counts episodes as they come.

    Args:
        planned: How many there will be.
        out: Where to write.
        updating: Overwrite the line; by default only on a terminal.
    """

    def __init__(
        self, planned: int, out: TextIO | None = None, *, updating: bool | None = None
    ) -> None:
        self._line = UpdatingLine(_PLAIN_EVERY_S, out, updating=updating)
        self._planned = planned
        self._played = self._tried = self._won = 0
        self._began_s = time.monotonic()

    def show(self, result: "EpisodeResult") -> None:
        """Count one episode."""
        self._played += 1
        counts = result.kind in (Kind.TASK, Kind.SWAP)
        self._tried += counts
        self._won += counts and result.success
        if wrong := _wrong(result):
            self._line.say(wrong)
        self._line.show(self._score(), is_due=self._played == self._planned)

    def close(self) -> None:
        """Leave the line as it is and begin a new one."""
        self._line.close()

    def _score(self) -> str:
        taken_s = time.monotonic() - self._began_s
        left_s = taken_s / self._played * (self._planned - self._played)
        share = f"{self._won}/{self._tried} right, " if self._tried else ""
        return f"{self._played}/{self._planned} episodes, {share}{left_s / 60:.1f} min left"


def _wrong(result: "EpisodeResult") -> str:
    """Return what went wrong, in a line; empty if nothing did."""
    kind = Kind.TASK if result.failure is Failure.POLICY_FAILED else result.kind
    if kind is Kind.UNGROUNDABLE:
        wrong = "" if result.refused else f"not refused ({result.reason})"
    elif kind is Kind.GROUNDABLE:
        wrong = "refused" if result.refused else ""
    else:
        wrong = "" if result.success else f"{result.failure.value} ({result.ending.value})"
    if not wrong:
        return ""
    message = result.message[:_LONGEST_MESSAGE]
    which = f"{result.suite} {result.family} seed {result.seed}"
    return f"{which}: {wrong}: {message} [{result.instruction}]"
