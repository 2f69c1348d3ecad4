# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The same work on many things, in several processes."""

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from vla_ros.errors import SimulationError

_LOOK_EVERY_S = 0.5
_MOST_DEATHS = 3  # In a row, without a result in between.

Job = TypeVar("Job")
Result = TypeVar("Result")


def in_parallel(
    do: Callable[[Job], Result],
    jobs: Iterable[Job],
    processes: int,
    begin: Callable[..., None] | None = None,
    arguments: tuple[Any, ...] = (),
    meanwhile: Callable[[], None] = lambda: None,
) -> Iterator[Result]:
    """Do jobs in several processes at a time; yield the results in the order of the jobs.

    A process may die of an error in machine code, of a renderer for example. Then others take its
    place, and every job whose result has not been yielded is done again.

    Args:
        do: Does one job; a function of a module.
        jobs: What to do; can be pickled, as the results can.
        processes: How many work at a time.
        begin: Called in each process before its first job.
        arguments: Of `begin`.
        meanwhile: Called here every half second while a result is waited for.

    Raises:
        SimulationError: The processes die again and again.
        Exception: What a job raised.
    """
    left, deaths = deque(jobs), 0
    while left:
        others = set(multiprocessing.active_children())
        context = multiprocessing.get_context("spawn")
        pool = ProcessPoolExecutor(processes, context, begin, arguments)
        try:
            for future in [pool.submit(do, job) for job in left]:
                while not wait([future], _LOOK_EVERY_S).done:
                    meanwhile()
                result = future.result()
                left.popleft()
                deaths = 0
                yield result
        except BrokenProcessPool as error:
            deaths += 1
            if deaths == _MOST_DEATHS:
                raise SimulationError(
                    f"processes died {deaths} times in a row, and {left[0]!r} was not done: look "
                    "for the cause in the system's log (`dmesg`), or use one process to see it"
                ) from error
        finally:
            for worker in set(multiprocessing.active_children()) - others:
                worker.terminate()
            pool.shutdown(cancel_futures=True)
