# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The commands as they were heard: do they keep the limits, whoever says what about them?

Written from the invariants alone and apart from the gate's own checks: backward differences on
the nominal period. A lost command is not made up: differences reach over it as an average, and
what needs the commands in between is not judged.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from vla_ros.faults.recording import Command
from vla_ros.gate.limits import JointLimits
from vla_ros.types import FloatArray

_POSITION_SLACK_RAD = 1e-6
_RATE_SLACK = 1.0 + 1e-6
_JERK_SLACK = 1.0 + 1e-4
_SILENT_PERIODS = 3.0  # An epoch begins after silence.
_BURST = 5  # So many periods in a row tell a burst from one command that was sent late.
_CLOSEST = 0.9  # Of a period: the least between two ticks.
_NEAR_S = 0.5  # Between the first command of an epoch and the gate's word of it.


@dataclass(slots=True, kw_only=True)
class WireReport:
    """What the commands heard show.

    Attributes:
        judged: Commands.
        lost: Commands that were sent and not heard.
        closest_s: Shortest time between the sending of two commands [s]; infinite without two.
            A tick keeps its distance, and what it decides may be sent late.
        near: Commands sent nearer than 0.9 periods after the one before.
        breaches: What is wrong, in words.
    """

    judged: int = 0
    lost: int = 0
    closest_s: float = float("inf")
    near: int = 0
    breaches: list[str] = field(default_factory=list)


def find_beginnings(
    commands: Sequence[Command], epochs_s: Sequence[float], dt_s: float
) -> set[int]:
    """Return which commands are the first of an epoch.

    Args:
        commands: In the order in which they were heard.
        epochs_s: When the gate was heard to say that an epoch begins [s].
        dt_s: Time between two commands [s].
    """
    silences_s = {
        k: commands[k].sent_s - commands[k - 1].sent_s
        for k in range(1, len(commands))
        if commands[k].sent_s - commands[k - 1].sent_s > _SILENT_PERIODS * dt_s
        or commands[k].publisher != commands[k - 1].publisher
    }
    if commands:
        silences_s[0] = 0.0
    begins = set()
    for epoch_s in epochs_s:
        near = [k for k in silences_s if abs(commands[k].time_s - epoch_s) <= _NEAR_S]
        if near:  # A late tick is a silence as well, but a short one.
            begins.add(max(near, key=lambda k: silences_s[k]))
    return begins


def judge_wire(
    commands: Sequence[Command],
    begins: set[int],
    is_emergency: Callable[[float], bool],
    limits: JointLimits,
    dt_s: float,
) -> WireReport:
    """Hold commands against the limits of an arm.

    Args:
        commands: In the order in which they were heard.
        begins: Which of them are the first of an epoch: the arm rests, wherever it was before.
        is_emergency: Whether an emergency stop may be followed at a time at which a command was
            heard; it may use the hard acceleration and jerk.
        limits: Of the joints.
        dt_s: Time between two commands [s].
    """
    judge = _Judge(limits, dt_s, is_emergency)
    stretch: list[Command] = []
    rests = False
    for k, command in enumerate(commands):
        last = commands[k - 1] if k else None
        steps = None if last is None or k in begins else _steps(last, command, dt_s)
        if steps != 1:
            judge.take(stretch, rests=rests)
            stretch, rests = [], k in begins
        if last is not None and steps is not None and steps > 1:
            judge.reach_over(last, command, steps)
        stretch.append(command)
    judge.take(stretch, rests=rests)
    return judge.report


def _steps(last: Command, command: Command, dt_s: float) -> int | None:
    """Return how many periods lie between two commands; None between two publishers."""
    if last.publisher != command.publisher:
        return None
    if last.number is None or command.number is None:
        return max(1, round((command.sent_s - last.sent_s) / dt_s))
    steps = command.number - last.number
    return steps if steps > 0 else None


class _Judge:
    """Judges commands, stretch by stretch."""

    def __init__(
        self, limits: JointLimits, dt_s: float, is_emergency: Callable[[float], bool]
    ) -> None:
        self.report = WireReport()
        self._limits = limits
        self._dt_s = dt_s
        self._is_emergency = is_emergency

    def reach_over(self, last: Command, command: Command, steps: int) -> None:
        """Judge the average speed over commands that were lost."""
        self.report.lost += steps - 1
        moved = np.array(command.position) - np.array(last.position)
        top = self._limits.operating.velocity
        self._compare("I3", moved[None] / (steps * self._dt_s), top, _RATE_SLACK)

    def take(self, stretch: Sequence[Command], *, rests: bool) -> None:
        """Judge commands none of which is lost; `rests`: nothing moved before."""
        if not stretch:
            return
        self.report.judged += len(stretch)
        self._judge_spacing([command.sent_s for command in stretch])
        limits = self._limits
        rows = np.array([command.position for command in stretch])
        lower, upper = np.array(limits.lower), np.array(limits.upper)
        inside = (lower - _POSITION_SLACK_RAD <= rows) & (rows <= upper + _POSITION_SLACK_RAD)
        if not inside.all():  # NaN is not inside.
            joint = limits.names[int(np.argmin(inside.all(axis=0)))]
            self.report.breaches.append(f"I2: {joint} is commanded out of its range")
        if not np.isfinite(rows).all():
            return
        if rests:
            rows = np.vstack([rows[:1], rows[:1], rows[:1], rows])
        hard = np.array([self._is_emergency(command.time_s) for command in stretch])
        rates, most = limits.operating, limits.hard
        tops = (
            ("I3", rates.velocity, rates.velocity, _RATE_SLACK),
            ("I4", rates.acceleration, most.acceleration, _RATE_SLACK),
            ("I5", rates.jerk, most.jerk, _JERK_SLACK),
        )
        for name, operating, emergency, slack in tops:
            rows = np.diff(rows, axis=0) / self._dt_s
            count = min(len(rows), len(hard))
            values, is_hard = rows[len(rows) - count :], hard[len(hard) - count :]
            self._compare(name, values[~is_hard], operating, slack)
            self._compare(name, values[is_hard], emergency, slack)

    def _judge_spacing(self, sent_s: Sequence[float]) -> None:
        gaps_s = np.diff(np.array(sent_s))
        self.report.closest_s = min(self.report.closest_s, *gaps_s, math.inf)
        self.report.near += int((gaps_s < _CLOSEST * self._dt_s).sum())
        if len(gaps_s) < _BURST:
            return
        least_s = (_BURST - 1) * _CLOSEST * self._dt_s  # A single one may be sent late.
        shortest_s = float(np.convolve(gaps_s, np.ones(_BURST), "valid").min())
        if not shortest_s >= least_s:
            self.report.breaches.append(
                f"I10: {_BURST + 1} commands within {shortest_s * 1e3:.1f} ms, least "
                f"{least_s * 1e3:.1f} ms: the gate catches up"
            )

    def _compare(self, name: str, values: FloatArray, top: Sequence[float], slack: float) -> None:
        """Note the worst value of the first joint beyond its limit."""
        if not len(values):
            return
        worst = np.abs(values).max(axis=0)
        keeps = worst <= np.array(top) * slack
        if not keeps.all():
            j = int(np.argmin(keeps))
            joint = self._limits.names[j]
            self.report.breaches.append(
                f"{name}: {joint} reaches {worst[j]:.6g}, limit {top[j]:g}"
            )
