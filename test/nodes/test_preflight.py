# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Runs `live_preflight.py` in a process and a domain of its own.

Five nodes share one interpreter there and are judged by their rates and delays; so what fails is
run again, twice at most.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("rclpy", reason="needs ROS 2")
pytest.importorskip("vla_ros.action", reason="the interfaces are not built")

pytestmark = pytest.mark.ros
LIVE = Path(__file__).with_name("live_preflight.py")


def test_inference_node_refuses_with_the_line_that_the_doctor_prints() -> None:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "ROS_DOMAIN_ID"))}
    command = (
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--reruns",
        "2",
        str(LIVE),
    )
    done = subprocess.run(
        command, env=kept, cwd=LIVE.parents[2], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-6000:]
