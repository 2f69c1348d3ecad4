# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tests that talk over DDS stay on this machine, and do not hear another run of themselves."""

import importlib
import os
import sys
from collections.abc import Iterator
from contextlib import suppress

import pytest

from vla_ros.resources import ensure_fastdds_profile
from vla_ros.ros.compat import stay_on_this_machine

stay_on_this_machine()
os.environ.setdefault("ROS_DOMAIN_ID", str(10 + os.getpid() % 90))
os.environ.setdefault("OMP_NUM_THREADS", "1")
ensure_fastdds_profile()
with suppress(ImportError):  # Before anything is rendered, see vla_ros/learn/train.py.
    importlib.import_module("triton")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--door",
        action="append",
        default=[],
        metavar="NAME=PREFIX",
        help="check what was installed into a prefix, by pip or colcon (test/doors)",
    )


@pytest.fixture(scope="session", autouse=True)
def keep_logs_apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let nodes leave their files where tests do, not where a robot's are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("ROS_LOG_DIR", raising=False)
        patch.setenv("ROS_HOME", str(tmp_path_factory.mktemp("ros")))
        yield


@pytest.fixture(autouse=True)
def keep_small_numbers() -> Iterator[None]:
    """Undo that training rounds the smallest numbers to zero, for the whole process."""
    yield
    if (torch := sys.modules.get("torch")) is not None:
        torch.set_flush_denormal(False)
