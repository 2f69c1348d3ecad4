# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How a CameraInfo is heard, over real DDS."""

import threading

import pytest

pytest.importorskip("rclpy", reason="ROS is not installed")

from rclpy.node import Node
from rclpy.publisher import Publisher
from rclpy.qos import QoSProfile, qos_profile_sensor_data
from sensor_msgs.msg import CameraInfo
from spun import spun

from vla_ros.ros.lens import LensEar
from vla_ros.ros.qos import LATCHED, RELIABLE_NEWEST

pytestmark = pytest.mark.ros

TOPIC = "/front/camera_info"
PATIENCE_S, AGAIN_S = 10.0, 0.02


class Listener:
    """Hears with an ear."""

    def __init__(self, node: Node) -> None:
        self._heard = threading.Event()
        self.ear = LensEar(node, TOPIC, lambda _: self._heard.set())

    def hears(self, publisher: Publisher | None = None) -> bool:
        """Tell whether a message comes in time, if a publisher says it again and again."""
        if publisher is None:
            return self._heard.wait(PATIENCE_S)
        for _ in range(round(PATIENCE_S / AGAIN_S)):
            publisher.publish(CameraInfo(width=64))
            if self._heard.wait(AGAIN_S):
                return True
        return False


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
        assert Listener(listener).hears()


@pytest.mark.parametrize("qos", [qos_profile_sensor_data, RELIABLE_NEWEST])
def test_a_stream_is_heard_by_one_subscription(qos: QoSProfile) -> None:
    """One to what is latched would be told that it asks too much."""
    with spun("camera") as camera, spun("listener") as listener:
        publisher = camera.create_publisher(CameraInfo, TOPIC, qos)
        before = [*listener.subscriptions]
        hearing = Listener(listener)
        assert hearing.hears(publisher)
        hearing.ear._look()
        assert len([*listener.subscriptions]) == len(before) + 1
