# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import re

import pytest

torch = pytest.importorskip("torch", reason="training needs torch")

import trainings
from torch.multiprocessing import ProcessRaisedException

from vla_ros.errors import ConfigError, TrainingError
from vla_ros.learn.workers import work_together


@pytest.mark.parametrize("processes", [1, 2])
def test_what_a_process_finds_wrong_is_raised_as_it_is(processes: int) -> None:
    with pytest.raises(ConfigError) as raised:
        work_together(trainings.refuse_together, processes)
    assert str(raised.value) == "config/learn/mine.yaml: a line is wrong"


def test_what_one_process_finds_wrong_ends_the_other_too() -> None:
    with pytest.raises(ConfigError, match=re.escape("mine.yaml: a line is wrong.\nWrite another")):
        work_together(trainings.refuse, 2)


def test_a_file_that_cannot_be_written_is_named() -> None:
    with pytest.raises(OSError, match=r"\[Errno 28\] No space left on device: 'checkpoint\.pt'"):
        work_together(trainings.fill_the_disk, 2)


def test_a_process_that_is_killed_is_named_with_what_to_do() -> None:
    text = r"process 1 terminated with signal SIGKILL, of 2 processes .* training\.processes"
    with pytest.raises(TrainingError, match=text):
        work_together(trainings.be_killed, 2)


def test_a_bug_keeps_its_traceback() -> None:
    with pytest.raises(ProcessRaisedException, match=r"(?s)have_a_bug.*nobody thought of this"):
        work_together(trainings.have_a_bug, 2)
