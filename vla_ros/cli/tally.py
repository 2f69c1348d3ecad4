# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The score while an evaluation runs: failures as lines, and one line that updates itself."""

import sys
import time
from typing import TYPE_CHECKING, TextIO

from vla_ros.evaluate.cases import Kind

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
        self._out = sys.stdout if out is None else out
        self._updating = self._out.isatty() if updating is None else updating
        self._planned = planned
        self._played = self._tried = self._won = 0
        self._began_s = self._wrote_s = time.monotonic()
        self._width = 0

    def show(self, result: "EpisodeResult") -> None:
        """Count one episode."""
        self._played += 1
        counts = result.kind in (Kind.TASK, Kind.SWAP)
        self._tried += counts
        self._won += counts and result.success
        if wrong := _wrong(result):
            self._clear()
            self._out.write(f"{wrong}\n")
        now_s = time.monotonic()
        is_due = now_s - self._wrote_s >= _PLAIN_EVERY_S or self._played == self._planned
        if self._updating or is_due:
            self._wrote_s = now_s
            self._write(self._line(now_s - self._began_s))
        self._out.flush()

    def close(self) -> None:
        """Leave the line as it is and begin a new one."""
        if self._updating and self._width:
            self._out.write("\n")
            self._out.flush()
            self._width = 0

    def _line(self, taken_s: float) -> str:
        left_s = taken_s / self._played * (self._planned - self._played)
        share = f"{self._won}/{self._tried} right, " if self._tried else ""
        return f"{self._played}/{self._planned} episodes, {share}{left_s / 60:.1f} min left"

    def _write(self, line: str) -> None:
        if self._updating:
            self._out.write("\r" + line.ljust(self._width))
            self._width = len(line)
        else:
            self._out.write(line + "\n")

    def _clear(self) -> None:
        if self._updating and self._width:
            self._out.write("\r" + " " * self._width + "\r")


def _wrong(result: "EpisodeResult") -> str:
    """Return what went wrong, in a line; empty if nothing did."""
    if result.kind is Kind.UNGROUNDABLE:
        wrong = "" if result.refused else f"not refused ({result.reason})"
    elif result.kind is Kind.GROUNDABLE:
        wrong = "refused" if result.refused else ""
    else:
        wrong = "" if result.success else f"{result.failure.value} ({result.ending.value})"
    if not wrong:
        return ""
    message = result.message[:_LONGEST_MESSAGE]
    which = f"{result.suite} {result.family} seed {result.seed}"
    return f"{which}: {wrong}: {message} [{result.instruction}]"
