# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The newest messages of some topics, bounded in time and in memory."""

from collections import deque
from dataclasses import dataclass

_OVERHEAD = 200  # Bytes that Python needs to keep one message, besides the message.


@dataclass(frozen=True, slots=True)
class Recorded:
    """One message as it came.

    Attributes:
        topic: Where it came from.
        arrived_ns: When, on a clock that never jumps.
        stamp_ns: When, on the node's clock.
        data: Serialized.
    """

    topic: str
    arrived_ns: int
    stamp_ns: int
    data: bytes


class RollingRecord:
    """Keeps what is young enough, and of that what fits. One thread adds, another one may look.

    Args:
        keep_ns: Age from which messages are forgotten.
        keep_bytes: Memory that they may take; beyond it the oldest are forgotten early.
    """

    def __init__(self, keep_ns: int, keep_bytes: int) -> None:
        self._keep_ns = keep_ns
        self._keep_bytes = keep_bytes
        self._messages: deque[Recorded] = deque()
        self._bytes = 0

    def add(self, message: Recorded) -> None:
        """Remember a message, and forget what is too old or too much."""
        self._messages.append(message)
        self._bytes += len(message.data) + _OVERHEAD
        oldest_ns = message.arrived_ns - self._keep_ns
        messages = self._messages
        while messages[0].arrived_ns < oldest_ns or (
            self._bytes > self._keep_bytes and len(messages) > 1
        ):
            self._bytes -= len(messages.popleft().data) + _OVERHEAD

    def since(self, arrived_ns: int) -> tuple[Recorded, ...]:
        """Return the messages from a time on, oldest first."""
        # Of a copy: another thread may add meanwhile.
        return tuple(m for m in [*self._messages] if m.arrived_ns >= arrived_ns)
