# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
from vla_ros.ros.rolling import Recorded, RollingRecord


def message(second: int, size: int = 10) -> Recorded:
    return Recorded("/topic", second * 10**9, second, b"x" * size)


def seconds(record: RollingRecord, since: int = 0) -> list[int]:
    return [m.stamp_ns for m in record.since(since * 10**9)]


def test_what_is_too_old_is_forgotten() -> None:
    record = RollingRecord(keep_ns=3 * 10**9, keep_bytes=10**6)
    for second in range(10):
        record.add(message(second))
    assert seconds(record) == [6, 7, 8, 9]


def test_memory_is_bounded_whatever_comes() -> None:
    record = RollingRecord(keep_ns=10**12, keep_bytes=10_000)
    for second in range(100):
        record.add(message(second, size=1800))
    assert seconds(record) == [95, 96, 97, 98, 99]


def test_a_message_that_is_too_big_stays_alone() -> None:
    record = RollingRecord(keep_ns=10**12, keep_bytes=100)
    record.add(message(1))
    record.add(message(2, size=1000))
    assert seconds(record) == [2]


def test_only_what_is_asked_for_is_returned() -> None:
    record = RollingRecord(keep_ns=10**12, keep_bytes=10**6)
    for second in range(5):
        record.add(message(second))
    assert seconds(record, since=3) == [3, 4]


def test_a_message_that_comes_while_the_others_are_looked_at_does_no_harm() -> None:
    record = RollingRecord(keep_ns=10**12, keep_bytes=10**6)

    class Looked:
        """The next message comes while this one is looked at."""

        data = b""

        @property
        def arrived_ns(self) -> int:
            record.add(message(2))
            return 10**9

    record.add(message(0))
    record._messages.append(Looked())  # type: ignore[arg-type]
    assert len(record.since(0)) == 2


def test_an_empty_record_has_nothing() -> None:
    assert RollingRecord(keep_ns=1, keep_bytes=1).since(0) == ()
