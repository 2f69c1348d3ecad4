# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A question that gets lost is asked again; a call that changes something is not."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

pytest.importorskip("rclpy", reason="ROS is not installed")

from rclpy.callback_groups import ReentrantCallbackGroup
from spun import spun
from std_srvs.srv import Trigger

pytest.importorskip("vla_ros.action", reason="the interfaces are not built")

from vla_ros.ros.client import ServerLostError, ServiceCaller

pytestmark = pytest.mark.ros

NAME = "/questioned/state"


class Server:
    """Answers late, or the first requests not at all.

    Args:
        lost: How many requests get no answer while the test looks.
        takes_s: How long the others take [s].
    """

    def __init__(self, lost: int = 0, takes_s: float = 0.0) -> None:
        self.asked = 0
        self._lost, self._takes_s = lost, takes_s
        self._over = threading.Event()

    @contextmanager
    def caller(self) -> Iterator[ServiceCaller]:
        """Return who asks it."""
        with spun("questioned", threads=8) as node:
            group = ReentrantCallbackGroup()
            node.create_service(Trigger, NAME, self._answer, callback_group=group)
            try:
                yield ServiceCaller(node)
            finally:
                self._over.set()

    def _answer(self, _: Any, response: Any) -> Any:
        self.asked += 1
        if self.asked <= self._lost:
            self._over.wait(20.0)
        self._over.wait(self._takes_s)
        response.success = True
        return response


def test_question_without_an_answer_is_asked_again() -> None:
    server = Server(lost=1)
    with server.caller() as caller:
        assert caller.ask(Trigger, NAME, Trigger.Request(), timeout_s=10.0).success
        assert server.asked == 2


def test_answer_that_comes_after_the_question_was_repeated_is_heard() -> None:
    server = Server(takes_s=1.5)
    with server.caller() as caller:
        assert caller.ask(Trigger, NAME, Trigger.Request(), timeout_s=10.0).success


@pytest.mark.parametrize(("does", "asked"), [("ask", 2), ("call", 1)])
def test_silence_ends_in_time_and_names_the_service(does: str, asked: int) -> None:
    server = Server(lost=9)
    with server.caller() as caller:
        with pytest.raises(ServerLostError, match=rf"{NAME} did not answer within 1\.5 s"):
            getattr(caller, does)(Trigger, NAME, Trigger.Request(), timeout_s=1.5)
        assert server.asked == asked
