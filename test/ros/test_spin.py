# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Callbacks are served while another thread destroys what is waited for."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

rclpy = pytest.importorskip("rclpy", reason="ROS is not installed")

from rclpy.exceptions import InvalidHandle
from rclpy.executors import Executor
from rclpy.node import Node
from rclpy.waitable import NumberOfEntities, Waitable

from vla_ros.ros.spin import (
    CallbackExecutor,
    Endings,
    GoalExecutor,
    RequestExecutor,
    Spinner,
)

pytestmark = pytest.mark.ros

EXECUTORS = (
    CallbackExecutor,
    lambda: RequestExecutor(2),
    lambda: GoalExecutor(2),
)
IDS = ("callbacks", "requests", "goals")


class Gone(Waitable):
    """Is destroyed by another thread just before it is waited for."""

    def __init__(self, node: Node) -> None:
        super().__init__(node.default_callback_group)
        self._node = node

    def __enter__(self) -> None:
        """Do nothing."""

    def __exit__(self, *_: object) -> None:
        """Do nothing."""

    def add_to_wait_set(self, wait_set: Any) -> None:
        self._node.remove_waitable(self)
        raise InvalidHandle("cannot use Destroyable because destruction was requested")

    def get_num_entities(self) -> NumberOfEntities:
        return NumberOfEntities()

    def is_ready(self, wait_set: Any) -> bool:
        return False

    def take_data(self) -> None:
        return None

    async def execute(self, taken_data: object) -> None:
        """Do nothing."""


@pytest.fixture
def node() -> Iterator[Node]:
    rclpy.init()
    node = Node("spun")
    yield node
    node.destroy_node()
    rclpy.shutdown()


@pytest.mark.parametrize("make", EXECUTORS, ids=IDS)
def test_what_was_destroyed_meanwhile_ends_nothing(
    make: Callable[[], Executor], node: Node
) -> None:
    served = threading.Event()
    endings: Endings[None] = Endings()
    gone = Gone(node)
    node.add_waitable(gone)
    node.create_timer(0.01, served.set)
    spinner = Spinner(node, make(), endings)
    assert served.wait(10.0)
    assert endings.empty()
    assert gone not in node.waitables
    spinner.end()


@pytest.mark.parametrize("make", EXECUTORS, ids=IDS)
def test_error_of_a_callback_ends_the_spinning(make: Callable[[], Executor], node: Node) -> None:
    def fail() -> None:
        raise InvalidHandle("this publisher was destroyed")

    endings: Endings[None] = Endings()
    node.create_timer(0.01, fail)
    spinner = Spinner(node, make(), endings)
    endings.get(timeout=10.0)
    with pytest.raises(InvalidHandle, match="this publisher was destroyed"):
        spinner.end()


def test_a_goal_waits_in_a_thread_of_its_own_for_what_a_callback_brings(node: Node) -> None:
    threads: dict[str, str] = {}
    brought, ended = threading.Event(), threading.Event()

    def bring() -> None:
        threads["callback"] = threading.current_thread().name
        brought.set()

    def wait() -> None:
        threads["goal"] = threading.current_thread().name
        if brought.wait(10.0):
            ended.set()

    executor = GoalExecutor(2)
    spinner = Spinner(node, executor, Endings())
    executor.create_task(wait)  # As rclpy does it with a goal.
    node.create_timer(0.01, bring)
    assert ended.wait(10.0)
    spinner.end()
    assert threads["callback"] == "callbacks"
    assert threads["goal"].startswith("requests")


def test_error_of_a_goal_ends_the_spinning(node: Node) -> None:
    def fail() -> None:
        raise ZeroDivisionError("of a goal")

    endings: Endings[None] = Endings()
    executor = GoalExecutor(2)
    spinner = Spinner(node, executor, endings)
    node.create_timer(0.01, lambda: None)
    executor.create_task(fail)
    endings.get(timeout=10.0)
    with pytest.raises(ZeroDivisionError, match="of a goal"):
        spinner.end()
