# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Depth images and point clouds beside the pictures of an observation."""

import numpy as np
import pytest
from observed import MS, changed, deep, frame, state, view

from vla_ros.errors import ConfigError, ObservationError
from vla_ros.observe.observer import Observer
from vla_ros.robot.parts import PointCloudProfile
from vla_ros.robot.profile import RobotProfile, load_robot_profile
from vla_ros.types import PointCloud


@pytest.fixture(scope="module")
def robot() -> RobotProfile:
    """Return the simulated arm."""
    return load_robot_profile("sim_arm")


def test_depth_comes_with_the_picture_it_belongs_to(robot: RobotProfile) -> None:
    robot = changed(robot, depth_topic="/front/depth")
    observer = Observer(robot, (view("front").model_copy(update={"depth": True}), view("wrist")))
    observer.add_state(*state(robot, 1000))
    observer.add_frame(frame("front", 1000))
    observer.add_frame(frame("wrist", 1001))
    assert not observer.due
    with pytest.raises(ObservationError, match=r"depth of camera 'front': no depth image has arr"):
        observer.observe(1010 * MS)
    observer.add_depth(deep(990, 9.0))
    observer.add_depth(deep(1003))
    assert observer.due
    (depth,) = observer.observe(1010 * MS).depths
    assert depth.depth_m.shape == (32, 32)
    assert np.nanmax(depth.depth_m) == 1.5
    assert not observer.due


def test_depth_that_stops_is_an_error_and_not_the_last_one_again(robot: RobotProfile) -> None:
    robot = changed(robot, depth_topic="/front/depth")
    observer = Observer(robot, (view("front").model_copy(update={"depth": True}),))
    observer.add_depth(deep(1000))
    observer.add_frame(frame("front", 1400))
    observer.add_state(*state(robot, 1400))
    with pytest.raises(ObservationError, match="'front': newest depth image is 410 ms old"):
        observer.observe(1410 * MS)
    assert any("depth of camera" in complaint for _, complaint in observer.reports(1410 * MS))


def test_a_camera_without_depth_is_named(robot: RobotProfile) -> None:
    with pytest.raises(ConfigError, match="depth of camera 'front', and robot 'sim_arm'"):
        Observer(robot, (view("front").model_copy(update={"depth": True}),))


def test_depth_that_repeats_itself_while_the_arm_moves_makes_its_camera_frozen(
    robot: RobotProfile,
) -> None:
    robot = changed(robot, depth_topic="/front/depth")
    observer = Observer(robot, (view("front").model_copy(update={"depth": True}), view("wrist")))
    for stamp in range(1000, 1700, 50):
        observer.add_state(*state(robot, stamp, joint1=0.2 * stamp / 1000))
        observer.add_frame(frame("front", stamp))
        observer.add_frame(frame("wrist", stamp))
        observer.add_depth(deep(stamp))
    assert observer.observe(1660 * MS).frozen == (True, False)
    frozen = [report.name for report, _ in observer.reports(1660 * MS) if report.frozen]
    assert frozen == ["depth of camera 'front'"]


def points(stamp_ms: int) -> PointCloud:
    return PointCloud(
        frame="front_depth",
        stamp_ns=stamp_ms * MS,
        arrival_ns=(stamp_ms + 4) * MS,
        points_m=np.full((5, 3), stamp_ms, np.float32),
    )


@pytest.fixture
def pointed(robot: RobotProfile) -> Observer:
    """Return an observer of a camera and a point cloud that knows where the arm is."""
    source = PointCloudProfile(name="top", topic="/top/points", frame="front_depth")
    robot = robot.model_copy(update={"point_clouds": (source,)})
    observer = Observer(robot, (view("front"),), "top")
    observer.add_state(*state(robot, 1000))
    return observer


def test_points_come_with_the_picture_they_belong_to(pointed: Observer) -> None:
    pointed.add_frame(frame("front", 1000))
    assert not pointed.due
    with pytest.raises(ObservationError, match=r"cloud 'top': no cloud has arrived.*/top/points"):
        pointed.observe(1010 * MS)
    pointed.add_cloud(points(990))
    pointed.add_cloud(points(1030))
    assert pointed.due
    found = pointed.observe(1035 * MS).cloud
    assert found is not None
    assert found.stamp_ns == 990 * MS
    pointed.add_frame(frame("front", 1033))
    assert pointed.due
    assert pointed.observe(1040 * MS).cloud is not found
    pointed.add_frame(frame("front", 1066))
    assert not pointed.due


@pytest.mark.parametrize(
    ("stamp_ms", "text"),
    [
        (100, "point cloud 'top': newest cloud is 910 ms old, limit"),
        (1400, "point cloud 'top': newest cloud is stamped 390 ms in the future"),
        (880, r"cloud closest to the reference instant is -120 ms away, limit 100 m"),
    ],
)
def test_points_of_another_time_are_a_fault_and_never_left_out(
    pointed: Observer, stamp_ms: int, text: str
) -> None:
    pointed.add_frame(frame("front", 1000))
    pointed.add_cloud(points(stamp_ms))
    with pytest.raises(ObservationError, match=text):
        pointed.observe(1010 * MS)


def test_a_point_cloud_that_stops_is_complained_about(pointed: Observer) -> None:
    pointed.add_cloud(points(1000))
    report, complaint = pointed.reports(1600 * MS)[-2]
    assert report.name == "point cloud 'top'"
    assert "newest cloud is 600 ms old" in complaint


def test_a_point_cloud_that_the_robot_lacks_is_named(robot: RobotProfile) -> None:
    with pytest.raises(ConfigError, match=r"has no point cloud 'top'\. It has: none\. "):
        Observer(robot, (view("front"),), "top")
