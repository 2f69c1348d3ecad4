# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Cuts the power of the robot once an emergency stop has brought the arm to rest."""

import time
from collections.abc import Callable
from typing import Any

from diagnostic_msgs.msg import DiagnosticStatus, KeyValue
from rclpy.callback_groups import CallbackGroup
from rclpy.node import Node
from std_srvs.srv import Trigger

from vla_ros.gate.state import GateState
from vla_ros.gate.vocabulary import GateMode

_PERIOD_S = 0.1
_PATIENCE_S = 1.0  # With an answer.


class PowerOff:
    """Asks the service that the robot profile names, once for each emergency stop."""

    def __init__(
        self,
        node: Node,
        service: str | None,
        robot: str,
        state: Callable[[], GateState],
        log: Callable[[str, str], None],
        group: CallbackGroup,
    ) -> None:
        """Begin to watch; without a service nothing is ever done.

        Args:
            node: That asks.
            service: Name of the service; None for none.
            robot: Name of the robot.
            state: Returns the state of the gate after its newest tick.
            log: Takes a severity (`info`, `warning`, `error`) and a text.
            group: Of the timer.
        """
        self._node = node
        self._service = service
        self._robot = robot
        self._state = state
        self._log = log
        self._asked = False
        self._missed = False
        self._failed = False
        self._waiting: Any = None  # For an answer.
        self._asked_s = 0.0
        self._word = "never asked"
        if service is not None:
            self._client = node.create_client(Trigger, service)
            self._timer = node.create_timer(_PERIOD_S, self._watch, callback_group=group)

    def diagnose(self) -> tuple[DiagnosticStatus, ...]:
        """Return the line in /diagnostics, if there is a service."""
        if self._service is None:
            return ()
        return (
            DiagnosticStatus(
                level=DiagnosticStatus.ERROR if self._failed else DiagnosticStatus.OK,
                name="vla_ros: power off",
                message=self._word,
                hardware_id=self._robot,
                values=[KeyValue(key="service", value=self._service)],
            ),
        )

    def close(self) -> None:
        """Leave the graph."""
        if self._service is not None:
            self._node.destroy_timer(self._timer)
            self._node.destroy_client(self._client)

    def _watch(self) -> None:
        state = self._state()
        if state.mode is not GateMode.ESTOP:
            self._asked = self._missed = False
        elif state.resting and not self._asked:
            self._ask()
        if self._waiting is not None and time.monotonic() - self._asked_s > _PATIENCE_S:
            self._give_up()

    def _ask(self) -> None:
        """Ask now; while the service is missing, again with the next watch."""
        if self._client.service_is_ready():
            self._asked = self._failed = True  # Failed, until the answer says that it did not.
            self._word = f"asked {self._service} to cut the power, no answer yet"
            self._asked_s = time.monotonic()
            self._waiting = self._client.call_async(Trigger.Request())
            self._waiting.add_done_callback(self._answered)
        elif not self._missed:
            self._missed = True
            self._fail(f"nobody offers {self._service}: the power stays on")

    def _give_up(self) -> None:
        """Say that no answer came; one that comes later is not heard."""
        self._client.remove_pending_request(self._waiting)
        self._waiting = None
        self._fail(
            f"{self._service} did not answer within {_PATIENCE_S:g} s: the power may still be on"
        )

    def _answered(self, future: Any) -> None:
        if future is not self._waiting:
            return
        self._waiting = None
        error = future.exception()
        answer = None if error is not None else future.result()
        if answer is None or not answer.success:
            why = error if answer is None else answer.message
            self._fail(f"{self._service} did not cut the power: {why}")
            return
        self._failed = False
        self._word = f"cut after an emergency stop: {answer.message}"
        self._log("warning", f"{self._service}: power {self._word}")

    def _fail(self, text: str) -> None:
        self._failed = True
        self._word = text
        self._log("error", text)
