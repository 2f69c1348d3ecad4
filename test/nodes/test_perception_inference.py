# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Two nodes in one process: the policy gets the very observation that was made."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

pytest.importorskip("rclpy", reason="needs ROS 2")
pytest.importorskip("vla_ros.action", reason="the interfaces are not built")

from preflight_bench import Robot, Steady
from rclpy.executors import SingleThreadedExecutor
from rclpy.parameter import Parameter

from vla_ros.msg import Observation
from vla_ros.nodes import perception_node
from vla_ros.nodes.inference_node import InferenceNode
from vla_ros.nodes.perception_node import PerceptionNode
from vla_ros.observe.handover import Handover
from vla_ros.ros.qos import RELIABLE_NEWEST

pytestmark = pytest.mark.ros

# Of its own: a lifecycle node stays in the graph until Python has forgotten it.
NAMESPACE = "/pair"
TOPIC = f"{NAMESPACE}/observation"
TIMEOUT_S = 20.0


class Pair:
    """Both nodes and a robot, served by one thread."""

    def __init__(self) -> None:
        given = [Parameter("robot", value="sim_arm"), Parameter("policy", value="tabletop")]
        handover = Handover()
        self.robot = Robot()
        self.perception = PerceptionNode(handover, overrides=given, namespace=NAMESPACE)
        self.inference = InferenceNode(Steady, handover, overrides=given, namespace=NAMESPACE)
        self.given: list[Any] = []
        give = handover.give
        handover.give = lambda each: (self.given.append(each), give(each))  # type: ignore
        self.nodes = (self.robot, self.perception, self.inference)
        self.executor = SingleThreadedExecutor()
        for node in self.nodes:
            self.executor.add_node(node)
        self.perception.start()
        self.inference.start()

    def until(self, condition: Callable[[], bool]) -> None:
        end_s = time.monotonic() + TIMEOUT_S
        while not condition():
            assert time.monotonic() < end_s, "waited in vain"
            self.executor.spin_once(timeout_sec=0.02)

    def see_more(self, count: int = 3) -> None:
        """Serve callbacks until some more observations were made."""
        wanted = len(self.given) + count
        self.until(lambda: len(self.given) >= wanted)

    def sees_the_newest(self) -> bool:
        """Say whether the policy's images are those of the newest observation, not copies."""
        seen = self.inference.observation()
        return seen is not None and seen.frames is self.given[-1].frames

    def close(self) -> None:
        for node in (self.inference, self.perception):
            node.stop()
        self.executor.shutdown()
        for node in self.nodes:
            node.destroy_node()


@pytest.fixture
def encoded(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Return the observations that were made a message."""
    seen: list[Any] = []
    encode = perception_node.encode_observation

    def record(observation: Any, *rest: Any) -> Observation:
        seen.append(observation)
        return encode(observation, *rest)

    monkeypatch.setattr(perception_node, "encode_observation", record)
    return seen


@pytest.fixture
def pair(ros: None, encoded: list[Any]) -> Iterator[Pair]:
    pair = Pair()
    yield pair
    pair.close()


def test_the_policy_gets_the_object_and_no_message_is_made_where_nobody_listens(
    pair: Pair, encoded: list[Any]
) -> None:
    pair.see_more()
    assert pair.sees_the_newest()
    assert pair.inference._watching._observations.pace().count == len(pair.given)
    assert pair.perception.count_publishers(TOPIC) == 1
    assert pair.perception.count_subscribers(TOPIC) == 0
    assert encoded == []


def test_who_listens_gets_the_messages_as_ever(pair: Pair, encoded: list[Any]) -> None:
    heard: list[Observation] = []
    pair.robot.create_subscription(Observation, TOPIC, heard.append, RELIABLE_NEWEST)
    pair.until(lambda: len(heard) > 2)
    assert set(map(id, encoded)) <= set(map(id, pair.given))
    assert list(heard[-1].cameras) == ["front", "wrist"]


def test_a_policy_that_is_not_configured_gets_nothing_and_disturbs_nobody(pair: Pair) -> None:
    pair.see_more()
    pair.inference.trigger_deactivate()
    pair.inference.trigger_cleanup()
    before = pair.inference.observation()
    pair.see_more()
    assert pair.inference.observation() is before
    pair.inference.trigger_configure()
    pair.see_more()
    assert pair.sees_the_newest()


def test_a_perception_that_is_not_active_gives_nothing(pair: Pair) -> None:
    pair.see_more()
    pair.perception.trigger_deactivate()
    count = len(pair.given)
    end_s = time.monotonic() + 0.3
    pair.until(lambda: time.monotonic() > end_s)
    assert len(pair.given) == count
    pair.perception.trigger_activate()
    pair.see_more()
    assert pair.sees_the_newest()
