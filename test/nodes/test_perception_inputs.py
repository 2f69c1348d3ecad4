# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What perception_node hears beside pictures and joints, over real DDS."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

rclpy = pytest.importorskip("rclpy", reason="ROS is not installed")
pytest.importorskip("vla_ros.msg", reason="the interfaces are not built")

from perception_bench import TIMEOUT_S, Bench
from rclpy.publisher import Publisher
from rclpy.qos import qos_profile_sensor_data
from sensor_msgs.msg import CameraInfo, Image, PointCloud2

from vla_ros.nodes import perception_node
from vla_ros.resources import config_path
from vla_ros.ros.cloud import encode_cloud
from vla_ros.ros.decode import decode_observation
from vla_ros.types import PointCloud

pytestmark = pytest.mark.ros


@pytest.fixture(scope="module", autouse=True)
def ros() -> Iterator[None]:
    """Start ROS for this module."""
    rclpy.init()
    yield
    rclpy.shutdown()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the node complain at once."""
    monkeypatch.setattr(perception_node, "_PATIENCE_NS", 0)


def edited(folder: Path, kind: str, name: str, old: str, new: str) -> str:
    """Return the path of a shipped profile with a change."""
    text = config_path(kind, name).read_text(encoding="utf-8")
    assert old in text
    (folder / f"{name}.yaml").write_text(text.replace(old, new, 1))
    return str(folder / f"{name}.yaml")


def says(bench: Bench, text: str) -> bool:
    return any(text in status.message for d in bench.diagnostics for status in d.status)


def test_undistorted_pictures_come_as_soon_as_the_lens_is_told(tmp_path: Path) -> None:
    wanted = "camera: wrist, undistort: true"
    bench = Bench(policy=edited(tmp_path, "policies", "tabletop", "camera: wrist", wanted))
    bench.connect(front=Image, wrist=Image)
    bench.play(lambda: says(bench, "camera 'wrist': no CameraInfo has arrived yet"))
    assert not bench.observations
    info = CameraInfo(width=64, height=48, distortion_model="plumb_bob", d=[-0.1, 0, 0, 0, 0.0])
    info.k = [50.0, 0.0, 32.0, 0.0, 50.0, 24.0, 0.0, 0.0, 1.0]
    told = bench.driver.create_publisher(CameraInfo, "/wrist/camera_info", qos_profile_sensor_data)
    bench.until(lambda: told.get_subscription_count() > 0)
    told.publish(info)
    bench.play(lambda: bool(bench.observations))
    front, wrist = decode_observation(bench.observations[-1], bench.now_ns()).frames
    assert front.pinhole is None
    assert wrist.pinhole is not None
    bench.close()


def play_points(
    bench: Bench, sensor: Publisher, frame: str, condition: Callable[[], bool]
) -> None:
    """Publish pictures, joints and points until a condition holds."""
    end = time.monotonic() + TIMEOUT_S
    points = np.array([[0.0, 0.0, 1.0], [np.nan] * 3, [0.5, 0.0, 1.0], [0.0, 0.5, 2.0]])
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        bench.feel()
        stamp_ns = bench.now_ns()
        cloud = PointCloud(
            frame=frame,
            stamp_ns=stamp_ns,
            arrival_ns=0,
            points_m=np.nan_to_num(points).astype(np.float32),
        )
        message = encode_cloud(cloud)
        message.data = points.astype(np.float32).tobytes()
        sensor.publish(message)
        for name in bench.cameras:
            bench.see(name, stamp_ns)
        for _ in range(10):
            bench.executor.spin_once(timeout_sec=0.005)


def test_points_are_part_of_an_observation_where_the_policy_wants_them(tmp_path: Path) -> None:
    source = "point_clouds: [{name: top, topic: /top/points, frame: eye}]\njoints:\n"
    robot = edited(tmp_path, "robots", "sim_arm", "joints:\n", source)
    wanted = "point_cloud: {source: top, points: 2}\nstate: ["
    bench = Bench(robot, edited(tmp_path, "policies", "tabletop", "state: [", wanted))
    bench.connect(front=Image, wrist=Image)
    bench.play(lambda: says(bench, "point cloud 'top': no cloud has arrived yet"))
    sensor = bench.driver.create_publisher(PointCloud2, "/top/points", qos_profile_sensor_data)
    bench.until(lambda: sensor.get_subscription_count() > 0)
    play_points(bench, sensor, "ear", lambda: says(bench, "frame_id is 'ear', wanted 'eye'"))
    assert not bench.observations
    play_points(bench, sensor, "eye", lambda: bool(bench.observations))
    cloud = decode_observation(bench.observations[-1], bench.now_ns()).cloud
    assert cloud is not None
    assert cloud.frame == "eye"
    assert cloud.points_m.tolist() == [[0.0, 0.0, 1.0], [0.5, 0.0, 1.0]]
    bench.close()
