# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""perception_node and inference_node in one process: they work as ever, and die together."""

import signal
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from arm_commands import SCRIPTED
from lifecycle_msgs.srv import ChangeState

from vla_ros.cli.graph import Graph, GraphOptions, NodeProcess
from vla_ros.cli.ready import observing, wait_until_ready
from vla_ros.gate.vocabulary import GateMode
from vla_ros.policy.outcome import Outcome
from vla_ros.ros.client import Ended, ServerLostError
from vla_ros.ros.station import Station

pytestmark = [pytest.mark.ros, pytest.mark.integration]

PERCEPTION, INFERENCE = "/vla/perception_node", "/vla/inference_node"
PATIENCE_S = 30.0  # The middleware takes a while to forget a process that was killed.
ACTIVATE, DEACTIVATE = 3, 4  # As in lifecycle_msgs/msg/Transition.


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    """The four nodes in three processes, with the scripted policy."""
    log_dir = tmp_path_factory.mktemp("log")
    with Graph(GraphOptions(log_dir=log_dir, programs=SCRIPTED, shared=True)) as running:
        running.start()
        yield running


@pytest.fixture
def both(graph: Graph) -> NodeProcess:
    assert graph.nodes["perception_node"] is graph.nodes["inference_node"]
    return graph.nodes["inference_node"]


@pytest.fixture
def waving(armed: Station, commands: Any, goal: Any) -> "Future[Ended]":
    """A goal that moves the arm until somebody ends it."""
    pool = ThreadPoolExecutor(1)
    ended = pool.submit(armed.instructions.send, goal(instruction="wave"))
    armed.wait_for(commands.is_moving, 20.0, "the arm to move")
    pool.shutdown(wait=False)
    return ended


def change(station: Station, node: str, transition: int) -> None:
    """Do what `ros2 lifecycle set` does."""
    request = ChangeState.Request()
    request.transition.id = transition
    assert station.services.call(ChangeState, f"{node}/change_state", request, 10.0).success


def test_a_goal_is_served(both: NodeProcess, armed: Station, commands: Any, goal: Any) -> None:
    assert armed.instructions.send(goal(instruction="nod")).outcome is Outcome.SUCCEEDED
    assert both.exit_code is None
    commands.assert_smooth()


def test_each_has_a_lifecycle_of_its_own(both: NodeProcess, armed: Station, goal: Any) -> None:
    change(armed, PERCEPTION, DEACTIVATE)
    armed.wait_for(lambda: not observing(armed), 10.0, "observations to end")
    states = [armed.lifecycle_state(node) for node in (PERCEPTION, INFERENCE)]
    assert states == ["inactive", "active"]
    blind = armed.instructions.send(goal(instruction="nod"))
    assert blind.outcome is Outcome.REJECTED
    assert "perception_node is inactive" in blind.message

    change(armed, PERCEPTION, ACTIVATE)
    armed.wait_for(lambda: observing(armed), 10.0, "observations")
    change(armed, INFERENCE, DEACTIVATE)
    refused = armed.instructions.send(goal(instruction="nod"))
    assert refused.message.startswith("inference_node is not active")
    assert observing(armed)
    change(armed, INFERENCE, ACTIVATE)
    armed.wait_for(
        lambda: armed.instructions.send(goal(instruction="nod")).outcome is Outcome.SUCCEEDED,
        PATIENCE_S,
        "a goal to succeed",
    )
    assert both.exit_code is None


def test_their_death_stops_the_arm_and_work_goes_on_after_a_restart(
    graph: Graph,
    both: NodeProcess,
    armed: Station,
    commands: Any,
    goal: Any,
    waving: "Future[Ended]",
) -> None:
    both.send(signal.SIGKILL)
    with pytest.raises(ServerLostError, match="fell silent during the goal"):
        waving.result(30.0)
    armed.wait_for(lambda: armed.mode is GateMode.IDLE, 20.0, "the gate to give up the goal")
    assert commands.is_at_rest()
    commands.assert_smooth()

    graph.start("perception_node", "inference_node")
    wait_until_ready(graph, armed)
    armed.disarm(PATIENCE_S)
    commands.clear()
    armed.ready(PATIENCE_S)
    assert armed.instructions.send(goal(instruction="nod")).outcome is Outcome.SUCCEEDED
    commands.assert_smooth()


def test_ctrl_c_ends_the_goal_with_its_reason_and_then_both(
    graph: Graph, armed: Station, commands: Any, waving: "Future[Ended]"
) -> None:
    both = graph.nodes["inference_node"]
    both.send(signal.SIGINT)
    ended = waving.result(30.0)
    assert (ended.outcome, ended.message) == (
        Outcome.POLICY_FAILED,
        "inference_node was deactivated",
    )
    armed.wait_for(commands.is_at_rest, 5.0, "the arm to rest")
    assert both.wait(10.0)
    assert both.exit_code == 0
    commands.assert_smooth()
