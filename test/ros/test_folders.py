# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

import pytest

from vla_ros.ros.folders import log_folder


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, Path.home() / ".ros/vla_ros/audit"),
        ({"ROS_HOME": "/robot"}, Path("/robot/vla_ros/audit")),
        ({"ROS_HOME": "/robot", "ROS_LOG_DIR": "/log"}, Path("/log/vla_ros/audit")),
        ({"ROS_LOG_DIR": ""}, Path.home() / ".ros/vla_ros/audit"),
    ],
)
def test_word_ros_means_beside_the_logs_of_ros(environ: dict[str, str], expected: Path) -> None:
    assert log_folder("ros", "audit", environ) == expected


def test_word_none_means_no_folder() -> None:
    assert log_folder("none", "audit", {}) is None


def test_a_path_stays_what_it_is() -> None:
    assert log_folder("~/logs", "audit", {}) == Path.home() / "logs"
    assert log_folder("/var/log/arm", "audit", {"ROS_HOME": "/robot"}) == Path("/var/log/arm")
