# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which command is the first to follow from a chunk, and how long it took to get there."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from vla_ros.gate.record import PublishedCommand
from vla_ros.gate.state import GateInputs, GateState
from vla_ros.timing.hops import HopTimes, add_rest
from vla_ros.types import ActionChunk

_KEPT = 64  # Of them, until another thread takes them.


@dataclass(frozen=True, slots=True, eq=False)
class FirstCommand:
    """The first command that follows from a chunk.

    Attributes:
        chunk: That it follows from; stamps on the control clock.
        tick_ns: When its tick began, control clock.
        gate_ns: How long the gate took to decide in it.
        publish_ns: How long it took to be published then.
    """

    chunk: ActionChunk
    tick_ns: int
    gate_ns: int
    publish_ns: int

    @property
    def age_ms(self) -> float:
        """Age of the observation behind it, when it was published [ms]."""
        passed_ns = self.tick_ns - self.chunk.observed_ns + self.gate_ns + self.publish_ns
        return passed_ns * 1e-6

    @property
    def hops(self) -> HopTimes:
        """All that is known of the way from the camera to it."""
        return (
            *add_rest(self.chunk.hop_ms, "schedule", self.chunk.observed_ns, self.tick_ns),
            ("gate", self.gate_ns * 1e-6),
            ("publish", self.publish_ns * 1e-6),
        )


class FirstCommands:
    """Looks for the first command of each chunk. `see` is for one thread, `take` for another.

    It does next to nothing in a tick without a new chunk, and never raises.

    Args:
        clock_ns: A clock for durations.
    """

    def __init__(self, clock_ns: Callable[[], int]) -> None:
        self._clock_ns = clock_ns
        self._awaited: ActionChunk | None = None
        self._found: deque[FirstCommand] = deque(maxlen=_KEPT)

    def see(
        self,
        inputs: GateInputs,
        state: GateState,
        published: PublishedCommand | None,
        began_ns: int,
        decided_ns: int,
    ) -> None:
        """Look at one tick, right after its command was published.

        Args:
            inputs: Of the tick.
            state: After it.
            published: Its command; None if there was none.
            began_ns: When it began, clock for durations.
            decided_ns: When the gate had decided, clock for durations.
        """
        if inputs.chunks and state.admitted_ns == state.tick_ns:
            self._awaited = next(
                (c for c in reversed(inputs.chunks) if c.sequence == state.sequence), None
            )
        chunk = self._awaited
        if chunk is None or published is None or published.observed_ns != chunk.observed_ns:
            return
        self._awaited = None
        self._found.append(
            FirstCommand(
                chunk,
                published.stamp_ns,
                decided_ns - began_ns,
                self._clock_ns() - decided_ns,
            )
        )

    def take(self) -> list[FirstCommand]:
        """Return what was found since the last call."""
        return [self._found.popleft() for _ in range(len(self._found))]
