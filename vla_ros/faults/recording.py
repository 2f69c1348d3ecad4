# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a bench heard: commands, measured joints and what the gate said, each with its time."""

from collections import deque
from dataclasses import dataclass, field

from vla_ros.gate.vocabulary import GateMode

Row = tuple[float, tuple[float, ...]]
_STILL_RAD = 1e-6  # Commands of an arm at rest do not differ at all.
_MEASURED_STILL_RAD = 1e-3  # Measured joints settle and are noisy.
_KEPT = 3000


@dataclass(slots=True)
class Recording:
    """The newest half minute. Times are of a clock that never jumps [s]."""

    commands: deque[Row] = field(default_factory=lambda: deque(maxlen=_KEPT))
    joints: deque[Row] = field(default_factory=lambda: deque(maxlen=_KEPT))
    reasons: deque[tuple[float, int]] = field(default_factory=lambda: deque(maxlen=_KEPT))
    modes: deque[tuple[float, GateMode]] = field(default_factory=lambda: deque(maxlen=_KEPT))

    def reasons_since(self, began_s: float) -> set[int]:
        """Return the numbers of the reasons given from a time on."""
        return {reason for time_s, reason in list(self.reasons) if time_s >= began_s}

    def moved_until_s(self, began_s: float) -> float:
        """Return when the commanded arm last moved; not before `began_s`."""
        return _moved_until(list(self.commands), began_s, _STILL_RAD)

    def measured_until_s(self, began_s: float) -> float:
        """Return when the measured arm last moved; not before `began_s`."""
        return _moved_until(list(self.joints), began_s, _MEASURED_STILL_RAD)

    def speed_rad_s(self) -> float:
        """Return the speed of the fastest commanded joint over the newest commands."""
        rows = list(self.commands)[-6:]
        if len(rows) < 2:
            return 0.0
        (first_s, first), (last_s, last) = rows[0], rows[-1]
        if last_s <= first_s:
            return 0.0
        return max(abs(b - a) for a, b in zip(first, last, strict=True)) / (last_s - first_s)


def _moved_until(rows: list[Row], began_s: float, still_rad: float) -> float:
    """Return the time of the last row that differs from where the arm ends."""
    if not rows:
        return began_s
    end = rows[-1][1]
    for time_s, row in reversed(rows):
        if time_s < began_s:
            return began_s
        if any(abs(a - b) > still_rad for a, b in zip(row, end, strict=True)):
            return time_s
    return began_s
