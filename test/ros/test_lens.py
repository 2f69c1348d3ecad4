# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How a CameraInfo is heard, over real DDS."""

import time

import pytest

rclpy = pytest.importorskip("rclpy", reason="ROS is not installed")

from rclpy.qos import QoSProfile, qos_profile_sensor_data
from sensor_msgs.msg import CameraInfo
from spun import spun

from vla_ros.ros import lens
from vla_ros.ros.lens import LensEar
from vla_ros.ros.qos import LATCHED, RELIABLE_NEWEST

pytestmark = pytest.mark.ros

TOPIC = "/front/camera_info"
PATIENCE_S = 10.0


def heard_by(listener, publisher, *, again: bool) -> bool:
    """Tell whether a message comes in time; published again and again, or not any more."""
    heard: list[CameraInfo] = []
    LensEar(listener, TOPIC, heard.append)
    until_s = time.monotonic() + PATIENCE_S
    while not heard and time.monotonic() < until_s:
        if again:
            publisher.publish(CameraInfo(width=64))
        time.sleep(0.02)
    return bool(heard)


def test_an_ear_that_is_closed_leaves_nothing() -> None:
    with spun("listener") as listener:
        before = [*listener.subscriptions], [*listener.timers]
        ear = LensEar(listener, TOPIC, print)
        assert ([*listener.subscriptions], [*listener.timers]) != before
        ear.close()
        assert ([*listener.subscriptions], [*listener.timers]) == before


def test_what_was_latched_before_is_heard() -> None:
    with spun("camera") as camera, spun("listener") as listener:
        publisher = camera.create_publisher(CameraInfo, TOPIC, LATCHED)
        publisher.publish(CameraInfo(width=64))
        assert heard_by(listener, publisher, again=False)


@pytest.mark.parametrize("qos", [qos_profile_sensor_data, RELIABLE_NEWEST])
def test_a_stream_is_heard_without_a_complaint(
    qos: QoSProfile, capfd: pytest.CaptureFixture[str]
) -> None:
    with spun("camera") as camera, spun("listener") as listener:
        publisher = camera.create_publisher(CameraInfo, TOPIC, qos)
        assert heard_by(listener, publisher, again=True)
        time.sleep(2 * lens._LOOK_S)
    assert "incompatible" not in capfd.readouterr().err
