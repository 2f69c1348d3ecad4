# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Who commands a robot's controllers and who obeys, whatever kind of command they take."""

from collections.abc import Callable, Iterator
from typing import Any

from rclpy.action.graph import (
    get_action_client_names_and_types_by_node,
    get_action_server_names_and_types_by_node,
)
from rclpy.node import Node
from rclpy.qos import QoSProfile

from vla_ros.doctor.facts import CommandSeen, Endpoint
from vla_ros.robot.profile import RobotProfile
from vla_ros.ros.listening import listeners_of, publishers_of
from vla_ros.ros.ownership import ONLOOKERS
from vla_ros.ros.topics import COMMANDS, full_name, is_action

EXECUTOR = "executor_node"
_QOS = QoSProfile(depth=1)
_NamesAndTypes = Callable[[Node, str, str], list[tuple[str, list[str]]]]


def see_commands(node: Node, robot: RobotProfile, namespace: str) -> tuple[CommandSeen, ...]:
    """Return who commands and who obeys, for the arm and for the gripper.

    Args:
        node: Asks the graph.
        robot: Its controllers.
        namespace: Of executor_node.
    """
    return tuple(
        _see_command(node, name, COMMANDS[section.kind], section.topic, namespace)
        for name, section in (("arm", robot.command), ("gripper", robot.gripper))
    )


def _see_command(node: Node, name: str, kind: str, topic: str, namespace: str) -> CommandSeen:
    full = full_name(topic, namespace)
    if is_action(kind):
        publishers = tuple(_ends(node, full, get_action_client_names_and_types_by_node))
        listeners = tuple(_ends(node, full, get_action_server_names_and_types_by_node))
    else:
        publishers = publishers_of(node, full, _QOS)
        listeners = tuple(
            listener
            for listener in listeners_of(node, full, f"{namespace}/{EXECUTOR}")
            if not _is_onlooker(listener.node)
        )
    return CommandSeen(
        name=name, topic=full, kind=kind, publishers=publishers, listeners=listeners
    )


def _ends(node: Node, action: str, ask: _NamesAndTypes) -> Iterator[Endpoint]:
    """Yield who is at one end of an action; a node that leaves meanwhile is not."""
    for name, namespace in node.get_node_names_and_namespaces():
        try:
            known: dict[str, Any] = dict(ask(node, name, namespace))
        except RuntimeError:  # RCLError, without a class for this cause.
            continue
        full = f"{namespace.rstrip('/')}/{name}"
        yield from (Endpoint(node=full, kind=kind) for kind in known.get(action, ()))


def _is_onlooker(node: str | None) -> bool:
    return node is not None and node.rpartition("/")[2].startswith(ONLOOKERS)
