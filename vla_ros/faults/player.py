# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A program that plays a part in a fault, as a process that is told what to do."""

import contextlib
import signal
import subprocess
import sys
from pathlib import Path


class Player:
    """A program of `vla_ros.faults`, told what to do through its standard input.

    Args:
        name: Of its module.
        log_path: Where its complaints go.
        arguments: Of the program.
    """

    def __init__(self, name: str, log_path: Path, *arguments: str) -> None:
        self._command = [sys.executable, "-m", f"vla_ros.faults.{name}", *arguments]
        self._log_path = log_path
        self._start()

    def _start(self) -> None:
        with self._log_path.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603  Our own command line.
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )

    def tell(self, *words: str) -> None:
        """Say what it shall do; nothing makes it play fair."""
        if self.process.stdin is not None and self.process.poll() is None:
            self.process.stdin.write(" ".join(words) + "\n")
            self.process.stdin.flush()

    def ask(self) -> str:
        """Return its answer to an empty line."""
        self.tell()
        return "" if self.process.stdout is None else self.process.stdout.readline()

    def revive(self) -> None:
        """Let it go on, start it again if it is dead, and have it play fair."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
        else:
            self._start()
        self.tell()

    def end(self) -> None:
        """End it."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
        if self.process.stdin is not None:
            with contextlib.suppress(OSError):  # It died with a word unread.
                self.process.stdin.close()
        try:
            self.process.wait(3.0)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
