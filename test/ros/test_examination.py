# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a controller says of itself, in a real graph."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

rclpy = pytest.importorskip("rclpy", reason="ROS is not installed")
pytest.importorskip("vla_ros.msg", reason="the interfaces are not built")

from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node

from vla_ros.doctor.facts import CommandSeen, Endpoint
from vla_ros.ros.examination import see_settings
from vla_ros.ros.station import Station

pytestmark = pytest.mark.ros

KIND = "trajectory_msgs/msg/JointTrajectory"
SEEN = CommandSeen(
    name="arm",
    topic="/jtc/joint_trajectory",
    kind=KIND,
    publishers=(),
    listeners=(Endpoint(node="/jtc", kind=KIND),),
)
PATIENCE_S = 20.0


@pytest.fixture
def controller() -> Iterator[Node]:
    """Return a node that answers questions, and lacks one parameter."""
    context = rclpy.Context()
    rclpy.init(context=context)
    node = Node("jtc", context=context)
    node.declare_parameter("allow_trajectory_replacement", value=True)
    executor = SingleThreadedExecutor(context=context)
    executor.add_node(node)
    thread = threading.Thread(target=executor.spin)
    thread.start()
    yield node
    executor.shutdown()
    thread.join()
    node.destroy_node()
    rclpy.try_shutdown(context=context)


@pytest.mark.usefixtures("controller")
def test_a_trajectory_controller_is_asked_for_what_matters() -> None:
    with Station("/nobody", name="asker") as station:
        until_s, seen = time.monotonic() + PATIENCE_S, SEEN
        while not seen.settings and time.monotonic() < until_s:
            seen = see_settings(station, SEEN)
    assert seen.settings == {"allow_trajectory_replacement": True}


@pytest.mark.parametrize(
    "seen",
    [
        replace(SEEN, name="gripper"),
        replace(SEEN, kind="std_msgs/msg/Float64MultiArray"),
        replace(SEEN, listeners=()),
    ],
    ids=["gripper", "positions", "nobody"],
)
def test_nobody_else_is_asked(seen: CommandSeen) -> None:
    with Station("/nobody", name="asker") as station:
        assert see_settings(station, seen) is seen


def test_a_controller_that_does_not_answer_says_nothing() -> None:
    with Station("/nobody", name="asker") as station:
        assert see_settings(station, SEEN).settings == {}
