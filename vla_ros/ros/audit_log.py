# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Takes entries from the control thread and has another thread write them."""

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from vla_ros.gate.audit import End, Entry, Gap, Repeat
from vla_ros.gate.record import PublishedCommand
from vla_ros.gate.state import Event
from vla_ros.gate.vocabulary import LATCHED
from vla_ros.ros.audit_files import AuditFiles

_PERIOD_S = 0.05
_BATCH = 8  # Entries formatted at a stretch: about 0.1 ms in which the control thread may wait.
_REPEAT_NS = 500_000_000
_RETRY_S = 1.0
_MOST_WAITING = 2000  # Entries; 20 s at 100 Hz.


@dataclass(frozen=True, slots=True)
class AuditHealth:
    """How the log does.

    Attributes:
        complaint: Why it is not written now, in words; None if all is well.
        lines: Written so far.
        sha256: Of the newest line, in hex; empty before the first.
        lost: Entries lost so far.
    """

    complaint: str | None = None
    lines: int = 0
    sha256: str = ""
    lost: int = 0


class AuditLog:
    """An audit log that is being written.

    `put` belongs to one thread and costs it next to nothing; a thread of its own formats,
    chains and writes. While the disk is full entries wait; when too many wait, new ones are lost,
    and the log says how many and where.

    Attributes:
        health: How it does; replaced as a whole.
    """

    def __init__(
        self, files: AuditFiles, *, clock_s: Callable[[], float] = time.monotonic
    ) -> None:
        """Prepare; `start` begins.

        Args:
            files: Where the lines go.
            clock_s: Never jumps; says when to try again.
        """
        self.health = AuditHealth()
        self._files = files
        self._clock_s = clock_s
        self._waiting: deque[Entry] = deque()
        self._overflow = 0  # Entries refused since the newest that was taken.
        self._lost = 0
        self._unwritten: list[Entry] = []
        self._complaint: str | None = None
        self._retry_s = -math.inf
        self._repeats = _Repeats()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="audit", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def put(self, entry: Entry) -> None:
        """Hand over an entry; it is lost if too many wait already."""
        if len(self._waiting) >= _MOST_WAITING:
            self._overflow += 1
            return
        if self._overflow:
            self._waiting.append(Gap(lost=self._overflow, cause="too many entries waited"))
            self._lost += self._overflow
            self._overflow = 0
        self._waiting.append(entry)

    def close(self, cause: str, timeout_s: float = 2.0) -> None:
        """Write what waits, and the end line.

        Args:
            cause: Of the end, in words.
            timeout_s: Wait no longer for a slow disk.
        """
        self.put(End(cause=cause))
        self._ending.set()
        self._thread.join(timeout_s)

    def work(self) -> None:
        """Write what waits, unless it is too early to try again after a failure."""
        if self._clock_s() >= self._retry_s:
            try:
                self._write_all()
                self._complaint = None
            except OSError as e:
                self._complaint = f"cannot write the audit log: {e}"
                self._retry_s = self._clock_s() + _RETRY_S
            except Exception as e:  # noqa: BLE001  The outer edge of this thread.
                self._give_up(f"the audit log failed inside: {type(e).__name__}: {e}")
        overflow = f"{self._overflow} entries lost, too many wait" if self._overflow else None
        self.health = AuditHealth(
            complaint=self._complaint or overflow,
            lines=self._files.link.number + 1,
            sha256=self._files.link.sha256,
            lost=self._lost + self._overflow,
        )

    def _run(self) -> None:
        while not self._ending.wait(_PERIOD_S):
            self.work()
        self._retry_s = -math.inf
        self.work()
        self._files.close()

    def _write_all(self) -> None:
        is_urgent = False
        if self._files.link.number < 0 or self._complaint is not None:
            self._files.append([])  # Begins a file, if it can: trouble shall show before a stop.
        if not self._waiting:  # Nobody commands the arm any more.
            self._unwritten += self._repeats.take()
        while self._unwritten or self._waiting:
            if not self._unwritten:
                count = min(_BATCH, len(self._waiting))
                self._unwritten = self._repeats.merge(
                    self._waiting.popleft() for _ in range(count)
                )
            if self._unwritten:
                self._files.append(self._unwritten)
            is_urgent = is_urgent or any(map(_is_latched_stop, self._unwritten))
            self._unwritten = []
            time.sleep(0)  # Let the control thread in.
        if is_urgent:
            self._files.sync()

    def _give_up(self, cause: str) -> None:
        """Leave out entries that cannot be written, whatever the reason."""
        self._complaint = cause
        lost = len(self._unwritten)
        self._lost += lost
        self._unwritten = [Gap(lost=lost, cause=cause)]
        self._repeats = _Repeats()


class _Repeats:
    """Makes one line of commands that only repeat the one before, as they do at rest."""

    def __init__(self) -> None:
        self._last: PublishedCommand | None = None
        self._count = 0
        self._began_ns = 0
        self._newest_ns = 0

    def merge(self, entries: Iterable[Entry]) -> list[Entry]:
        """Return the entries to write; repeated commands may wait for a while."""
        merged: list[Entry] = []
        for entry in entries:
            if isinstance(entry, PublishedCommand) and self._is_again(entry):
                self._note(entry.stamp_ns)
                if entry.stamp_ns - self._began_ns >= _REPEAT_NS:
                    merged += self.take()
                continue
            merged += self.take()
            merged.append(entry)
            if isinstance(entry, PublishedCommand):
                self._last = entry
            elif isinstance(entry, Gap):
                self._last = None
        return merged

    def take(self) -> list[Entry]:
        """Return the line for the repeated commands that wait, if some do."""
        count, self._count = self._count, 0
        return [Repeat(count=count, stamp_ns=self._newest_ns)] if count else []

    def _is_again(self, command: PublishedCommand) -> bool:
        last = self._last
        return (
            last is not None
            and command.position == last.position
            and replace(last, stamp_ns=command.stamp_ns) == command
        )

    def _note(self, stamp_ns: int) -> None:
        if not self._count:
            self._began_ns = stamp_ns
        self._count += 1
        self._newest_ns = stamp_ns


def _is_latched_stop(entry: Entry) -> bool:
    return isinstance(entry, Event) and entry.mode in LATCHED
