# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""When the next inference request goes out, given how long the policy usually takes."""

import math
from collections import deque
from dataclasses import dataclass, field

DEFAULT_RESERVE_S = 0.1


@dataclass(slots=True, kw_only=True)
class RequestTimer:
    """Asks early enough that the plan never runs out, and never twice at a time.

    Attributes:
        replan_s: Ask again when a chunk has been executed for this long [s].
        stop_s: Longest stop of the arm [s]; the gate stops when less than a stop is queued.
        reserve_s: Extra time on top of stop and latency [s].
        cold_starts: Answers to leave out of the latency: the first ones are slow.
        late_count: Answers so far that were of no use: too late, or of what was before a hold.
    """

    replan_s: float
    stop_s: float
    reserve_s: float = DEFAULT_RESERVE_S
    cold_starts: int = 1
    late_count: int = 0
    _latency_s: deque[float] = field(default_factory=lambda: deque(maxlen=100))
    _sent_ns: int | None = None
    _answered_ns: int | None = None
    _cold_left: int = field(default=-1)

    def __post_init__(self) -> None:
        for name in ("replan_s", "stop_s", "reserve_s"):
            value = getattr(self, name)
            if not 0.0 <= value < math.inf:
                raise ValueError(f"{name} = {value} s, wanted a finite time of 0 or more")
        self._cold_left = self.cold_starts

    @property
    def in_flight(self) -> bool:
        """A request waits for its answer."""
        return self._sent_ns is not None

    def latency_s(self, quantile: float) -> float:
        """Return a quantile of the latency seen [s]; 0 before the first warm answer."""
        if not self._latency_s:
            return 0.0
        ordered = sorted(self._latency_s)
        return ordered[min(len(ordered) - 1, math.ceil(quantile * len(ordered)) - 1)]

    def due(self, now_ns: int, queue_s: float) -> bool:
        """Say whether to send a request now.

        Args:
            now_ns: Node clock.
            queue_s: How much of the plan is left [s], see `ChunkSchedule.queue_s`.
        """
        if self._sent_ns is not None:
            return False
        if self._answered_ns is None:
            return True
        executed_s = (now_ns - self._answered_ns) * 1e-9
        least_s = self.stop_s + self.latency_s(0.95) + self.reserve_s
        return executed_s >= self.replan_s or not queue_s >= least_s

    def sent(self, now_ns: int) -> None:
        """Note that a request went out.

        Raises:
            ValueError: One is in flight already.
        """
        if self._sent_ns is not None:
            raise ValueError("a request is in flight already; call answered() or failed() first")
        self._sent_ns = now_ns

    def answered(self, now_ns: int, *, late: bool = False) -> None:
        """Note that the answer is there.

        Args:
            now_ns: Node clock.
            late: It is of no use, so that the plan grows old as if it had not come.

        Raises:
            ValueError: No request is in flight.
        """
        if self._sent_ns is None:
            raise ValueError("no request is in flight; call sent() first")
        if self._cold_left > 0:
            self._cold_left -= 1
        else:
            self._latency_s.append((now_ns - self._sent_ns) * 1e-9)
        self._sent_ns = None
        if late:
            self.late_count += 1
        else:
            self._answered_ns = now_ns

    def failed(self) -> None:
        """Note that the request in flight will not be answered."""
        self._sent_ns = None

    def restart(self) -> None:
        """Begin a new goal: the next request is due at once; the latency seen stays."""
        self._sent_ns = None
        self._answered_ns = None
