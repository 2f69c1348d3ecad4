# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a controller says of itself, in a real graph."""

import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("rclpy", reason="ROS is not installed")
pytest.importorskip("vla_ros.msg", reason="the interfaces are not built")

from rclpy.node import Node
from sensor_msgs.msg import PointCloud2
from spun import spun

from vla_ros.doctor.facts import CommandSeen, Endpoint
from vla_ros.policy.images import PointCloudSpec
from vla_ros.policy.spec import load_policy_profile
from vla_ros.robot.parts import PointCloudProfile
from vla_ros.robot.profile import load_robot_profile
from vla_ros.ros.cloud import encode_cloud
from vla_ros.ros.examination import Examination, see_settings
from vla_ros.ros.qos import IMAGES
from vla_ros.ros.station import Station
from vla_ros.types import PointCloud

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
    with spun("jtc") as node:
        node.declare_parameter("allow_trajectory_replacement", value=True)
        yield node


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


@pytest.mark.parametrize(("points", "objection"), [(64, ""), (63, "63 of 63 points were meas")])
def test_the_points_that_a_policy_sees_are_heard_and_judged(
    controller: Node, points: int, objection: str
) -> None:
    sensor = PointCloudProfile(name="lidar", topic="/lidar/points", frame="base_link")
    robot = load_robot_profile("sim_arm").model_copy(update={"point_clouds": (sensor,)})
    wanted = {"point_cloud": PointCloudSpec(source="lidar", points=64)}
    policy = load_policy_profile("tabletop").model_copy(update=wanted)
    cloud = PointCloud(
        frame="base_link",
        stamp_ns=controller.get_clock().now().nanoseconds,
        arrival_ns=0,
        points_m=np.ones((points, 3), np.float32),
    )
    publisher = controller.create_publisher(PointCloud2, "/lidar/points", IMAGES)
    with Station("/nobody", name="asker") as station:
        examination = Examination(station, (), robot, policy)
        until_s, (seen,) = time.monotonic() + PATIENCE_S, examination.see(0.0).sensors
        while not seen.stream.count and time.monotonic() < until_s:
            publisher.publish(encode_cloud(cloud))
            (seen,) = examination.see(0.2).sensors
    assert seen.name == "points.lidar"
    assert seen.stream.count > 0
    assert seen.objection.removeprefix("point cloud 'lidar': ").startswith(objection)
    assert bool(seen.objection) == bool(objection)
