# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How close the ticks of a moving arm came to each other, from an audit log (I10)."""

from collections.abc import Sequence

from vla_ros.gate.audit_check import Judge
from vla_ros.gate.record import PublishedCommand
from vla_ros.gate.vocabulary import Reason

CLOSEST = 0.9  # Of a period: nearer, the real velocity would exceed the limit.
_SLACK_NS = 1  # Of the rounding of that share.


class SpacingJudge:
    """Passes commands on to a judge, and measures between them.

    Attributes:
        closest: Shortest time between two ticks, in periods; infinite before the second.
    """

    def __init__(self, judge: Judge, dt_s: float) -> None:
        self.closest = float("inf")
        self._judge = judge
        self._dt_ns = dt_s * 1e9

    @property
    def is_kept(self) -> bool:
        """No two ticks came nearer to each other than they may."""
        return self.closest * self._dt_ns >= CLOSEST * self._dt_ns - _SLACK_NS

    def find_breach(
        self, before: Sequence[PublishedCommand], command: PublishedCommand
    ) -> tuple[Reason, str] | None:
        """Return what is wrong with a command, or None."""
        if before and before[-1].epoch == command.epoch:
            passed_ns = command.stamp_ns - before[-1].stamp_ns
            # A clock that went back says nothing, nor do repeats, which share one stamp.
            if passed_ns > 0:
                self.closest = min(self.closest, passed_ns / self._dt_ns)
        return self._judge.find_breach(before, command)
