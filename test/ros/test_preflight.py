# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

pytest.importorskip("rclpy", reason="needs ROS 2")

from healthy import POLICY, ROBOT

from vla_ros.doctor.probe import make_observation
from vla_ros.ros.preflight import Preflight
from vla_ros.ros.qos import IMAGES, JOINT_STATES
from vla_ros.types import Observation

QOS = {ROBOT.state_topic: JOINT_STATES} | {camera.topic: IMAGES for camera in ROBOT.cameras}
KINDS = {ROBOT.state_topic: "sensor_msgs/msg/JointState"} | {
    camera.topic: "sensor_msgs/msg/Image" for camera in ROBOT.cameras
}
HERE = make_observation(POLICY, ROBOT)


def preflight(*missing: str, **kinds: str) -> Preflight:
    """Before it lies a graph where each topic is published by /driver."""

    def publishers(topic: str) -> tuple[Any, ...]:
        kind = kinds.get(topic.split("/")[1], KINDS[topic])
        info = {"node_name": "driver", "node_namespace": "/", "topic_type": kind}
        return () if topic in missing else (SimpleNamespace(**info, qos_profile=QOS[topic]),)

    node: Any = SimpleNamespace(
        get_namespace=lambda: "/vla",
        get_publishers_info_by_topic=publishers,
        get_topic_names_and_types=lambda: [("/roof/image", ["sensor_msgs/msg/Image"])],
        count_publishers=lambda topic: 1,
    )
    return Preflight(node, ROBOT, POLICY)


def at(*position: float) -> Observation:
    return replace(HERE, joints=replace(HERE.joints, position=np.array(position)))


def test_nothing_keeps_a_healthy_robot_from_its_goal() -> None:
    assert preflight().find_fault(HERE) == ""


def test_where_every_stream_is_there_the_doctor_knows_more() -> None:
    assert preflight().find_fault(None) == "Ask `vla_ros doctor` which stream is wrong"


def test_an_arm_that_reports_degrees_is_told_so_before_it_moves() -> None:
    text = preflight().find_fault(at(*np.degrees(ROBOT.home)))
    assert "as degrees (0.226 rad) every joint is inside. The driver reports degrees" in text


@pytest.mark.parametrize("nonsense", [np.nan, np.inf, -np.inf])
def test_a_joint_that_is_no_number_is_named(nonsense: float) -> None:
    text = preflight().find_fault(at(*ROBOT.home[:5], nonsense))
    assert text.startswith(f"joint6 is at {nonsense:.3f} rad, outside of")


def test_without_an_observation_the_stream_that_is_missing_is_named() -> None:
    text = preflight("/wrist/image_raw").find_fault(None)
    assert text.startswith(
        "nobody publishes /wrist/image_raw; there is sensor_msgs/msg/Image on /roof/image. Start "
    )
    text = preflight(ROBOT.state_topic).find_fault(None)
    assert text.startswith("nobody publishes /joint_states. Start the robot's driver")


def test_all_that_is_missing_is_named() -> None:
    text = preflight(*KINDS).find_fault(None)
    assert text.count("nobody publishes") == 3


def test_images_of_another_type_are_named() -> None:
    text = preflight(front="sensor_msgs/msg/CompressedImage").find_fault(None)
    assert text.startswith("/front/image_raw is sensor_msgs/msg/CompressedImage from /driver, wa")
