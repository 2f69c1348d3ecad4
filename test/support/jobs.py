# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Jobs for other processes, which import them from here."""

import os
import signal
import time
from pathlib import Path

from vla_ros.learn.progress import Counts

said: list[str] = []


def say(word: str) -> None:
    said.append(word)


def repeat(number: int) -> tuple[int, list[str]]:
    return number, said


def count(job: tuple[Counts, int, Path]) -> int:
    """Note that it is done; the number 2 waits for a file before."""
    counts, number, mark = job
    while number == 2 and not mark.exists():
        time.sleep(0.01)
    counts.write(number, 1)
    return number


def fail(number: int) -> int:
    if number == 2:
        raise ValueError(f"number {number} is not liked")
    return number


def die_once(job: tuple[Path, int]) -> int:
    """Die at the number 2, unless the file says that this has happened."""
    mark, number = job
    if number == 2 and not mark.exists():
        mark.touch()
        die(number)
    return number


def die(_: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


def wait(job: tuple[Path, int]) -> int:
    """Wait until somebody ends the process, but for the first number; say so in a file."""
    folder, number = job
    if number:
        (folder / f"{os.getpid()}").touch()
        signal.pause()
    return number
