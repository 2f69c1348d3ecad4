# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A process ends, even where it hangs inside of a library that holds Python's lock."""

import subprocess
import sys

import pytest

HANG = """
import ctypes
from vla_ros.ros.leaving import leaving
with leaving({longest_s}):
    ctypes.PyDLL(None).sleep({hang_s})
print("left")
"""


def run(longest_s: float, hang_s: int) -> "subprocess.CompletedProcess[str]":
    text = HANG.format(longest_s=longest_s, hang_s=hang_s)
    return subprocess.run(
        [sys.executable, "-c", text], capture_output=True, text=True, timeout=50, check=False
    )


def test_what_never_returns_is_ended_with_the_place_where_it_hangs() -> None:
    ended = run(longest_s=0.5, hang_s=120)
    assert ended.returncode == 1
    assert "Timeout (0:00:00.500000)!" in ended.stderr
    assert "left" not in ended.stdout


@pytest.mark.parametrize("hang_s", [0, 1])
def test_what_returns_in_time_goes_on(hang_s: int) -> None:
    ended = run(longest_s=30.0, hang_s=hang_s)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "left\n", "")
