# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Who commands and who obeys, in a real graph."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

rclpy = pytest.importorskip("rclpy", reason="needs ROS 2")
pytest.importorskip("vla_ros.action", reason="the interfaces are not built")

from rclpy.action import ActionClient, ActionServer
from rclpy.node import Node
from std_msgs.msg import Float64MultiArray

from vla_ros.action import ExecuteInstruction
from vla_ros.doctor.facts import CommandSeen, Endpoint
from vla_ros.robot.profile import load_robot_profile
from vla_ros.ros import commanding
from vla_ros.ros.commanding import see_commands
from vla_ros.ros.topics import COMMANDS

pytestmark = pytest.mark.ros

ROBOT = load_robot_profile("sim_arm")
ACTION = "vla_ros/action/ExecuteInstruction"  # Stands for one that is not always installed.
ARRAY = "std_msgs/msg/Float64MultiArray"
MakeNode = Callable[..., Node]


@pytest.fixture
def make_node() -> Iterator[MakeNode]:
    rclpy.init()
    nodes: list[Node] = []

    def make(name: str, namespace: str = "/") -> Node:
        nodes.append(Node(name, namespace=namespace))
        return nodes[-1]

    yield make
    for node in nodes:
        node.destroy_node()
    rclpy.shutdown()


def seen_once(
    node: Node, robot: Any, is_complete: Callable[[CommandSeen], bool]
) -> tuple[CommandSeen, ...]:
    """What is seen once the arm's end of the graph is discovered."""
    for _ in range(500):
        seen = see_commands(node, robot, "/vla")
        if is_complete(seen[0]):
            return seen
        rclpy.spin_once(node, timeout_sec=0.01)
    raise AssertionError(seen)


def test_publishers_and_subscribers_of_a_topic_are_named(make_node: MakeNode) -> None:
    executor = make_node("executor_node", "/vla")
    executor.create_publisher(Float64MultiArray, ROBOT.command.topic, 1)
    for name in ("controller", "rosbag2_recorder"):
        make_node(name).create_subscription(
            Float64MultiArray, ROBOT.command.topic, lambda _: None, 1
        )
    arm, gripper = seen_once(
        make_node("doctor"), ROBOT, lambda arm: bool(arm.publishers and arm.listeners)
    )
    assert (arm.topic, arm.kind, arm.is_action) == (ROBOT.command.topic, ARRAY, False)
    assert arm.publishers == (Endpoint(node="/vla/executor_node", kind=ARRAY),)
    assert arm.listeners == (Endpoint(node="/controller", kind=ARRAY),)
    assert (gripper.publishers, gripper.listeners) == ((), ())


def test_clients_and_servers_of_an_action_are_named(
    make_node: MakeNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(COMMANDS, "follow_joint_trajectory", ACTION)
    robot = ROBOT.model_copy(
        update={
            "command": ROBOT.command.model_copy(
                update={"kind": "follow_joint_trajectory", "topic": "arm/follow"}
            )
        }
    )
    for name, namespace in (("executor_node", "/vla"), ("move_group", "/")):
        ActionClient(make_node(name, namespace), ExecuteInstruction, "/vla/arm/follow")
    server = ActionServer(
        make_node("controller"), ExecuteInstruction, "/vla/arm/follow", lambda _: None
    )
    arm, _ = seen_once(
        make_node("doctor"),
        robot,
        lambda arm: len(arm.publishers) == 2 and len(arm.listeners) == 1,
    )
    server.destroy()
    assert (arm.topic, arm.kind, arm.is_action) == ("/vla/arm/follow", ACTION, True)
    assert {end.node for end in arm.publishers} == {"/vla/executor_node", "/move_group"}
    assert arm.listeners == (Endpoint(node="/controller", kind=ACTION),)


def test_a_node_that_leaves_while_it_is_looked_at_is_left_out(
    make_node: MakeNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = make_node("doctor")
    monkeypatch.setattr(node, "get_node_names_and_namespaces", lambda: [("gone", "/")])
    clients = commanding.get_action_client_names_and_types_by_node
    assert list(commanding._ends(node, "/arm/follow", clients)) == []
