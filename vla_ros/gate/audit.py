# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The audit log's lines: JSON, each with the SHA-256 of the line before.

A log is a chain of lines in one or more files. Each file begins with a header, which carries all
that is needed to judge the commands after it. Numbers are written so that reading returns the
same bits. A chain ends with an end line, unless its process was killed.
"""

import hashlib
import re
from dataclasses import dataclass
from enum import Enum
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json

from vla_ros.errors import VlaRosError
from vla_ros.gate.record import PublishedCommand
from vla_ros.gate.state import Event
from vla_ros.robot.profile import RobotProfile

FORMAT = 1
SUFFIX = ".jsonl"


class AuditError(VlaRosError):
    """A line is none of an audit log, or none that this version can read."""


class Kind(Enum):
    """What a line tells."""

    HEADER = "header"
    COMMAND = "command"
    REPEAT = "repeat"
    EVENT = "event"
    GAP = "gap"
    END = "end"


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The first line of a file.

    Attributes:
        format: Of the file; see `FORMAT`.
        package: Version of vla_ros that wrote it.
        chain: Random number of the log in hex; a restart of the node begins another log.
        file: Number of this file in the log, from 0.
        opened: When, UTC in ISO 8601.
        node: Full name of the node.
        config_sha256: Of the constants the gate works with, as in GateState.
        dt_s: Time between two commands [s].
        robot: Profile of the robot: limits, gripper, tool speed, workspace, collision.
        urdf: Path of its URDF.
        urdf_sha256: Of the URDF's bytes, in hex.
        dry_run: The commands went to a ghost; the robot got none.
    """

    format: int
    package: str
    chain: str
    file: int
    opened: str
    node: str
    config_sha256: str
    dt_s: float
    robot: RobotProfile
    urdf: str
    urdf_sha256: str
    dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """The command of the line before was published again, with nothing new but its stamp.

    Attributes:
        count: How often.
        stamp_ns: Of the last time, control clock.
    """

    count: int
    stamp_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Entries that the log does not hold.

    Attributes:
        lost: How many.
        cause: Why, in words.
    """

    lost: int
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """The log ends here on purpose.

    Attributes:
        cause: Why, in words.
    """

    cause: str


Entry = Header | PublishedCommand | Repeat | Event | Gap | End
_TYPES: dict[Kind, type] = {
    Kind.HEADER: Header,
    Kind.COMMAND: PublishedCommand,
    Kind.REPEAT: Repeat,
    Kind.EVENT: Event,
    Kind.GAP: Gap,
    Kind.END: End,
}
_KINDS: dict[type, str] = {entry: kind.value for kind, entry in _TYPES.items()}
_READERS: dict[str, TypeAdapter[Any]] = {
    kind.value: TypeAdapter(entry) for kind, entry in _TYPES.items()
}
_FORM = re.compile(
    rb'\{"n":(?P<n>\d{1,18}),"prev":"(?P<prev>[0-9a-f]*)","kind":"(?P<kind>[a-z]+)",'
    rb'"data":(?P<data>.*)\}'
)


@dataclass(frozen=True, slots=True)
class Link:
    """The newest line of a chain.

    Attributes:
        number: Counts lines from 0; -1 before the first.
        sha256: Of the line without its line break, in hex; empty before the first.
    """

    number: int = -1
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it was read.

    Attributes:
        link: Of this line.
        previous: SHA-256 of the line before, as this line says.
        entry: What it tells.
    """

    link: Link
    previous: str
    entry: Entry


def write_line(entry: Entry, after: Link) -> tuple[bytes, Link]:
    """Return an entry as a line, with its line break, and the link to go on from."""
    number = after.number + 1
    head = f'{{"n":{number},"prev":"{after.sha256}","kind":"{_KINDS[type(entry)]}","data":'
    line = head.encode() + to_json(entry, inf_nan_mode="constants") + b"}"
    return line + b"\n", Link(number, digest(line))


def read_line(line: bytes) -> Line:
    """Return a line, given without its line break.

    Raises:
        AuditError: It is not one that `write_line` made.
    """
    match = _FORM.fullmatch(line)
    reader = None if match is None else _READERS.get(match["kind"].decode())
    if match is None or reader is None:
        raise AuditError("is no line of an audit log")
    try:
        entry = reader.validate_json(match["data"])
    except ValidationError as e:
        first = e.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise AuditError(f"is no line of an audit log: {where}: {first['msg']}") from e
    if isinstance(entry, Header) and entry.format != FORMAT:
        raise AuditError(f"has format {entry.format}, wanted {FORMAT}")
    return Line(Link(int(match["n"]), digest(line)), match["prev"].decode(), entry)


def digest(data: bytes) -> str:
    """Return the SHA-256 in hex."""
    return hashlib.sha256(data).hexdigest()
