# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Depth and points: what a policy wants of them, what the robot has, and what comes."""

from dataclasses import replace

import pytest
from healthy import POINTS, POLICY, ROBOT

from vla_ros.doctor.line import Level
from vla_ros.doctor.policy import check_images, check_points
from vla_ros.doctor.sensors import check_sensor
from vla_ros.policy.images import PointCloudSpec
from vla_ros.robot.parts import PointCloudProfile

WANTED = PointCloudSpec(source="lidar", points=64)
SENSOR = PointCloudProfile(name="lidar", topic="/lidar/points", frame="base_link")


def test_a_sensor_that_works_passes() -> None:
    lines = list(check_sensor(POINTS, ROBOT, POLICY))
    assert {line.level for line in lines} == {Level.PASS}
    assert [line.check for line in lines] == [
        "points.lidar.topic",
        "points.lidar.data",
        "points.lidar.rate",
        "points.lidar.clock",
    ]


@pytest.mark.parametrize(
    ("name", "key"),
    [("depth.front", "depth_topic of camera 'front'"), ("points.lidar", "point_clouds 'lidar'")],
)
def test_a_sensor_that_nobody_publishes_is_named_with_where_to_look(name: str, key: str) -> None:
    silent = replace(POINTS, name=name, stream=replace(POINTS.stream, publishers=(), count=0))
    (line,) = check_sensor(silent, ROBOT, POLICY)
    assert line.level is Level.FAIL
    assert key in line.remedy


def test_data_that_the_policy_cannot_use_fails_in_its_own_words() -> None:
    lines = list(check_sensor(replace(POINTS, objection="3 of 64 points"), ROBOT, POLICY))
    (line,) = [line for line in lines if line.level is Level.FAIL]
    assert (line.check, line.found) == ("points.lidar.data", "3 of 64 points")


def test_points_that_the_robot_lacks_fail() -> None:
    line = check_points(WANTED, POLICY, ROBOT)
    assert line.level is Level.FAIL
    assert "wants 'lidar'; robot 'sim_arm' has: none" in line.found
    having = ROBOT.model_copy(update={"point_clouds": (SENSOR,)})
    assert check_points(WANTED, POLICY, having).level is Level.PASS


def test_depth_that_the_robot_lacks_fails() -> None:
    deep = POLICY.images[0].model_copy(update={"depth": True})
    policy = POLICY.model_copy(update={"images": (deep, *POLICY.images[1:])})
    line = check_images(policy, ROBOT)
    assert line.level is Level.FAIL
    assert "camera 'front' of robot 'sim_arm' has no depth_topic" in line.found
