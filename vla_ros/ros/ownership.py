# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Who else commands the arm: a robot with two masters obeys neither."""

from rclpy.node import Node
from rclpy.topic_endpoint_info import TopicEndpointInfo

_UNKNOWN = "_NODE_NAME_UNKNOWN_"


def find_intruder(node: Node, topics: tuple[str, ...]) -> str | None:
    """Return in words who else publishes on topics that belong to this node; None if nobody does.

    Args:
        node: Has exactly one publisher on each of the topics.
        topics: Names, absolute or relative to the node.
    """
    own = (node.get_name(), node.get_namespace())
    for topic in topics:
        resolved = node.resolve_topic_name(topic)
        ours = 0
        for info in node.get_publishers_info_by_topic(resolved):
            ours += (info.node_name, info.node_namespace) == own
            if (info.node_name, info.node_namespace) != own or ours > 1:
                return _describe(resolved, info)
    return None


def _describe(topic: str, info: TopicEndpointInfo) -> str:
    if info.node_name == _UNKNOWN:
        return (
            f"{topic} has a publisher that disappeared uncleanly; wait some seconds until the "
            "middleware forgets it"
        )
    name = f"{info.node_namespace.rstrip('/')}/{info.node_name}"
    return (
        f"{topic} is also published by {name}; only one node may command the arm. Stop the other "
        "one; if it was killed, wait some seconds until the middleware forgets it"
    )
