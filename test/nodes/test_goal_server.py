# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Goals that are accepted at the same time as each other, or as the node is deactivated."""

import contextlib
import threading
from types import SimpleNamespace, TracebackType
from typing import Any

import pytest

pytest.importorskip("rclpy", reason="needs ROS 2")

from vla_ros.nodes import goal_server
from vla_ros.nodes.goal_server import GoalServer
from vla_ros.policy.outcome import Outcome
from vla_ros.policy.parking import PARKING_SPEED


class Run:
    def __init__(self, goal: Any) -> None:
        self.goal, self.preempted, self.abandoned = goal, False, ""
        self.canceled = False

    def preempt(self) -> None:
        self.preempted = True

    def abandon(self, message: str) -> None:
        self.abandoned = message

    def cancel(self) -> None:
        self.canceled = True

    def asked_to_end(self) -> str:
        return "preempted" * self.preempted or "canceled" * self.canceled


class MeetingLock:
    """A lock after which two threads meet, if both can leave it before they are done."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._meeting = threading.Barrier(2)

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._lock.release()
        with contextlib.suppress(threading.BrokenBarrierError):
            self._meeting.wait(0.3)


def make_server(lock: Any, runs: list[Run]) -> Any:
    def make_run(goal: Any, _: int) -> Run:
        runs.append(Run(goal))
        return runs[-1]

    server: Any = object.__new__(GoalServer)
    server._host = SimpleNamespace(make_run=make_run, now_ns=lambda: 0)
    server._log = SimpleNamespace(info=lambda _: None)
    server._active, server._runs = True, {}
    server._runs_lock, server._wake = lock, threading.Event()
    return server


def handle(byte: int) -> Any:
    request = SimpleNamespace(instruction="go", timeout_s=0.0, speed_scale=0.0, dry_run=False)
    goal_id = SimpleNamespace(uuid=[byte] * 16)
    return SimpleNamespace(request=request, goal_id=goal_id, execute=lambda: None)


def test_of_two_goals_accepted_at_once_one_preempts_the_other() -> None:
    runs: list[Run] = []
    server = make_server(MeetingLock(), runs)
    threads = [threading.Thread(target=server._accept, args=(handle(b),)) for b in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(run.preempted for run in runs) == 1


def test_parking_takes_over_from_nobody_and_is_told_so() -> None:
    runs: list[Run] = []
    server = make_server(threading.Lock(), runs)
    server._accept(handle(1))
    ends: list[Any] = []
    server._finish = lambda _, run, end: ends.append((run, end))
    server._park(handle(2))

    ((run, end),) = ends
    assert run is runs[1]
    assert run.goal.parks
    assert end.outcome is Outcome.REJECTED
    assert "a goal is running" in end.message
    assert not runs[0].preempted
    assert list(server._runs) == [runs[0].goal.goal_id]


def test_parking_alone_runs_slowly_unless_a_speed_is_named() -> None:
    runs: list[Run] = []
    server = make_server(threading.Lock(), runs)
    server._execute = lambda _: None
    server._park(handle(1))
    assert runs[0].goal.speed == PARKING_SPEED
    assert list(server._runs) == [runs[0].goal.goal_id]


def test_a_goal_accepted_while_the_node_is_deactivated_ends() -> None:
    runs: list[Run] = []

    class DeactivatingLock:
        """The node is deactivated just before a goal is registered."""

        def __enter__(self) -> None:
            server._active = False

        def __exit__(self, *_: object) -> None:
            pass

    server = make_server(DeactivatingLock(), runs)
    server._accept(handle(1))

    assert "not active" in runs[0].abandoned


@pytest.mark.parametrize("how", ["preempted", "canceled"])
def test_a_goal_that_waits_for_the_one_before_ends_without_it(how: str) -> None:
    """Each waiting goal holds one of the node's few threads."""
    runs: list[Run] = []
    server = make_server(threading.Lock(), runs)
    server._turn = threading.Lock()
    server._turn.acquire()  # The goal before stops its arm, for as long as that takes.
    ends: list[str] = []
    server._finish = lambda _, run, end: ends.append(end)
    waiting = handle(1)
    waiting.is_cancel_requested = how == "canceled"
    server._accept(waiting)
    if how == "preempted":
        server._accept(handle(2))
    server._execute(waiting)
    assert ends == [how]
    assert runs[0] not in server._runs.values()
    assert server._turn.locked()


def test_deactivation_lets_the_last_result_out_whatever_else_comes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(goal_server, "time", SimpleNamespace(sleep=pauses.append))
    server = make_server(threading.Lock(), [])
    server._turn = threading.Lock()
    server.wake()  # As an observation does.
    server.deactivate()
    assert pauses == [goal_server._SEND_S]
