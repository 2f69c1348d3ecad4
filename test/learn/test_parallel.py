# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import multiprocessing
from pathlib import Path

import jobs
import pytest

from vla_ros.errors import SimulationError
from vla_ros.learn.parallel import in_parallel
from vla_ros.learn.progress import shared_counts


def test_results_come_in_the_order_of_the_jobs_from_processes_that_have_begun() -> None:
    results = list(in_parallel(jobs.repeat, range(5), 2, jobs.say, ("ready",)))
    assert results == [(number, ["ready"]) for number in range(5)]


def test_one_may_look_while_results_are_waited_for(tmp_path: Path) -> None:
    """The last job ends only when somebody has looked at the first two."""
    seen: list[int] = []

    def look() -> None:
        seen.append(counts.read())
        if seen[-1] == 2:
            (tmp_path / "seen").touch()

    with shared_counts(3) as counts:
        work = [(counts, number, tmp_path / "seen") for number in range(3)]
        assert list(in_parallel(jobs.count, work, 2, meanwhile=look)) == [0, 1, 2]
        assert counts.read() == 3
    assert seen[-1] >= 2


def test_nothing_to_do_is_done_at_once() -> None:
    assert list(in_parallel(jobs.die, [], 2)) == []


def test_what_a_job_raises_is_raised() -> None:
    done = in_parallel(jobs.fail, range(5), 2)
    assert [next(done), next(done)] == [0, 1]
    with pytest.raises(ValueError, match="number 2 is not liked"):
        next(done)


def test_the_work_of_a_process_that_dies_is_done_again(tmp_path: Path) -> None:
    work = [(tmp_path / "mark", number) for number in range(5)]
    assert list(in_parallel(jobs.die_once, work, 2)) == [0, 1, 2, 3, 4]
    assert (tmp_path / "mark").exists()


def test_processes_that_die_again_and_again_are_an_error() -> None:
    with pytest.raises(SimulationError, match="died 3 times in a row, and 7 was not done"):
        list(in_parallel(jobs.die, [7, 8], 2))


def test_who_wants_no_more_results_waits_for_no_job(tmp_path: Path) -> None:
    done = in_parallel(jobs.wait, [(tmp_path, number) for number in range(3)], 2)
    assert next(done) == 0
    done.close()
    assert not multiprocessing.active_children()
