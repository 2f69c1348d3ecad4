# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Nodes that die while the arm moves: it stops within its limits, and work goes on afterwards."""

import signal
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from vla_ros.cli.graph import Graph, NodeProcess
from vla_ros.cli.ready import wait_until_ready
from vla_ros.gate.vocabulary import GateMode
from vla_ros.policy.outcome import Outcome
from vla_ros.ros.client import Ended, RefusedError, ServerLostError
from vla_ros.ros.station import Station

pytestmark = [pytest.mark.ros, pytest.mark.integration]

# The middleware takes a while to forget the publishers of a process that was killed.
PATIENCE_S = 30.0
ONE = "/vla/executor_node"
TRIES = 4
RESET_AFTER_S = 1.1  # The gate refuses a reset within a second of an event.


@pytest.fixture
def waving(armed: Station, commands: Any, goal: Any) -> "Future[Ended]":
    """A goal that moves the arm until somebody ends it."""
    pool = ThreadPoolExecutor(1)
    ended = pool.submit(armed.instructions.send, goal(instruction="wave"))
    armed.wait_for(commands.is_moving, 20.0, "the arm to move")
    pool.shutdown(wait=False)
    return ended


@pytest.fixture
def kill(graph: Graph) -> Callable[[str], None]:
    """Kills a node as a crash would: no handler runs."""

    def act(node: str) -> None:
        graph.nodes[node].send(signal.SIGKILL)
        assert graph.nodes[node].wait(5.0)

    return act


def next_goal_works(graph: Graph, station: Station, commands: Any, goal: Any) -> None:
    """After a restart, an explicit reset and arm; once more while the middleware still settles.

    Until it knows who came and who left, messages may wait for 0.3 s, or a publisher has no name:
    then the gate latches, or a goal is rejected, and the answer says so.
    """
    wait_until_ready(graph, station)
    answers: list[Ended] = []
    while not answers or (answers[-1].outcome is Outcome.REJECTED and len(answers) < TRIES):
        station.disarm(PATIENCE_S)
        commands.clear()
        station.ready(PATIENCE_S)
        answers.append(station.instructions.send(goal(instruction="nod")))
    assert answers[-1].outcome is Outcome.SUCCEEDED, answers
    commands.assert_smooth()


def test_perception_killed(
    graph: Graph,
    armed: Station,
    commands: Any,
    goal: Any,
    waving: "Future[Ended]",
    kill: Callable[[str], None],
) -> None:
    kill("perception_node")
    ended = waving.result(30.0)
    assert ended.outcome is Outcome.OBSERVATION_LOST
    assert "perception_node went missing" in ended.message
    armed.wait_for(commands.is_at_rest, 5.0, "the arm to rest")
    commands.assert_smooth()

    graph.start("perception_node")
    next_goal_works(graph, armed, commands, goal)


def test_inference_killed(
    graph: Graph,
    armed: Station,
    commands: Any,
    goal: Any,
    waving: "Future[Ended]",
    kill: Callable[[str], None],
) -> None:
    kill("inference_node")
    with pytest.raises(ServerLostError, match="fell silent during the goal; silent for"):
        waving.result(30.0)
    armed.wait_for(lambda: armed.mode is GateMode.IDLE, 20.0, "the gate to give up the goal")
    commands.assert_smooth()

    graph.start("inference_node")
    next_goal_works(graph, armed, commands, goal)


def test_inference_interrupted(
    graph: Graph, armed: Station, commands: Any, goal: Any, waving: "Future[Ended]"
) -> None:
    graph.nodes["inference_node"].send(signal.SIGINT)
    ended = waving.result(30.0)
    assert ended.outcome is Outcome.POLICY_FAILED
    assert ended.message == "inference_node was deactivated"
    armed.wait_for(commands.is_at_rest, 5.0, "the arm to rest")
    assert armed.mode is GateMode.ARMED
    assert graph.nodes["inference_node"].wait(10.0)
    assert graph.nodes["inference_node"].exit_code == 0
    commands.assert_smooth()

    graph.start("inference_node")
    next_goal_works(graph, armed, commands, goal)


def test_executor_interrupted(
    graph: Graph, armed: Station, commands: Any, goal: Any, waving: "Future[Ended]"
) -> None:
    graph.nodes["executor_node"].send(signal.SIGINT)
    assert graph.nodes["executor_node"].wait(5.0)
    assert graph.nodes["executor_node"].exit_code == 0
    assert commands.is_at_rest()
    commands.assert_smooth()
    ended = waving.result(30.0)
    assert ended.outcome is Outcome.PROTECTIVE_STOP

    graph.start("executor_node")
    armed.gate_state = None
    next_goal_works(graph, armed, commands, goal)


def test_executor_killed(
    graph: Graph,
    armed: Station,
    commands: Any,
    goal: Any,
    waving: "Future[Ended]",
    kill: Callable[[str], None],
) -> None:
    kill("executor_node")
    ended = waving.result(30.0)
    assert ended.outcome is Outcome.PROTECTIVE_STOP
    assert "executor_node has been silent for" in ended.message

    graph.start("executor_node")
    armed.gate_state = None
    next_goal_works(graph, armed, commands, goal)


def refusal(station: Station, executor: str) -> str:
    """Why an executor does not arm; empty if it does, not having heard of the other yet.

    Then it latches, and cannot be reset for the same reason.
    """
    time.sleep(RESET_AFTER_S)
    # It may have begun without a heartbeat, and need a reset.
    return "; ".join(
        filter(None, (refused(station, f"{executor}/{do}") for do in ("reset", "arm")))
    )


def refused(station: Station, service: str) -> str:
    """What a service refuses with; empty if it does not."""
    try:
        station.services.trigger(service)
    except RefusedError as error:
        return str(error)
    return ""


def test_a_second_executor_is_named_and_neither_arms(
    graph: Graph, armed: Station, commands: Any, goal: Any
) -> None:
    armed.disarm()
    second = NodeProcess(
        "executor_two",
        [*graph.options.command("executor_node"), "-r", "__node:=executor_two"],
        graph.options.log_dir / "executor_two.log",
    )
    try:
        two = "/vla/executor_two"
        armed.wait_for(lambda: armed.lifecycle_state(two) == "active", 30.0, "the second executor")
        for executor, other in ((two, "executor_node"), (ONE, "executor_two")):
            reason = f"also published by /vla/{other}; only one node may command the arm"
            heard = [refusal(armed, executor) for _ in range(TRIES)]
            assert any(reason in answer for answer in heard), heard
    finally:
        second.end()
    next_goal_works(graph, armed, commands, goal)
