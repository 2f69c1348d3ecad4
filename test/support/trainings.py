# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What one of several processes that train may do instead; the others wait for it."""

import os
import signal

import torch
from torch import distributed

from vla_ros.errors import ConfigError


def meet() -> None:
    """Add up a number with the other processes, as a step of training does."""
    distributed.all_reduce(torch.ones(1))


def refuse() -> None:
    """Find a mistake in the last process alone."""
    meet()
    if distributed.get_rank() == distributed.get_world_size() - 1:
        raise ConfigError("config/learn/mine.yaml: a line is wrong.\nWrite another")
    meet()


def refuse_together() -> None:
    """Find the same mistake in every process."""
    raise ConfigError("config/learn/mine.yaml: a line is wrong")


def fill_the_disk() -> None:
    """Fail as a file does that cannot be written."""
    meet()
    raise OSError(28, "No space left on device", "checkpoint.pt")


def be_killed() -> None:
    """Die in the last process as for want of memory."""
    meet()
    if distributed.get_rank() == distributed.get_world_size() - 1:
        os.kill(os.getpid(), signal.SIGKILL)
    signal.pause()


def have_a_bug() -> None:
    """Raise what nobody raises on purpose."""
    raise KeyError("nobody thought of this")
