# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
from collections.abc import Sequence
from dataclasses import replace

import pytest

from vla_ros.gate.audit import End, Entry, Gap, Link, Repeat
from vla_ros.gate.record import PublishedCommand
from vla_ros.gate.state import Event
from vla_ros.gate.vocabulary import GateMode
from vla_ros.ros import audit_log
from vla_ros.ros.audit_log import AuditLog

REST = PublishedCommand(
    stamp_ns=0,
    names=("elbow",),
    position=(0.5,),
    velocity=(0.0,),
    acceleration=(0.0,),
    gripper=None,
    mode=GateMode.ARMED,
    emergency=False,
    epoch=1,
    armed_ns=0,
    measured=(0.5,),
    source_epoch=None,
    observed_ns=None,
)


def event(mode: GateMode) -> Event:
    return Event(number=1, stamp_ns=0, mode=mode, reasons=(), message="")


class Files:
    """Takes entries, unless told to fail."""

    def __init__(self) -> None:
        self.link = Link()
        self.entries: list[Entry] = []
        self.syncs = 0
        self.is_closed = False
        self.error: Exception | None = None

    def append(self, entries: Sequence[Entry]) -> None:
        if self.error is not None:
            raise self.error
        self.entries += entries
        self.link = Link(len(self.entries) - 1, f"{len(self.entries):x}")

    def sync(self) -> None:
        self.syncs += 1

    def close(self) -> None:
        self.is_closed = True


class Bench:
    """A log that works when it is told to, on a clock that is told the time."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.files = Files()
        self.log = AuditLog(self.files, clock_s=lambda: self.now_s)  # type: ignore[arg-type]
        self.stamp_ns = 0

    def commands(self, count: int, **changes: object) -> None:
        for _ in range(count):
            self.stamp_ns += 10_000_000
            self.log.put(replace(REST, stamp_ns=self.stamp_ns, **changes))

    def work(self) -> list[Entry]:
        """Let the log work; return what came new into the files."""
        before = len(self.files.entries)
        self.log.work()
        return self.files.entries[before:]


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_entries_are_written_in_order(bench: Bench) -> None:
    bench.log.put(event(GateMode.ARMED))
    bench.commands(1)
    bench.commands(1, position=(0.6,))
    kinds = [type(entry) for entry in bench.work()]
    assert kinds == [Event, PublishedCommand, PublishedCommand]
    assert bench.log.health.complaint is None
    assert (bench.log.health.lines, bench.log.health.sha256) == (3, "3")


def test_commands_at_rest_become_one_line_per_half_second(bench: Bench) -> None:
    bench.commands(300)
    written = bench.work() + bench.work()
    repeats = [entry for entry in written if isinstance(entry, Repeat)]
    assert len(written) == 1 + len(repeats)
    assert sum(repeat.count for repeat in repeats) == 299
    assert len(repeats) == 6
    assert repeats[-1].stamp_ns == bench.stamp_ns


def test_whatever_differs_is_written_in_full(bench: Bench) -> None:
    bench.commands(2)
    bench.commands(2, gripper=0.5)
    bench.commands(1, mode=GateMode.PSTOP, gripper=0.5)
    kinds = [type(entry).__name__ for entry in bench.work()]
    assert kinds == ["PublishedCommand", "Repeat"] * 2 + ["PublishedCommand"]


def test_a_latched_stop_is_synced(bench: Bench) -> None:
    bench.log.put(event(GateMode.RUN))
    bench.work()
    assert bench.files.syncs == 0
    bench.log.put(event(GateMode.ESTOP))
    bench.commands(20)
    bench.work()
    assert bench.files.syncs == 1


def test_nothing_is_lost_while_the_disk_is_full_for_a_while(bench: Bench) -> None:
    bench.files.error = OSError(28, "No space left on device")
    bench.commands(20, gripper=0.1)
    assert bench.work() == []
    assert bench.log.health.complaint is not None
    assert "No space left on device" in bench.log.health.complaint
    bench.files.error = None
    bench.now_s = 0.9
    assert bench.work() == []  # Not yet: a full disk is asked once a second.
    bench.now_s = 1.1
    bench.log.put(event(GateMode.IDLE))
    written = bench.work()
    assert [type(entry) for entry in written] == [PublishedCommand, Repeat, Event]
    assert (bench.log.health.complaint, bench.log.health.lost) == (None, 0)


def test_what_is_too_much_is_lost_and_the_log_says_where(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_log, "_MOST_WAITING", 10)
    for opening in range(15):
        bench.commands(1, gripper=opening / 20)
    assert bench.log.health.complaint is None
    written = bench.work()
    assert len(written) == 10
    assert bench.log.health.complaint == "5 entries lost, too many wait"
    bench.commands(1, gripper=0.74)
    gap, command = bench.work()
    assert isinstance(gap, Gap)
    assert (gap.lost, gap.cause) == (5, "too many entries waited")
    assert isinstance(command, PublishedCommand)
    assert (bench.log.health.complaint, bench.log.health.lost) == (None, 5)


def test_an_entry_that_cannot_be_written_at_all_does_not_block_the_log(bench: Bench) -> None:
    bench.log.put(event(GateMode.ARMED))
    bench.work()
    bench.files.error = TypeError("no number")
    bench.commands(1)
    bench.work()
    assert bench.log.health.complaint == "the audit log failed inside: TypeError: no number"
    bench.files.error = None
    bench.commands(1, gripper=0.5)
    written = bench.work()
    assert [type(entry) for entry in written] == [Gap, PublishedCommand]
    assert bench.log.health.lost == 1


def test_closing_writes_what_waits_and_the_end(bench: Bench) -> None:
    bench.log.start()
    bench.commands(3)
    bench.log.close("deactivated")
    kinds = [type(entry) for entry in bench.files.entries]
    assert kinds == [PublishedCommand, Repeat, End]
    assert bench.files.is_closed
