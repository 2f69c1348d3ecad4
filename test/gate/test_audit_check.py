# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import io
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from vla_ros.gate.audit import FORMAT, End, Entry, Gap, Header, Link, Repeat, write_line
from vla_ros.gate.audit_check import AuditCheck, Judge, Report
from vla_ros.gate.final import FinalChecker, make_envelope
from vla_ros.gate.record import PublishedCommand
from vla_ros.gate.state import Event
from vla_ros.gate.vocabulary import GateMode, Reason, Request
from vla_ros.robot.profile import load_robot_profile

HEADER = Header(
    format=FORMAT,
    package="0.1.0",
    chain="5eed",
    file=0,
    opened="2026-01-01T00:00:00+00:00",
    node="/vla/executor_node",
    config_sha256="c0",
    dt_s=0.01,
    robot=load_robot_profile("sim_arm"),
    urdf="",
    urdf_sha256="",
)
END = End(cause="deactivated")
STOPPED = Event(number=1, stamp_ns=0, mode=GateMode.PSTOP, reasons=(Reason.JS_LOST,), message="no")


@pytest.fixture
def commands(rig: Any) -> list[PublishedCommand]:
    """Commands of a short motion and its stop, as the gate published them."""
    published: list[PublishedCommand] = []

    def keep(decision: Any) -> None:
        if decision.published is not None:
            published.append(decision.published)

    keep(rig.tick(Request.ARM))
    keep(rig.tick(chunks=(rig.chunk(),)))
    for _ in range(30):
        keep(rig.tick())
    keep(rig.tick(Request.STOP))
    for _ in range(40):
        keep(rig.tick())
    assert len(published) > 60
    return published


@pytest.fixture
def judge(rig: Any) -> FinalChecker:
    return FinalChecker(make_envelope(rig.gate.config))


def write(entries: Sequence[Entry], after: Link = Link()) -> tuple[list[bytes], Link]:  # noqa: B008
    lines = []
    for entry in entries:
        line, after = write_line(entry, after)
        lines.append(line)
    return lines, after


def check(judge: Judge, *files: Sequence[bytes]) -> Report:
    checking = AuditCheck(lambda _: judge)
    for number, lines in enumerate(files):
        checking.read(f"file{number}", lines)
    return checking.end()


def broken(report: Report) -> list[str]:
    return [str(remark) for remark in report.broken]


class TestWholeLog:
    def test_every_command_is_judged_and_nothing_is_found(
        self, commands: list[PublishedCommand], judge: FinalChecker
    ) -> None:
        lines, _ = write([HEADER, *commands, STOPPED, END])
        report = check(judge, lines)
        assert (report.commands, report.judged) == (len(commands), len(commands))
        assert (report.breaches, report.broken, report.notes) == ([], [], [])
        assert report.events == [STOPPED]
        assert (report.logs, report.files, report.lines) == (1, 1, len(lines))
        assert report.good

    def test_rotated_files_are_one_chain(
        self, commands: list[PublishedCommand], judge: FinalChecker
    ) -> None:
        first, link = write([HEADER, *commands[:20]])
        second, _ = write([replace(HEADER, file=1), *commands[20:], END], link)
        report = check(judge, first, second)
        assert report.good
        assert (report.logs, report.files, report.judged) == (1, 2, len(commands))

    def test_a_restart_begins_another_chain(
        self, commands: list[PublishedCommand], judge: FinalChecker
    ) -> None:
        first, _ = write([HEADER, *commands, END])
        second, _ = write([replace(HEADER, chain="0dd"), *commands, END])
        report = check(judge, first, second)
        assert report.good
        assert (report.logs, report.notes) == (2, [])

    def test_repeated_commands_count_and_are_judged_like_others(
        self, commands: list[PublishedCommand], judge: FinalChecker
    ) -> None:
        lines, _ = write([HEADER, *commands, Repeat(count=500, stamp_ns=9), END])
        report = check(judge, lines)
        assert report.good
        assert report.judged == report.commands == len(commands) + 500


class TestTampering:
    @pytest.fixture
    def lines(self, commands: list[PublishedCommand]) -> list[bytes]:
        return write([HEADER, *commands[:30], STOPPED, END])[0]

    def test_a_changed_number_is_named_by_its_line(
        self, lines: list[bytes], judge: FinalChecker
    ) -> None:
        lines[10] = lines[10].replace(b'"epoch":1', b'"epoch":1 ')
        assert broken(check(judge, lines)) == [
            "file0:11: was changed: the line after it names another SHA-256"
        ]

    def test_a_line_that_is_rubbish_now_is_named(
        self, lines: list[bytes], judge: FinalChecker
    ) -> None:
        lines[10] = lines[10][:40] + b"\n"
        assert broken(check(judge, lines)) == [
            "file0:11: was changed: it is no line of an audit log"
        ]

    def test_a_missing_line_is_named_by_the_one_after_it(
        self, lines: list[bytes], judge: FinalChecker
    ) -> None:
        del lines[10:12]
        assert broken(check(judge, lines)) == [
            "file0:11: has number 12, wanted 10: 2 missing before"
        ]

    def test_exchanged_lines_are_named(self, lines: list[bytes], judge: FinalChecker) -> None:
        lines[10], lines[11] = lines[11], lines[10]
        found = broken(check(judge, lines))
        assert found[0].startswith("file0:11: has number 11, wanted 10")
        assert found[1].startswith("file0:12: has number 10, wanted 12: lines are out of order")

    def test_a_doubled_line_is_named(self, lines: list[bytes], judge: FinalChecker) -> None:
        lines.insert(10, lines[10])
        (found,) = broken(check(judge, lines))
        assert found.startswith("file0:12: has number 10, wanted 11: lines are out of order")

    def test_a_missing_header_is_named(self, lines: list[bytes], judge: FinalChecker) -> None:
        (found,) = broken(check(judge, lines[1:]))
        assert found.startswith("file0:1: is no header")

    def test_a_missing_file_is_named(
        self, commands: list[PublishedCommand], judge: FinalChecker
    ) -> None:
        first, link = write([HEADER, *commands[:10]])
        _, link = write([replace(HEADER, file=1), *commands[10:20]], link)
        third, _ = write([replace(HEADER, file=2), *commands[20:], END], link)
        report = check(judge, first, third)
        assert broken(report) == [
            "file1:1: is number 2 of its log, after 0: files are missing or in another order"
        ]
        assert not report.breaches

    def test_lines_cut_off_the_end_of_a_rotated_file_are_missed(
        self, commands: list[PublishedCommand], judge: FinalChecker
    ) -> None:
        first, link = write([HEADER, *commands[:20]])
        second, _ = write([replace(HEADER, file=1), *commands[20:], END], link)
        (found,) = broken(check(judge, first[:-3], second))
        assert found == "file1:1: has number 21, wanted 18: 3 missing before"

    def test_a_forged_command_breaks_an_invariant_even_in_a_forged_chain(
        self, commands: list[PublishedCommand], judge: FinalChecker
    ) -> None:
        forged = replace(commands[10], position=(0.5, 0.5))
        lines, _ = write([HEADER, *commands[:10], forged, *commands[11:], END])
        report = check(judge, lines)
        assert report.broken == []
        assert report.breaches[0].line == 12
        assert report.breaches[0].text.startswith("INVARIANT_I")
        assert not report.good


class TestDamageThatIsNone:
    def test_a_last_line_cut_by_a_crash_is_a_note(
        self, commands: list[PublishedCommand], judge: FinalChecker
    ) -> None:
        lines, _ = write([HEADER, *commands])
        report = check(judge, [*lines[:-1], lines[-1][:100]])
        assert report.good
        assert [str(note) for note in report.notes] == [
            f"file0:{len(lines)}: is cut off: the process was killed meanwhile"
        ]
        assert report.judged == len(commands) - 1

    def test_an_end_without_an_end_line_is_a_note(
        self, commands: list[PublishedCommand], judge: FinalChecker
    ) -> None:
        lines, _ = write([HEADER, *commands])
        report = check(judge, lines)
        assert report.good
        (note,) = report.notes
        assert note.line == len(lines)
        assert "no end line" in note.text

    def test_a_crash_before_a_restart_is_a_note_at_its_place(
        self, commands: list[PublishedCommand], judge: FinalChecker
    ) -> None:
        first, _ = write([HEADER, *commands])
        second, _ = write([replace(HEADER, chain="0dd"), END])
        report = check(judge, first, second)
        assert report.good
        assert [(note.file, note.line) for note in report.notes] == [("file0", len(first))]

    def test_a_cut_line_that_the_log_went_on_after_is_a_note(
        self, commands: list[PublishedCommand], judge: FinalChecker
    ) -> None:
        first, link = write([HEADER, *commands[:20]])
        second, _ = write([replace(HEADER, file=1), *commands[20:], END], link)
        report = check(judge, [*first, b'{"n":21,"pr'], second)
        assert report.good
        assert [note.text for note in report.notes] == ["is cut off; the log goes on"]

    def test_the_first_commands_of_a_log_that_begins_midway_are_not_judged(
        self, commands: list[PublishedCommand], judge: FinalChecker
    ) -> None:
        _, link = write([HEADER, *commands[:20]])
        second, _ = write([replace(HEADER, file=1), *commands[20:], END], link)
        report = check(judge, second)
        assert report.good
        assert report.judged == report.commands - 3
        assert "goes on from files that are not here" in report.notes[0].text

    def test_an_epoch_after_a_gap_is_judged_from_its_beginning(
        self, commands: list[PublishedCommand], judge: FinalChecker
    ) -> None:
        again = [replace(c, epoch=2, source_epoch=c.source_epoch and 2) for c in commands]
        lines, _ = write(
            [HEADER, *commands[:9], Gap(lost=1, cause="x"), commands[10], *again, END]
        )
        report = check(judge, lines)
        assert report.breaches == []
        assert report.judged == report.commands - 1


def test_entries_that_were_never_logged_are_counted_and_no_breach(
    commands: list[PublishedCommand], judge: FinalChecker
) -> None:
    gap = Gap(lost=10, cause="too many entries waited")
    lines, _ = write([HEADER, *commands[:10], gap, *commands[20:], END])
    report = check(judge, lines)
    assert report.breaches == []
    assert report.lost == 10
    assert not report.good
    assert "10 entries were not logged: too many entries waited" in report.notes[0].text


class Lenient:
    def find_breach(self, before: object, command: object) -> None:
        return None


_SAMPLE = b"".join(
    write([HEADER, STOPPED, Gap(lost=0, cause="x"), Repeat(count=1, stamp_ns=1), STOPPED, END])[0]
)
_GUARDED = len(b"".join(_SAMPLE.splitlines(keepends=True)[:-1]))


@given(at=st.integers(0, _GUARDED - 1), byte=st.integers(0, 255))
def test_no_byte_before_the_last_line_changes_unseen(at: int, byte: int) -> None:
    assume(_SAMPLE[at] != byte)
    changed = _SAMPLE[:at] + bytes([byte]) + _SAMPLE[at + 1 :]
    assert not check(Lenient(), io.BytesIO(changed).readlines()).good


@given(first=st.integers(0, _GUARDED - 1), count=st.integers(1, 3000))
def test_nothing_can_be_cut_out_before_the_last_line_unseen(first: int, count: int) -> None:
    cut = _SAMPLE[:first] + _SAMPLE[min(first + count, _GUARDED) :]
    assert not check(Lenient(), io.BytesIO(cut).readlines()).good
