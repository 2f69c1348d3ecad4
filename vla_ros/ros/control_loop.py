# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A thread that calls a function at a fixed rate, on the one clock that motion runs on."""

import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

_CLOSEST = 0.9  # Two samples nearer than this share of a period would exceed the velocity limit.
_CLOSEST_AFTER_END = 0.85  # The next call takes some time as well before it sends.
_POLL_S = 0.001


class ControlClock(Protocol):
    """The clock of ticks, limits and ages. Safe for use from several threads.

    Attributes:
        may_jump: Time on it may jump.
    """

    may_jump: bool

    def now_ns(self) -> int:
        """Return the time [ns]."""
        ...

    def sleep_until(self, deadline_ns: int, stop: threading.Event) -> None:
        """Block until the deadline, or until `stop` is set."""
        ...

    def shift_ns(self) -> int:
        """Return how far the ROS clock is ahead of this one [ns]; it steps when that jumps."""
        ...


class SteadyClock:
    """Never jumps: CLOCK_MONOTONIC, shifted so that it agrees with the ROS clock at the start."""

    may_jump = False

    def __init__(self, ros_now_ns: Callable[[], int]) -> None:
        """Begin at the present ROS time.

        Args:
            ros_now_ns: The ROS clock, which may jump.
        """
        self._ros_now_ns = ros_now_ns
        self._base_ns = ros_now_ns() - time.monotonic_ns()

    def now_ns(self) -> int:
        """Return the time [ns]."""
        return time.monotonic_ns() + self._base_ns

    def sleep_until(self, deadline_ns: int, stop: threading.Event) -> None:  # noqa: ARG002
        """Block until the deadline, which is never far."""
        left_s = (deadline_ns - self.now_ns()) * 1e-9
        if left_s > 0.0:
            time.sleep(left_s)  # Far more punctual than Event.wait.

    def shift_ns(self) -> int:
        """Return how far the ROS clock is ahead of this one [ns]; it steps when that jumps."""
        return self._ros_now_ns() - self.now_ns()


class SimulatedClock:
    """The ROS clock itself, for `use_sim_time`: while /clock pauses, no time passes."""

    may_jump = True

    def __init__(self, ros_now_ns: Callable[[], int]) -> None:
        self._ros_now_ns = ros_now_ns

    def now_ns(self) -> int:
        """Return the time [ns]."""
        return self._ros_now_ns()

    def sleep_until(self, deadline_ns: int, stop: threading.Event) -> None:
        """Block until the deadline, or until `stop` is set."""
        last_ns = now_ns = self._ros_now_ns()
        while last_ns <= now_ns < deadline_ns and not stop.wait(_POLL_S):
            last_ns, now_ns = now_ns, self._ros_now_ns()

    def shift_ns(self) -> int:
        """Return 0: it is the same clock."""
        return 0


class ControlLoop:
    """Calls a function at absolute deadlines; a late call is never made up for."""

    def __init__(
        self,
        clock: ControlClock,
        dt_s: float,
        tick: Callable[[int], None],
        on_failure: Callable[[str], None],
    ) -> None:
        """Prepare; `start` begins.

        Args:
            clock: Of the deadlines.
            dt_s: Period [s].
            tick: Called with the time on the clock [ns], in the loop's own thread.
            on_failure: Called with the traceback if `tick` raises; the loop goes on.
        """
        self._clock = clock
        self._dt_ns = round(dt_s * 1e9)
        self._tick = tick
        self._on_failure = on_failure
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="control", daemon=True)

    def start(self) -> None:
        """Begin to call."""
        self._thread.start()

    def stop(self, timeout_s: float = 1.0) -> None:
        """End the loop and wait for its thread."""
        self._stop.set()
        self._thread.join(timeout_s)

    def _run(self) -> None:
        deadline_ns = self._clock.now_ns() + self._dt_ns
        while True:
            self._clock.sleep_until(deadline_ns, self._stop)
            if self._stop.is_set():
                return
            now_ns = self._clock.now_ns()
            try:
                self._tick(now_ns)
            except Exception:  # noqa: BLE001 - the outer edge of this thread.
                with suppress(Exception):  # Not even a broken log may end the thread.
                    self._on_failure(traceback.format_exc())
            deadline_ns = next_deadline(deadline_ns, now_ns, self._clock.now_ns(), self._dt_ns)


def next_deadline(deadline_ns: int, began_ns: int, ended_ns: int, dt_ns: int) -> int:
    """Return when the next call is due: a period later, but never too soon after a late one.

    A call sends what it has computed at its end, so one that took long counts as late, too. After
    the clock went back the next call is no further away than a period.

    Args:
        deadline_ns: When the last call was due.
        began_ns: When it began.
        ended_ns: When it ended.
        dt_ns: The period.
    """
    soonest_ns = max(
        began_ns + round(_CLOSEST * dt_ns), ended_ns + round(_CLOSEST_AFTER_END * dt_ns)
    )
    return min(max(deadline_ns + dt_ns, soonest_ns), ended_ns + dt_ns)
