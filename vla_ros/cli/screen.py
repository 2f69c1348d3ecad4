# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the commands write: plain lines, and one line that updates itself on a terminal."""

import math
import sys
import time
from typing import Any, TextIO

_BAR = 20
_PLAIN_EVERY_S = 1.0


def say(text: str) -> None:
    """Write one line."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


class ProgressLine:
    """Shows a goal's feedback: on a terminal one line that updates, elsewhere a line a second.

    Args:
        out: Where to write.
        updating: Overwrite the line; by default only on a terminal.
    """

    def __init__(self, out: TextIO | None = None, *, updating: bool | None = None) -> None:
        self._out = sys.stdout if out is None else out
        self._updating = self._out.isatty() if updating is None else updating
        self._began_s = time.monotonic()
        self._wrote_s = -math.inf
        self._width = 0

    def show(self, feedback: Any) -> None:
        """Show an ExecuteInstruction feedback."""
        now_s = time.monotonic()
        if not self._updating and now_s - self._wrote_s < _PLAIN_EVERY_S:
            return
        self._wrote_s = now_s
        line = f"{now_s - self._began_s:5.1f} s  {describe(feedback)}"
        if self._updating:
            self._out.write("\r" + line.ljust(self._width))
            self._width = len(line)
        else:
            self._out.write(line + "\n")
        self._out.flush()

    def close(self) -> None:
        """Leave the line as it is and begin a new one."""
        if self._updating and self._width:
            self._out.write("\n")
            self._out.flush()


def describe(feedback: Any) -> str:
    """Return an ExecuteInstruction feedback in words."""
    known = math.isfinite(feedback.progress)
    done = min(max(feedback.progress, 0.0), 1.0) if known else 0.0
    filled = round(done * _BAR)
    bar = "#" * filled + "." * (_BAR - filled)
    share = f"{done:4.0%}" if known else "   ?"
    sure = f"sure {feedback.confidence:.0%}  " if math.isfinite(feedback.confidence) else ""
    return (
        f"{feedback.phase:<8} [{bar}] {share}  {sure}policy {_ms(feedback.inference_ms)}  "
        f"observation {_ms(feedback.observation_age_ms)} old  planned {feedback.queue_s:.1f} s  "
        f"interventions {feedback.intervention_count}"
    )


def _ms(value: float) -> str:
    return f"{value:3.0f} ms" if math.isfinite(value) else "  ? ms"
