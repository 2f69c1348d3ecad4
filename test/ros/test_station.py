# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A person's place in the graph can be left, whoever else is there."""

import threading

import pytest

pytest.importorskip("rclpy", reason="ROS is not installed")
pytest.importorskip("vla_ros.msg", reason="the interfaces are not built")

from rclpy.qos import QoSProfile
from std_msgs.msg import String

from vla_ros.gate.vocabulary import GateMode
from vla_ros.msg import GateState
from vla_ros.ros.station import Station

pytestmark = pytest.mark.ros


def test_station_leaves_no_thread_where_nothing_comes() -> None:
    before = set(threading.enumerate())
    with Station("/nobody", name="lonely"):
        assert set(threading.enumerate()) - before
    assert set(threading.enumerate()) <= before


def test_a_mode_that_is_not_known_here_is_a_fault() -> None:
    with Station("/nobody") as station:
        assert station.mode is None
        station.gate_state = GateState(mode=99)
        assert station.mode is GateMode.FAULT


def test_error_of_a_callback_is_raised_at_the_end() -> None:
    heard = threading.Event()

    def fail(message: String) -> None:
        heard.set()
        raise ValueError(message.data)

    qos = QoSProfile(depth=1)
    station = Station("/nobody")
    station.watch(String, "words", fail, qos)
    publisher = station.node.create_publisher(String, "words", qos)
    station.wait_for(lambda: publisher.get_subscription_count() > 0, 10.0, "itself")
    publisher.publish(String(data="not to be read"))
    assert heard.wait(10.0)
    with pytest.raises(ValueError, match="not to be read"):
        station.close()
