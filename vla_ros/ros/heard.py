# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Publishers that cannot be heard, since their quality of service is another one."""

from rclpy.node import Node
from rclpy.qos import QoSCompatibility, QoSProfile, qos_check_compatible

from vla_ros.ros.ownership import node_of


def find_unheard(node: Node, topic: str, wanted: QoSProfile) -> str | None:
    """Return in words who publishes on a topic without being heard; None if all are heard.

    Args:
        node: That listens.
        topic: Name, absolute or relative to the node.
        wanted: How the node listens.
    """
    resolved = node.resolve_topic_name(topic)
    for info in node.get_publishers_info_by_topic(resolved):
        compatibility, why = qos_check_compatible(info.qos_profile, wanted)
        if compatibility == QoSCompatibility.ERROR:
            name = node_of(info)
            return (
                f"{resolved} is published by {name}, but cannot be heard. {why.strip()} "
                f"Publish it {wanted.reliability.name} and {wanted.durability.name}"
            )
    return None
