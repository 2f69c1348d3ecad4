# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tells when the gate has latched a stop, once for each."""

from dataclasses import dataclass

from vla_ros.gate.vocabulary import LATCHED, GateMode

_COMMANDING = (GateMode.ARMED, GateMode.RUN, GateMode.HOLD)
LOST = "LOST"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What matters of a GateState.

    Attributes:
        mode: Of the gate.
        epoch: Of arming.
        event_id: Of the newest event.
        message: The newest event in words.
    """

    mode: GateMode
    epoch: int
    event_id: int
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One latched stop, or the end of an executor that commanded an arm.

    Attributes:
        label: Name of the mode, or `LOST`.
        event_id: Of the event behind it.
        message: In words.
    """

    label: str
    event_id: int
    message: str


class StopWatch:
    """Compares each state of the gate with those before."""

    def __init__(self) -> None:
        self._last: Seen | None = None
        self._latched: tuple[GateMode, int] | None = None

    def see(self, now: Seen) -> Stop | None:
        """Return the stop that a new state of the gate brings; None if it brings none."""
        last, self._last = self._last, now
        before = self._latched
        if now.mode in LATCHED:
            self._latched = (now.mode, now.epoch)
        elif now.mode is not GateMode.INACTIVE:  # A latch outlasts a time without ticks.
            self._latched = None
        if last is None:  # A latch from before our time: there is nothing to keep of it.
            return None
        if _is_restart(last, now):
            lost = _lost(last, "executor_node began anew without having ended")
            if lost is not None:
                return lost
        if self._latched in (None, before):
            return None
        return Stop(label=now.mode.name, event_id=now.event_id, message=now.message)

    @property
    def commanding(self) -> bool:
        """The gate commands an arm."""
        return self._last is not None and self._last.mode in _COMMANDING

    def miss(self) -> Stop | None:
        """Return the stop that it means when nobody publishes the gate's state any more."""
        last, self._last = self._last, None
        self._latched = None
        return None if last is None else _lost(last, "executor_node is gone")


def _lost(last: Seen, what: str) -> Stop | None:
    if last.mode not in _COMMANDING:
        return None
    text = f"{what}; its last mode was {last.mode.name}: {last.message}"
    return Stop(label=LOST, event_id=last.event_id, message=text)


def _is_restart(last: Seen, now: Seen) -> bool:
    """Say whether counters that only grow have begun again."""
    return now.event_id < last.event_id or now.epoch < last.epoch
