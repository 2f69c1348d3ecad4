# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The files of one audit log: bounded in size and number, and whole again after a full disk."""

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from vla_ros.gate.audit import SUFFIX, Entry, Header, Link, write_line


class Stream(Protocol):
    """A file open for writing, without a buffer."""

    def write(self, data: bytes, /) -> int | None:
        """Write some of the data; return how much."""

    def fileno(self) -> int:
        """Return the descriptor."""
        ...

    def close(self) -> None:
        """Close it."""


def open_new(path: Path) -> Stream:
    """Create a file that does not exist yet."""
    return path.open("xb", buffering=0)


class AuditFiles:
    """Writes entries as a chain of lines over as many files as it takes.

    Either all entries of a call are in the chain, or none: what a failed call left behind is cut
    off, or lies at the end of a file that nobody goes on with. Not safe for several threads.

    Attributes:
        link: The newest line.
    """

    def __init__(
        self,
        folder: Path,
        family: str,
        name: str,
        make_header: Callable[[int], Header],
        *,
        most_bytes: int,
        most_files: int,
        open_file: Callable[[Path], Stream] = open_new,
    ) -> None:
        """Prepare; the first `append` opens a file.

        Args:
            folder: Where the files go; made if it is missing.
            family: Begins the names of this and of other logs of the same node.
            name: Of this log; sorts by time.
            make_header: Builds the header of a file from its number.
            most_bytes: A file does not grow further once it has this size.
            most_files: So many files of the family are kept. Other nodes may write to the folder.
            open_file: Creates a file.
        """
        self.link = Link()
        self._folder = folder
        self._family = family
        self._name = name
        self._make_header = make_header
        self._most_bytes = most_bytes
        self._most_files = most_files
        self._open_file = open_file
        self._stream: Stream | None = None
        self._next_file = 0  # Number of the header that comes next.
        self._next_name = 0  # A file that could not be begun takes its name with it.
        self._size = 0

    def append(self, entries: Sequence[Entry]) -> None:
        """Write entries.

        Raises:
            OSError: None of them is in the log.
        """
        if self._stream is None or self._size >= self._most_bytes:
            self._begin_file()
        self._write(entries)

    def sync(self) -> None:
        """Have what is written survive a power cut.

        Raises:
            OSError: It may not.
        """
        if self._stream is not None:
            os.fsync(self._stream.fileno())

    def close(self) -> None:
        """Close the file; `append` would begin another one."""
        stream, self._stream = self._stream, None
        if stream is not None:
            with suppress(OSError):
                stream.close()

    def _begin_file(self) -> None:
        self.close()
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{self._family}_{self._name}_{self._next_name:04d}{SUFFIX}"
        self._next_name += 1
        self._stream = self._open_file(path)
        self._size = 0
        try:
            self._write([self._make_header(self._next_file)])
        except OSError:
            path.unlink(missing_ok=True)
            raise
        self._next_file += 1
        files = sorted(self._folder.glob(f"{self._family}_[0-9]*{SUFFIX}"))
        for old in files[: -self._most_files]:
            with suppress(OSError):
                old.unlink()

    def _write(self, entries: Sequence[Entry]) -> None:
        link, lines = self.link, []
        for entry in entries:
            line, link = write_line(entry, link)
            lines.append(line)
        data = b"".join(lines)
        try:
            self._write_bytes(data)
        except OSError:
            self._undo()
            raise
        self._size += len(data)
        self.link = link

    def _write_bytes(self, data: bytes) -> None:
        stream = self._stream
        if stream is None:
            raise OSError("no file is open")
        while data:
            data = data[stream.write(data) or 0 :]

    def _undo(self) -> None:
        """Cut off what a failed write left, and leave the file."""
        if self._stream is not None:
            with suppress(OSError):
                os.ftruncate(self._stream.fileno(), self._size)
        self.close()
