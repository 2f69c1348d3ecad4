# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A goal that its client stops watching is canceled, accepted or not."""

from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("rclpy", reason="ROS is not installed")
pytest.importorskip("vla_ros.action", reason="the interfaces are not built")

from action_msgs.msg import GoalStatus
from rclpy.task import Future

from vla_ros.action import ExecuteInstruction
from vla_ros.policy.outcome import Outcome
from vla_ros.ros import client as module
from vla_ros.ros.client import InstructionClient, ServerLostError

GOAL = ExecuteInstruction.Goal(instruction="wave")
CANCELED = SimpleNamespace(
    status=GoalStatus.STATUS_CANCELED,
    result=ExecuteInstruction.Result(outcome=int(Outcome.CANCELED), message="canceled"),
)


class Server:
    """rclpy's client, as if there were a server; `news` come while somebody waits."""

    def __init__(self) -> None:
        self.sent: list[Any] = []
        self.canceled: list[Any] = []
        self.news: Any = iter(())
        self.accepting, self.canceling, self.ending = Future(), Future(), Future()

    def send_goal_async(self, _: Any, *, feedback_callback: Any, goal_uuid: Any) -> Future:
        del feedback_callback
        self.sent.append(goal_uuid)
        return self.accepting

    def _cancel_goal_async(self, handle: Any) -> Future:
        self.canceled.append(handle.goal_id)
        return self.canceling

    def accept(self) -> None:
        """Accept the goal, and end it as soon as it is canceled."""
        self.canceling.set_result(None)
        self.ending.set_result(CANCELED)
        self.accepting.set_result(
            SimpleNamespace(
                cancel_goal_async=lambda: self._cancel_goal_async(
                    SimpleNamespace(goal_id=self.sent[-1])
                ),
                get_result_async=lambda: self.ending,
            )
        )

    def wait(self, future: Future) -> Any:
        """Have what comes next happen before a wait ends."""

        def wait(_: float) -> bool:
            happen = next(self.news, None)
            if happen is not None:
                happen()
            return bool(future.done())

        return SimpleNamespace(wait=wait)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    server = Server()
    monkeypatch.setattr(module, "ActionClient", lambda *_: server)
    monkeypatch.setattr(module, "_event_of", server.wait)
    return server


def make_client(silence_s: float = 5.0) -> InstructionClient:
    return InstructionClient(None, silence_s=silence_s)  # type: ignore[arg-type]


def interrupt() -> None:
    raise KeyboardInterrupt


def test_a_goal_that_was_interrupted_before_its_acceptance_is_canceled_after_it(
    server: Server,
) -> None:
    client = make_client()
    server.news = iter([interrupt, server.accept])
    with pytest.raises(KeyboardInterrupt):
        client.send(GOAL)
    assert server.canceled == server.sent
    ended = client.cancel()
    assert ended is not None
    assert ended.outcome is Outcome.CANCELED
    assert server.canceled == server.sent * 2  # Before, it may have known nothing of the goal.
    assert client.cancel() is None


def test_a_goal_whose_cancellation_is_interrupted_is_canceled_all_the_same(
    server: Server,
) -> None:
    client = make_client()
    server.news = iter([interrupt, interrupt])
    for wait in (lambda: client.send(GOAL), client.cancel):
        server.canceled.clear()
        with pytest.raises(KeyboardInterrupt):
            wait()
        assert server.canceled == server.sent


@pytest.mark.parametrize("accepted", [False, True])
def test_a_goal_whose_server_falls_silent_is_canceled(server: Server, *, accepted: bool) -> None:
    client = make_client(silence_s=-1.0)
    if accepted:
        server.accept()
        server.ending = Future()
    with pytest.raises(ServerLostError, match="Is inference_node still running"):
        client.send(GOAL)
    assert server.canceled == server.sent


def test_a_goal_that_ends_is_not_canceled(server: Server) -> None:
    server.accept()
    assert make_client().send(GOAL).message == "canceled"
    assert server.canceled == []
