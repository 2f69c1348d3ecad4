# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The service that cuts the power answers, refuses, or says nothing at all."""

from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("rclpy", reason="ROS is not installed")

from diagnostic_msgs.msg import DiagnosticStatus
from rclpy.task import Future
from std_srvs.srv import Trigger

from vla_ros.gate.vocabulary import GateMode
from vla_ros.nodes import executor_power
from vla_ros.nodes.executor_power import PowerOff

SERVICE = "/robot/power_off"


class Bench:
    """A service that answers when the test says so, and the clock of the test."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now_s = 0.0
        self.asked: list[Future] = []
        self.forgotten: list[Future] = []
        self.errors: list[str] = []
        self.state = SimpleNamespace(mode=GateMode.ESTOP, resting=True)
        self.watch: Any = None
        monkeypatch.setattr(executor_power, "time", SimpleNamespace(monotonic=lambda: self.now_s))
        node: Any = SimpleNamespace(create_client=lambda *_: self, create_timer=self._keep)
        self.power = PowerOff(node, SERVICE, "arm", lambda: self.state, self._log, None)

    def _keep(self, _: float, callback: Any, *, callback_group: Any) -> None:
        del callback_group
        self.watch = callback

    def _log(self, severity: str, text: str) -> None:
        if severity == "error":
            self.errors.append(text)

    def service_is_ready(self) -> bool:
        return True

    def call_async(self, _: Any) -> Future:
        self.asked.append(Future())
        return self.asked[-1]

    def remove_pending_request(self, future: Future) -> None:
        self.forgotten.append(future)

    def said(self) -> tuple[bool, str]:
        """Whether the diagnostics show an error, and what they say."""
        (line,) = self.power.diagnose()
        return line.level == DiagnosticStatus.ERROR, line.message


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(monkeypatch)


def test_a_request_without_an_answer_is_an_error_from_the_start(bench: Bench) -> None:
    bench.watch()
    assert bench.said() == (True, f"asked {SERVICE} to cut the power, no answer yet")
    assert bench.errors == []
    for bench.now_s in (0.9, 1.1, 5.0):
        bench.watch()
    text = f"{SERVICE} did not answer within 1 s: the power may still be on"
    assert bench.said() == (True, text)
    assert bench.errors == [text]
    assert bench.forgotten == bench.asked
    assert len(bench.asked) == 1


def test_an_answer_in_time_is_what_the_diagnostics_say(bench: Bench) -> None:
    bench.watch()
    bench.asked[0].set_result(Trigger.Response(success=True, message="off"))
    assert bench.said() == (False, "cut after an emergency stop: off")
    bench.now_s = 5.0
    bench.watch()
    assert bench.errors == []


def test_every_emergency_stop_asks_anew(bench: Bench) -> None:
    bench.watch()
    bench.asked[0].set_result(Trigger.Response(success=False, message="a fuse"))
    assert bench.said() == (True, f"{SERVICE} did not cut the power: a fuse")
    bench.state.mode = GateMode.IDLE
    bench.watch()
    bench.state.mode = GateMode.ESTOP
    bench.watch()
    bench.asked[1].set_result(Trigger.Response(success=True, message="off"))
    assert bench.said() == (False, "cut after an emergency stop: off")
