# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the commands write: plain lines, and one line that updates itself on a terminal."""

import math
import sys
import time
from typing import Any, TextIO

_BAR = 20
_FEEDBACK_EVERY_S, _STAGE_EVERY_S = 1.0, 60.0


def say(text: str) -> None:
    """Write one line."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


class UpdatingLine:
    """One line that updates itself on a terminal; elsewhere a plain line now and then.

    Can be pickled if it writes to standard output.

    Args:
        every_s: Least time between plain lines [s], and before the first.
        out: Where to write; by default to standard output.
        updating: Overwrite the line; by default only on a terminal.
    """

    def __init__(
        self, every_s: float, out: TextIO | None = None, *, updating: bool | None = None
    ) -> None:
        self._every_s = every_s
        self._chosen = out
        self._updating = self._out.isatty() if updating is None else updating
        self._wrote_s = time.monotonic()
        self._width = 0

    @property
    def _out(self) -> TextIO:
        return sys.stdout if self._chosen is None else self._chosen

    def show(self, line: str, *, is_due: bool = False) -> None:
        """Show a line in the place of the one before; a plain one too if it is due."""
        now_s = time.monotonic()
        if self._updating:
            self._out.write("\r" + line.ljust(self._width))
            self._width = len(line)
        elif is_due or now_s - self._wrote_s >= self._every_s:
            self._wrote_s = now_s
            self._out.write(line + "\n")
        self._out.flush()

    def say(self, text: str) -> None:
        """Write a line that stays; the one that updates comes below with its next change."""
        if self._width:
            self._out.write("\r" + " " * self._width + "\r")
            self._width = 0
        self._out.write(f"{text}\n")
        self._out.flush()

    def close(self) -> None:
        """Leave the line as it is and begin a new one."""
        if self._width:
            self._out.write("\n")
            self._out.flush()
            self._width = 0


class ProgressLine:
    """Shows a goal's feedback: on a terminal one line that updates, elsewhere a line a second.

    Args:
        out: Where to write.
        updating: Overwrite the line; by default only on a terminal.
    """

    def __init__(self, out: TextIO | None = None, *, updating: bool | None = None) -> None:
        self._line = UpdatingLine(_FEEDBACK_EVERY_S, out, updating=updating)
        self._began_s = time.monotonic()
        self._is_first = True

    def show(self, feedback: Any) -> None:
        """Show an ExecuteInstruction feedback."""
        taken_s = time.monotonic() - self._began_s
        self._line.show(f"{taken_s:5.1f} s  {describe(feedback)}", is_due=self._is_first)
        self._is_first = False

    def close(self) -> None:
        """Leave the line as it is and begin a new one."""
        self._line.close()


class StageLine:
    """Shows how far each stage of a long work is, and the time left: elsewhere a line a minute.

    Can be pickled, so that a process that does a stage shows it; between stages.

    Args:
        out: Where to write; by default to standard output.
        updating: Overwrite the line; by default only on a terminal.
    """

    def __init__(self, out: TextIO | None = None, *, updating: bool | None = None) -> None:
        self._line = UpdatingLine(_STAGE_EVERY_S, out, updating=updating)
        self._stage, self._is_over = "", False
        self._began, self._began_s = 0, 0.0

    def show(self, stage: str, done: int, of: int) -> None:
        """Show how much of a stage is done; the first time, what was done before it began."""
        now_s = time.monotonic()
        if stage != self._stage:
            self._line.close()
            self._stage, self._is_over = stage, False
            self._began, self._began_s = done, now_s
        if self._is_over:
            return
        self._is_over = done == of
        line = f"{stage} {_bar(done / of)} {done / of:4.0%}  {done}/{of}"
        if done > self._began:
            left_s = (now_s - self._began_s) / (done - self._began) * (of - done)
            line += f", {left_s / 60:.1f} min left"
        self._line.show(line, is_due=self._is_over)
        if self._is_over:
            self._line.close()

    def say(self, text: str) -> None:
        """Write a line that stays."""
        self._line.say(text)

    def close(self) -> None:
        """Leave the line as it is and begin a new one."""
        self._line.close()


def describe(feedback: Any) -> str:
    """Return an ExecuteInstruction feedback in words."""
    known = math.isfinite(feedback.progress)
    done = min(max(feedback.progress, 0.0), 1.0) if known else 0.0
    share = f"{done:4.0%}" if known else "   ?"
    sure = f"sure {feedback.confidence:.0%}  " if math.isfinite(feedback.confidence) else ""
    return (
        f"{feedback.phase:<8} {_bar(done)} {share}  {sure}policy {_ms(feedback.inference_ms)}  "
        f"observation {_ms(feedback.observation_age_ms)} old  planned {feedback.queue_s:.1f} s  "
        f"interventions {feedback.intervention_count}"
    )


def _bar(share: float) -> str:
    filled = round(share * _BAR)
    return f"[{'#' * filled}{'.' * (_BAR - filled)}]"


def _ms(value: float) -> str:
    return f"{value:3.0f} ms" if math.isfinite(value) else "  ? ms"
