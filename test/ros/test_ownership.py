# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Who hears a command, as the graph and the publisher say."""

from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("rclpy", reason="ROS is not installed")

from vla_ros.ros.ownership import find_deaf

TOPIC = "/arm_controller/commands"


def endpoint(name: str) -> Any:
    kind = "std_msgs/msg/Float64MultiArray"
    return SimpleNamespace(node_name=name, node_namespace="/", topic_type=kind)


def deaf(heard_by: int, *listeners: str) -> str | None:
    """What is found where so many of the listeners can hear."""
    node = SimpleNamespace(get_subscriptions_info_by_topic=lambda _: [*map(endpoint, listeners)])
    publisher = SimpleNamespace(topic_name=TOPIC, get_subscription_count=lambda: heard_by)
    return find_deaf(node, [publisher])  # type: ignore[arg-type, list-item]


def test_a_controller_that_hears_is_found_beside_onlookers() -> None:
    assert deaf(1, "controller") is None
    assert deaf(3, "blackbox_node", "controller", "_ros2cli_42") is None


def test_an_onlooker_that_hears_stands_for_no_controller() -> None:
    text = f"/controller listens on {TOPIC} and cannot hear: its type is std_msgs"
    assert text in (deaf(0, "controller") or "")
    assert text in (deaf(1, "blackbox_node", "controller") or "")
    assert "nobody listens" in (deaf(1, "blackbox_node") or "")
