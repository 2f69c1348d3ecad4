# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Reads audit logs again: is the chain of lines whole, and was every command right?"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from vla_ros.gate.audit import (
    AuditError,
    End,
    Entry,
    Gap,
    Header,
    Line,
    Link,
    Repeat,
    read_line,
)
from vla_ros.gate.record import PublishedCommand
from vla_ros.gate.state import Event
from vla_ros.gate.vocabulary import Reason

_HISTORY = 3  # Commands that the next one is judged with.


class Judge(Protocol):
    """The final checker, see `final.py`."""

    def find_breach(
        self, before: Sequence[PublishedCommand], command: PublishedCommand
    ) -> tuple[Reason, str] | None:
        """Return what is wrong with a command, or None."""


@dataclass(frozen=True, slots=True)
class Remark:
    """Something found in a file.

    Attributes:
        file: Name of the file.
        line: Number of the line, from 1.
        text: What it is.
    """

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


@dataclass(slots=True, kw_only=True)
class Report:
    """What reading some files brought to light.

    Attributes:
        logs: Logs begun, one for each start of the node.
        files: Files read.
        lines: Lines read.
        commands: Commands published.
        judged: Those of them that the final checker saw.
        events: Events, oldest first.
        broken: Where the chain is broken: a line changed, missing, out of order or cut.
        breaches: Commands that break an invariant.
        lost: Entries that the log itself says it does not hold.
        notes: What is worth knowing and proves nothing bad.
    """

    logs: int = 0
    files: int = 0
    lines: int = 0
    commands: int = 0
    judged: int = 0
    events: list[Event] = field(default_factory=list)
    broken: list[Remark] = field(default_factory=list)
    breaches: list[Remark] = field(default_factory=list)
    lost: int = 0
    notes: list[Remark] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Nothing is broken, missing or wrong."""
        return not self.broken and not self.breaches and not self.lost


class AuditCheck:
    """Goes through files line by line; `report` is complete after `end`.

    Args:
        make_judge: Builds the final checker from a header.
    """

    def __init__(self, make_judge: Callable[[Header], Judge]) -> None:
        self.report = Report()
        self._make_judge = make_judge
        self._judge: Judge | None = None
        self._header: Header | None = None
        self._link: Link | None = None  # None: what came before cannot be read.
        self._before = self._at = ("", 0)  # File and number of the newest two lines.
        self._cut: Remark | None = None  # A last line that is not whole, if it is one.
        self._ended = True
        self._history: deque[PublishedCommand] = deque(maxlen=_HISTORY)
        self._unknown = 0  # Commands whose forerunners are not all known.

    def read(self, file: str, lines: Iterable[bytes]) -> None:
        """Read a file.

        Args:
            file: Its name, for remarks.
            lines: With their line breaks; the last may lack it.
        """
        self.report.files += 1
        for number, raw in enumerate(lines, start=1):
            self._before, self._at = self._at, (file, number)
            self.report.lines += 1
            if not raw.endswith(b"\n"):
                self._cut = Remark(file, number, "is cut off: the process was killed meanwhile")
                return
            self._take(raw[:-1])

    def end(self) -> Report:
        """Settle how the last log ended, and return all."""
        self._close(self._at)
        return self.report

    def _take(self, raw: bytes) -> None:
        try:
            line = read_line(raw)
        except AuditError as e:
            self._break(f"was changed: it {e}")
            self._link = None if self._link is None else Link(self._link.number + 1, "")
            self._forget()
            return
        if isinstance(line.entry, Header):
            self._begin(line, line.entry)
        elif self._at[1] == 1:
            self._break("is no header, as the first line of a file is: lines are missing")
            self._forget()
        else:
            self._follow(line)
        self._link = line.link
        self._count(line.entry)

    def _begin(self, line: Line, header: Header) -> None:
        """Take in the header of a file: it goes on with a log, or begins another."""
        last = self._header
        if last is not None and last.chain == header.chain and not self._ended:
            self._go_on(line, header, last)
        else:
            self._close(self._before)
            self.report.logs += 1
            self._link = None
            self._forget(known=header.file == 0)
            if header.file:
                self._note(f"goes on from files that are not here: it is number {header.file}")
            elif line.link.number or line.previous:
                self._break("was changed: a log begins with line 0")
            if header.dry_run:
                self._note("is of a dry run: a ghost got these commands, the robot none")
        if last is None or (header.robot, header.urdf_sha256) != (last.robot, last.urdf_sha256):
            self._judge = self._make_judge(header)
        self._header = header
        self._ended = False

    def _go_on(self, line: Line, header: Header, last: Header) -> None:
        if header.file == last.file + 1:
            cut, self._cut = self._cut, None
            if cut is not None:  # The disk was full, for example; the log went on after it.
                self.report.notes.append(replace(cut, text="is cut off; the log goes on"))
            self._follow(line)
        else:
            self._break(
                f"is number {header.file} of its log, after {last.file}: files are missing or in "
                "another order"
            )
            self._forget()

    def _follow(self, line: Line) -> None:
        """Hold a line against the one before it."""
        link = self._link
        if link is None:
            return
        wanted = link.number + 1
        if line.link.number > wanted:
            count = line.link.number - wanted
            self._break(f"has number {line.link.number}, wanted {wanted}: {count} missing before")
            self._forget()
        elif line.link.number < wanted:
            self._break(f"has number {line.link.number}, wanted {wanted}: lines are out of order")
            self._forget()
        elif link.sha256 and line.previous != link.sha256:
            text = "was changed: the line after it names another SHA-256"
            self.report.broken.append(Remark(*self._before, text))

    def _count(self, entry: Entry) -> None:
        if isinstance(entry, PublishedCommand):
            self._judge_command(entry)
        elif isinstance(entry, Repeat):
            self._judge_repeat(entry)
        elif isinstance(entry, Event):
            self.report.events.append(entry)
        elif isinstance(entry, Gap):
            self.report.lost += entry.lost
            self._note(f"{entry.lost} entries were not logged: {entry.cause}")
            self._forget()
        elif isinstance(entry, End):
            self._ended = True

    def _judge_command(self, command: PublishedCommand) -> None:
        self.report.commands += 1
        if self._unknown and self._history and command.epoch != self._history[-1].epoch:
            self._unknown = 0  # An epoch begins: nothing before it counts.
        if self._unknown:
            self._unknown -= 1
        elif self._judge is not None:
            self.report.judged += 1
            breach = self._judge.find_breach(tuple(self._history), command)
            if breach is not None:
                reason, text = breach
                self.report.breaches.append(Remark(*self._at, f"{reason.name}: {text}"))
        self._history.append(command)

    def _judge_repeat(self, repeat: Repeat) -> None:
        """Judge a repeated command until all that it is judged with is the same, too."""
        if not self._history:
            self.report.commands += repeat.count
            return
        again = replace(self._history[-1], stamp_ns=repeat.stamp_ns)
        fresh = min(repeat.count, _HISTORY + 1)
        for _ in range(fresh):
            self._judge_command(again)
        self.report.commands += repeat.count - fresh
        self.report.judged += repeat.count - fresh

    def _close(self, at: tuple[str, int]) -> None:
        """Say how a log ended that has no end line."""
        if self._cut is not None:
            self.report.notes.append(self._cut)
        elif not self._ended:
            text = "is the last one, and no end line: the process was killed, or lines are gone"
            self.report.notes.append(Remark(*at, text))
        self._cut = None
        self._ended = True

    def _forget(self, *, known: bool = False) -> None:
        """Judge the next commands only once their forerunners are known."""
        self._history.clear()
        self._unknown = 0 if known else _HISTORY

    def _break(self, text: str) -> None:
        self.report.broken.append(Remark(*self._at, text))

    def _note(self, text: str) -> None:
        self.report.notes.append(Remark(*self._at, text))
