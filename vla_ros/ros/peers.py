# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What our nodes say of themselves: state and parameters."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from lifecycle_msgs.srv import GetState
from rcl_interfaces.srv import GetParameters
from rclpy.callback_groups import CallbackGroup
from rclpy.client import Client
from rclpy.node import Node
from rclpy.parameter import parameter_value_to_python

from vla_ros.doctor.facts import NodeSeen
from vla_ros.params import NODE_PARAMS, specs_of

ANSWER_S = 4.0  # Who takes longer hangs.
_PERIOD_S = 1.0
_OVERDUE_S = 1.5  # What was asked then may have been lost with a node that left.
_RUNS = "active"
_ROS_TIME = "use_sim_time"


def node_names(node: Node) -> list[str]:
    """Return the full name of every node in the graph; twice for one with a double."""
    pairs = node.get_node_names_and_namespaces()
    return [f"{namespace.rstrip('/')}/{name}" for name, namespace in pairs]


def names_to_ask(name: str) -> list[str]:
    """Return the names of the parameters of one of our nodes.

    Args:
        name: Its full name.
    """
    short = name.rpartition("/")[2]
    return [_ROS_TIME, *(spec.name for spec in specs_of(NODE_PARAMS[short]))]


def decode_parameters(names: Sequence[str], values: Iterable[Any]) -> dict[str, object]:
    """Return the parameters that have a value."""
    known = zip(names, map(parameter_value_to_python, values), strict=False)
    return {name: value for name, value in known if value is not None}


@dataclass(slots=True)
class _Talk:
    """What is asked of one node, and what it said.

    Attributes:
        clients: They ask.
        asked_s: Since when no answer came; None if the last question was answered.
        sent_s: When the last question went out.
        state: What it said last; None before that.
        parameters: What it said last.
        question: Whom an answer is awaited from, and the answer to be; None for nobody.
    """

    clients: dict[str, Client]
    asked_s: float | None = None
    sent_s: float = 0.0
    state: str | None = None
    parameters: dict[str, object] = field(default_factory=dict)
    question: tuple[Client, Any] | None = None

    def ask(self, what: str, request: Any, answered: Callable[[Any], None]) -> None:
        """Send a question; an answer that comes after another question is not heard."""
        self.forget()
        client = self.clients[what]
        future = client.call_async(request)
        self.question = client, future

        def hear(future: Any) -> None:
            if self.question is not None and self.question[1] is future:
                self.question = None
                answered(future.result())

        future.add_done_callback(hear)

    def forget(self) -> None:
        """Await no answer any more."""
        question, self.question = self.question, None
        if question is not None:
            client, future = question
            client.remove_pending_request(future)


class Peers:
    """Asks other nodes once a second and waits for nobody.

    Args:
        node: That asks.
        names: Their full names.
        group: Of the callbacks.
    """

    def __init__(self, node: Node, names: Sequence[str], group: CallbackGroup) -> None:
        self._node = node
        self._talks = {
            name: _Talk(
                {
                    "state": node.create_client(
                        GetState, f"{name}/get_state", callback_group=group
                    ),
                    "parameters": node.create_client(
                        GetParameters, f"{name}/get_parameters", callback_group=group
                    ),
                }
            )
            for name in names
        }
        self._timer = node.create_timer(_PERIOD_S, self._ask, callback_group=group)

    def close(self) -> None:
        """Ask no more."""
        self._node.destroy_timer(self._timer)
        for talk in self._talks.values():
            for client in talk.clients.values():
                self._node.destroy_client(client)

    def see(self) -> tuple[NodeSeen, ...]:
        """Return those that are not there, have answered, or should have."""
        there = node_names(self._node)
        seen = (self._see(name, there.count(name)) for name in self._talks)
        return tuple(each for each in seen if each is not None)

    def _see(self, name: str, count: int) -> NodeSeen | None:
        talk = self._talks[name]
        if count == 0:
            return NodeSeen(name=name)
        waited_s = 0.0 if talk.asked_s is None else time.monotonic() - talk.asked_s
        hangs = waited_s > ANSWER_S
        # That it does not run may have been said by one that left, and came back.
        stale = waited_s > _OVERDUE_S and talk.state != _RUNS
        if (talk.state is None or stale) and not hangs:
            return None
        state = "" if hangs else talk.state or ""
        return NodeSeen(name=name, count=count, state=state, parameters=talk.parameters)

    def _ask(self) -> None:
        there = node_names(self._node)
        for name, talk in self._talks.items():
            if name not in there:
                talk.forget()
                talk.state, talk.parameters, talk.asked_s = None, {}, None
            elif self._may_ask(talk):
                talk.sent_s = time.monotonic()
                talk.asked_s = talk.sent_s if talk.asked_s is None else talk.asked_s
                self._ask_one(name, talk)

    def _may_ask(self, talk: _Talk) -> bool:
        """Say whether a question would arrive, and the one before was answered or is overdue."""
        if not all(client.service_is_ready() for client in talk.clients.values()):
            return False
        return talk.asked_s is None or time.monotonic() - talk.sent_s > _OVERDUE_S

    def _ask_one(self, name: str, talk: _Talk) -> None:
        names = names_to_ask(name)

        def on_parameters(answer: Any) -> None:
            talk.parameters = decode_parameters(names, answer.values)
            talk.ask("state", GetState.Request(), on_state)

        def on_state(answer: Any) -> None:
            talk.state = str(answer.current_state.label)
            talk.asked_s = None

        talk.ask("parameters", GetParameters.Request(names=names), on_parameters)
