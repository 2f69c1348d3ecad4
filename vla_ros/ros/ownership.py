# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Who else commands the arm, and who obeys: a robot with two masters obeys neither."""

from collections.abc import Sequence

from rclpy.node import Node, NodeNameNonExistentError
from rclpy.publisher import Publisher
from rclpy.topic_endpoint_info import TopicEndpointInfo

UNKNOWN_NODE = "_NODE_NAME_UNKNOWN_"
_UNCLEAN = (
    "a publisher that disappeared uncleanly; wait some seconds until the middleware forgets it"
)
ONLOOKERS = ("blackbox_node", "rosbag2_recorder", "_ros2cli")  # They hear, and move nothing.


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


def find_rivals(node: Node, topic: str) -> str | None:
    """Return in words that more than one node publishes chunks; None if at most one does.

    Args:
        node: That listens.
        topic: Of the chunks, absolute or relative to the node.
    """
    resolved = node.resolve_topic_name(topic)
    infos = node.get_publishers_info_by_topic(resolved)
    if len(infos) < 2:
        return None
    names = sorted({node_of(info) for info in infos})
    if any(info.node_name == UNKNOWN_NODE for info in infos):
        return f"{resolved} has {_UNCLEAN}"
    if len(names) == 1:
        return f"{resolved} is published by {names[0]}, by its double, or by {_UNCLEAN}"
    return (
        f"{resolved} is published by {' and '.join(names)}; only one policy may move the arm. "
        "Stop the other one; if it was killed, wait some seconds until the middleware forgets it"
    )


def find_deaf(node: Node, publishers: Sequence[Publisher]) -> str | None:
    """Return in words which command reaches no controller; None if all do.

    Args:
        node: That commands.
        publishers: Of its commands.
    """
    for publisher in publishers:
        topic = publisher.topic_name
        infos = node.get_subscriptions_info_by_topic(topic)
        listeners = [info for info in infos if not info.node_name.startswith(ONLOOKERS)]
        if not listeners:
            return (
                f"nobody listens on {topic}: start the robot's controller, or correct the topic "
                "in the robot profile"
            )
        onlookers = len(infos) - len(listeners)
        if publisher.get_subscription_count() <= onlookers:  # They can hear nearly everything.
            return (
                f"{node_of(listeners[0])} listens on {topic} and cannot hear: its type is "
                f"{listeners[0].topic_type}, or its QoS asks for more than RELIABLE and VOLATILE"
            )
    return None


def find_other_client(node: Node, action: str) -> str | None:
    """Return in words who else may send goals to an action; None if nobody may.

    Args:
        node: Has exactly one client of the action.
        action: Name, absolute or relative to the node.
    """
    resolved = node.resolve_service_name(action)
    own = (node.get_name(), node.get_namespace())
    own_seen = False
    for name, namespace in node.get_node_names_and_namespaces():
        if (name, namespace) == own and not own_seen:
            own_seen = True
        elif _has_client(node, (name, namespace), f"{resolved}/_action/send_goal"):
            return (
                f"{resolved} may also be sent goals by {namespace.rstrip('/')}/{name}; only one "
                "node may command the robot. Stop the other one"
            )
    return None


def _has_client(node: Node, other: tuple[str, str], service: str) -> bool:
    try:
        clients = node.get_client_names_and_types_by_node(*other)
    except NodeNameNonExistentError:  # Gone meanwhile.
        return False
    return any(name == service for name, _ in clients)


def node_of(info: TopicEndpointInfo) -> str:
    """Return the full name of an endpoint's node."""
    return f"{info.node_namespace.rstrip('/')}/{info.node_name}"


def _describe(topic: str, info: TopicEndpointInfo) -> str:
    if info.node_name == UNKNOWN_NODE:
        return f"{topic} has {_UNCLEAN}"
    return (
        f"{topic} is also published by {node_of(info)}; only one node may command the arm. "
        "Stop the other one; if it was killed, wait some seconds until the middleware forgets it"
    )
