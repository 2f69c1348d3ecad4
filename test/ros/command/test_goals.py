# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Goals that are never waited for, with a server that is made of plain objects."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("rclpy")

from vla_ros.ros.command.follow import explain
from vla_ros.ros.command.goals import Goals

SECOND = 1_000_000_000
SUCCEEDED, CANCELED, ABORTED = 4, 5, 6
TOLERANCE = SimpleNamespace(error_code=-4, error_string="joint2 is 0.3 rad away")
FINE = SimpleNamespace(error_code=0, error_string="")


class Future:
    """Done when the test says so."""

    def __init__(self) -> None:
        self._callbacks: list[Callable[[Any], None]] = []
        self._result: Any = None

    def add_done_callback(self, callback: Callable[[Any], None]) -> None:
        self._callbacks.append(callback)

    def cancelled(self) -> bool:
        return False

    def result(self) -> Any:
        return self._result

    def finish(self, **fields: Any) -> None:
        self._result = SimpleNamespace(**fields)
        for callback in self._callbacks:
            callback(self)


class Server:
    """The other side of the two services."""

    def __init__(self) -> None:
        self.now_ns = 0
        self.answers: list[Future] = []
        self.results: list[Future] = []
        self.dropped: list[Future] = []
        self.goals = Goals(
            "/arm/follow",
            ask=lambda _: self._new(self.answers),
            ask_result=lambda _: self._new(self.results),
            drop=self.dropped.append,
            explain=explain,
            monotonic_ns=lambda: self.now_ns,
        )

    def send(self, *, accepted: bool | None = None) -> None:
        self.goals.send(object())
        if accepted is not None:
            self.answers[-1].finish(accepted=accepted)

    def _new(self, futures: list[Future]) -> Future:
        futures.append(Future())
        return futures[-1]


@pytest.fixture
def server() -> Server:
    return Server()


def test_a_goal_that_reaches_its_end_is_nothing_to_complain_about(server: Server) -> None:
    assert server.goals.find_complaint() is None
    server.send(accepted=True)
    server.results[-1].finish(status=SUCCEEDED, result=FINE)
    assert server.goals.find_complaint() is None
    assert len(server.goals._pending) == 0


def test_a_goal_that_another_took_the_place_of_may_end_in_any_way(server: Server) -> None:
    server.send(accepted=True)
    server.send(accepted=True)
    server.results[0].finish(status=ABORTED, result=TOLERANCE)
    assert server.goals.find_complaint() is None
    assert len(server.results) == 2


def test_one_that_was_overtaken_before_it_was_answered_is_asked_no_result(server: Server) -> None:
    server.send()
    server.send(accepted=True)
    server.answers[0].finish(accepted=True)
    assert len(server.results) == 1


@pytest.mark.parametrize(
    ("status", "result", "text"),
    [
        (
            ABORTED,
            TOLERANCE,
            "aborted the newest trajectory: PATH_TOLERANCE_VIOLATED (-4), joint2",
        ),
        (CANCELED, FINE, "canceled the newest trajectory: SUCCESSFUL (0)"),
        (ABORTED, SimpleNamespace(error_code=-9, error_string=""), "trajectory: error (-9)"),
        (2, FINE, "ended with status 2"),
    ],
)
def test_the_newest_goal_that_ends_otherwise_is_told_with_its_reason(
    server: Server, status: int, result: Any, text: str
) -> None:
    server.send(accepted=True)
    server.results[-1].finish(status=status, result=result)
    complaint = server.goals.find_complaint()
    assert complaint is not None
    assert complaint.startswith("/arm/follow ")
    assert text in complaint
    assert server.goals.find_complaint() == complaint


def test_a_goal_that_is_refused_is_told_once_even_if_the_next_one_is_accepted(
    server: Server,
) -> None:
    server.send(accepted=False)
    server.send(accepted=True)
    assert "/arm/follow refuses a trajectory" in str(server.goals.find_complaint())
    assert server.goals.find_complaint() is None


def test_a_refusal_is_told_until_one_is_accepted_or_nothing_was_sent_for_a_while(
    server: Server,
) -> None:
    server.send(accepted=False)
    for _ in range(3):
        assert server.goals.find_complaint() is not None
    server.now_ns += 3 * SECOND
    assert server.goals.find_complaint() is not None
    assert server.goals.find_complaint() is None


def test_a_server_that_does_not_answer_is_told(server: Server) -> None:
    for _ in range(12):
        server.send()
        assert server.goals.find_complaint() is None
        server.now_ns += SECOND // 12
    server.now_ns += SECOND // 2
    assert server.goals.find_complaint() == "/arm/follow does not answer for 1 s. Check its node"
    server.answers[-1].finish(accepted=True)
    assert server.goals.find_complaint() is None


def test_who_is_sent_nothing_more_owes_no_answer(server: Server) -> None:
    server.send()
    server.now_ns += 3 * SECOND // 2
    assert server.goals.find_complaint() is not None
    server.now_ns += SECOND
    assert server.goals.find_complaint() is None


def test_a_server_that_answers_late_is_no_server_that_does_not_answer(server: Server) -> None:
    for _ in range(40):
        server.send()
        server.now_ns += SECOND // 10
        if len(server.answers) > 3:
            server.answers[-3].finish(accepted=True)
        assert server.goals.find_complaint() is None


def test_answers_that_never_come_do_not_fill_the_memory(server: Server) -> None:
    for _ in range(100):
        server.send()
    assert len(server.goals._pending) == 16
    assert server.dropped == server.answers[:-16]
    server.answers[0].finish(accepted=False)  # Too late to count.
    assert server.goals.find_complaint() is None


def test_after_the_end_nothing_is_waited_for(server: Server) -> None:
    server.send(accepted=True)
    server.send()
    server.goals.close()
    assert set(server.dropped) == {server.results[0], server.answers[1]}
    assert len(server.goals._pending) == 0
    server.results[0].finish(status=ABORTED, result=TOLERANCE)
    assert server.goals.find_complaint() is None
