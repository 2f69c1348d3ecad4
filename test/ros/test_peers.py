# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What another node says of itself, and what it no longer says."""

from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("rclpy", reason="ROS is not installed")
pytest.importorskip("vla_ros.msg", reason="the interfaces are not built")

from lifecycle_msgs.srv import GetState
from rcl_interfaces.msg import ParameterValue
from rcl_interfaces.srv import GetParameters
from rclpy.task import Future

from vla_ros.ros import peers
from vla_ros.ros.peers import Peers

NAME = "/vla/executor_node"


class Service:
    """A client whose answers the test gives."""

    def __init__(self) -> None:
        self.pending: list[Future] = []
        self.asked: list[Future] = []

    def service_is_ready(self) -> bool:
        return True

    def call_async(self, _: Any) -> Future:
        self.asked.append(Future())
        self.pending.append(self.asked[-1])
        return self.asked[-1]

    def remove_pending_request(self, future: Future) -> None:
        if future in self.pending:
            self.pending.remove(future)

    def answer(self, number: int, response: Any) -> None:
        self.asked[number].set_result(response)


class Bench:
    """Two services of one node, and the clock of the test."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now_s = 0.0
        self.there = [("executor_node", "/vla")]
        self.services = {"get_state": Service(), "get_parameters": Service()}
        self.ask: Any = None
        monkeypatch.setattr(peers, "time", SimpleNamespace(monotonic=lambda: self.now_s))
        node: Any = SimpleNamespace(
            create_client=lambda _, name, **__: self.services[name.rpartition("/")[2]],
            create_timer=self._keep,
            get_node_names_and_namespaces=lambda: self.there,
        )
        self.peers = Peers(node, [NAME], None)  # type: ignore[arg-type]

    def _keep(self, _: float, callback: Any, **__: Any) -> None:
        self.ask = callback

    def say_parameters(self, number: int, simulated: bool) -> None:
        value = ParameterValue(type=1, bool_value=simulated)
        answer = GetParameters.Response(values=[value])
        self.services["get_parameters"].answer(number, answer)

    def say_state(self, number: int, label: str) -> None:
        answer = GetState.Response()
        answer.current_state.label = label
        self.services["get_state"].answer(number, answer)


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(monkeypatch)


def test_a_node_that_answers_is_seen_with_its_state_and_parameters(bench: Bench) -> None:
    bench.ask()
    assert bench.peers.see() == ()
    bench.say_parameters(0, simulated=True)
    bench.say_state(0, "active")
    (seen,) = bench.peers.see()
    assert (seen.state, seen.parameters) == ("active", {"use_sim_time": True})


def test_questions_without_an_answer_do_not_pile_up(bench: Bench) -> None:
    for bench.now_s in (0.0, 2.0, 4.0, 6.0):
        bench.ask()
    asked = bench.services["get_parameters"]
    assert len(asked.asked) == 4
    assert asked.pending == asked.asked[-1:]
    bench.there = []
    bench.ask()
    assert asked.pending == []


def test_a_late_answer_to_an_old_question_is_not_heard(bench: Bench) -> None:
    for bench.now_s in (0.0, 2.0):
        bench.ask()
    bench.say_parameters(0, simulated=True)
    assert bench.services["get_state"].asked == []
    bench.say_parameters(1, simulated=False)
    bench.say_state(0, "active")
    (seen,) = bench.peers.see()
    assert seen.parameters == {"use_sim_time": False}
