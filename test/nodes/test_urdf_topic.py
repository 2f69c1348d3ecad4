# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Every node takes the URDF of its robot from the graph, where the profile says so."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("rclpy")
pytest.importorskip("vla_ros.msg", reason="the interfaces are not built")

from rclpy.node import Node
from rclpy.parameter import Parameter
from std_msgs.msg import String

from vla_ros.errors import ConfigError
from vla_ros.nodes.executor_node import ExecutorNode
from vla_ros.nodes.inference_node import InferenceNode
from vla_ros.nodes.perception_node import PerceptionNode
from vla_ros.resources import config_path, urdf_path
from vla_ros.ros.qos import LATCHED

pytestmark = pytest.mark.ros

URDF = urdf_path("sim_arm").read_text(encoding="utf-8")


@pytest.fixture
def profile(tmp_path: Path) -> str:
    text = config_path("robots", "sim_arm").read_text(encoding="utf-8")
    path = tmp_path / "sim_arm.yaml"
    path.write_text(text.replace("urdf: sim_arm\n", "urdf: {topic: /robot_description}\n"))
    return str(path)


@pytest.mark.parametrize("make", [ExecutorNode, PerceptionNode, InferenceNode])
def test_a_node_starts_with_the_urdf_that_the_robot_says(
    ros: None, profile: str, make: Callable[..., Any]
) -> None:
    robot = Node("robot_state_publisher")
    said = robot.create_publisher(String, "/robot_description", LATCHED)
    overrides = [Parameter("robot", value=profile)]
    if make is not ExecutorNode:
        overrides.append(Parameter("policy", value="tabletop"))
    node = make(overrides=overrides)
    try:
        said.publish(String(data=URDF.replace('name="tcp"', 'name="tool"')))
        with pytest.raises(ConfigError, match="tool_frame = 'tcp' is no link of the URDF"):
            node.start()
        said.publish(String(data=URDF))
        node.start()
    finally:
        node.stop()
        node.destroy_node()
        robot.destroy_node()
