# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A question that gets lost is asked again; a call that changes something is not."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest

rclpy = pytest.importorskip("rclpy", reason="needs ROS 2")
pytest.importorskip("vla_ros.action", reason="the interfaces are not built")

from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.executors import MultiThreadedExecutor
from rclpy.node import Node
from std_srvs.srv import Trigger

from vla_ros.ros.client import ServerLostError, ServiceCaller

pytestmark = pytest.mark.ros

NAME = "/questioned/state"


class Forgetful:
    """A server that is too slow for the first requests, so that their answers are lost."""

    def __init__(self, node: Node, lost: int) -> None:
        self.asked = 0
        self.late = threading.Event()
        self._lost = lost
        node.create_service(Trigger, NAME, self._answer, callback_group=ReentrantCallbackGroup())

    def _answer(self, _: Any, response: Any) -> Any:
        self.asked += 1
        if self.asked <= self._lost:
            self.late.wait(20.0)
        response.success, response.message = True, f"asked {self.asked} times"
        return response


@pytest.fixture
def node() -> Iterator[Node]:
    rclpy.init()
    node = Node("questioned")
    executor = MultiThreadedExecutor(4)
    executor.add_node(node)
    thread = threading.Thread(target=executor.spin)
    thread.start()
    yield node
    executor.shutdown()
    thread.join()
    node.destroy_node()
    rclpy.try_shutdown()


def test_question_without_an_answer_is_asked_again(node: Node) -> None:
    server = Forgetful(node, lost=1)
    answer = ServiceCaller(node).ask(Trigger, NAME, Trigger.Request(), timeout_s=10.0)
    server.late.set()
    assert answer.message == "asked 2 times"


def test_silence_ends_in_time_and_names_the_service(node: Node) -> None:
    server = Forgetful(node, lost=9)
    with pytest.raises(ServerLostError, match=rf"{NAME} did not answer"):
        ServiceCaller(node).ask(Trigger, NAME, Trigger.Request(), timeout_s=1.5)
    server.late.set()
    assert server.asked == 2


def test_call_is_made_once(node: Node) -> None:
    server = Forgetful(node, lost=9)
    with pytest.raises(ServerLostError, match=r"did not answer within 2 s"):
        ServiceCaller(node).call(Trigger, NAME, Trigger.Request(), timeout_s=2.0)
    server.late.set()
    assert server.asked == 1
