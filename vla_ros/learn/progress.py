# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How far work is: who does it tells a callback, also across processes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.shared_memory import ShareableList

Watch = Callable[[int, int], None]
"""Gets how much is done and how much there is to do, the first time before anything is done."""

Show = Callable[[str, int, int], None]
"""The same of work in stages, after the name of the stage; can be pickled."""


def unseen(*_: object) -> None:
    """Show nothing."""


class Counts:
    """How much of each job is done: one process writes, others read; can be pickled.

    Args:
        numbers: One a job.
    """

    def __init__(self, numbers: "ShareableList[int]") -> None:
        self._numbers = numbers

    def write(self, job: int, done: int) -> None:
        """Write how much of a job is done; one that is done again begins at 0 again."""
        self._numbers[job] = done

    def read(self) -> int:
        """Return how much is done of all."""
        return sum(self._numbers[job] for job in range(len(self._numbers)))


@contextmanager
def shared_counts(jobs: int) -> Iterator[Counts]:
    """Hold counts for some jobs, which are gone at the end."""
    numbers = ShareableList([0] * jobs)
    try:
        yield Counts(numbers)
    finally:
        numbers.shm.close()
        numbers.shm.unlink()
