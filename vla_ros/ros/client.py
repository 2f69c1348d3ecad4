# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Blocking clients of the action and the services, for the command line and for tests.

Each waits on an event while another thread spins the node, so that Ctrl-C reaches the caller
at once and no wait lasts for ever.
"""

import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from action_msgs.msg import GoalStatus
from rclpy.action import ActionClient
from rclpy.action.client import ClientGoalHandle
from rclpy.node import Node
from std_srvs.srv import Trigger
from unique_identifier_msgs.msg import UUID

from vla_ros.action import ExecuteInstruction
from vla_ros.errors import VlaRosError
from vla_ros.policy.outcome import Outcome

_TICK_S = 0.1
_OVERDUE_S = 1.0  # So late, an answer may have been lost.


class ServerLostError(VlaRosError):
    """A server is not there, or went away before it answered."""


class RefusedError(VlaRosError):
    """A service answered, and said no."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a goal ended, as the action server reports it.

    Attributes:
        outcome: Why it ended.
        message: The reason in words.
        duration_s: From acceptance to the end [s].
        inference_count: How often the policy answered.
        intervention_count: How often the gate changed or refused what the policy asked for.
    """

    outcome: Outcome
    message: str
    duration_s: float
    inference_count: int
    intervention_count: int


class InstructionClient:
    """Sends one instruction at a time and waits for its end.

    Args:
        node: A node that another thread spins.
        action: Name of the action.
        silence_s: Report the server as lost after this long without feedback [s].
    """

    def __init__(
        self, node: Node, action: str = "/vla/execute_instruction", silence_s: float = 5.0
    ) -> None:
        self._action = action
        self._silence_s = silence_s
        self._client = ActionClient(node, ExecuteInstruction, action)
        self._goal_id = UUID()
        self._accepting: Any = None  # Of the goal that is under way.
        self._heard_s = 0.0

    def wait_for_server(self, timeout_s: float) -> None:
        """Return as soon as the action server is there.

        Raises:
            ServerLostError: If it is not there in time.
        """
        until_s = time.monotonic() + timeout_s
        while not self._client.wait_for_server(timeout_sec=_TICK_S):
            if time.monotonic() > until_s:
                raise ServerLostError(
                    f"no action server on {self._action} after {timeout_s:g} s. Start one: "
                    "ros2 launch vla_ros bringup.launch.py, or check ROS_DOMAIN_ID and --namespace"
                )

    def send(
        self,
        goal: ExecuteInstruction.Goal,
        on_feedback: Callable[[ExecuteInstruction.Feedback], None] | None = None,
    ) -> Ended:
        """Send a goal and block until it has ended.

        However this ends without an answer, the server is asked to cancel the goal.

        Raises:
            ServerLostError: If the server falls silent. The arm is the gate's then: it stops.
            KeyboardInterrupt: On Ctrl-C; call `cancel` to wait for the goal's end.
        """
        self._heard_s = time.monotonic()

        def hear(message: Any) -> None:
            self._heard_s = time.monotonic()
            if on_feedback is not None:
                on_feedback(message.feedback)

        self._goal_id = UUID(uuid=list(uuid4().bytes))
        with self._never_left_alone():
            self._accepting = self._client.send_goal_async(
                goal, feedback_callback=hear, goal_uuid=self._goal_id
            )
            return self._ended()

    def cancel(self) -> Ended | None:
        """Cancel the goal that `send` was interrupted in and wait for its end; None if none.

        Raises:
            ServerLostError: As `send`.
            KeyboardInterrupt: As `send`.
        """
        if self._accepting is None:
            return None
        self._heard_s = time.monotonic()
        with self._never_left_alone():
            # A server that has not accepted the goal yet may not know what to cancel.
            goal = self._accepted()
            self._await(goal.cancel_goal_async(), "did not answer the cancellation")
            return self._ended()

    def close(self) -> None:
        """Leave the graph."""
        self._client.destroy()

    @contextmanager
    def _never_left_alone(self) -> Iterator[None]:
        """Ask for the cancellation of a goal that nobody watches any more."""
        try:
            yield
        except BaseException:
            # By its id: nobody knows whether it was accepted, or will be.
            ClientGoalHandle(self._client, self._goal_id, None).cancel_goal_async()
            raise

    def _accepted(self) -> Any:
        return self._await(self._accepting, "did not accept the goal")

    def _ended(self) -> Ended:
        goal = self._accepted()
        answer = self._await(goal.get_result_async(), "fell silent during the goal")
        self._accepting = None
        result, outcome = answer.result, Outcome(answer.result.outcome)
        # A server that has lost the goal answers with an empty result.
        succeeded = answer.status == GoalStatus.STATUS_SUCCEEDED
        if outcome is Outcome.UNKNOWN or (outcome is Outcome.SUCCEEDED) != succeeded:
            raise ServerLostError(
                f"the server of {self._action} lost the goal: its result says {outcome.name}, "
                f"its status is {answer.status} (see action_msgs/msg/GoalStatus)"
            )
        return Ended(
            outcome=outcome,
            message=result.message,
            duration_s=result.duration_s,
            inference_count=result.inference_count,
            intervention_count=result.intervention_count,
        )

    def _await(self, future: Any, complaint: str) -> Any:
        done = _event_of(future)
        while not done.wait(_TICK_S):
            silent_s = time.monotonic() - self._heard_s
            if silent_s > self._silence_s:
                raise ServerLostError(
                    f"the server of {self._action} {complaint}; "
                    f"silent for {silent_s:.1f} s. "
                    "Is inference_node still running? The gate stops the arm by itself."
                )
        return future.result()


class ServiceCaller:
    """Calls services of any type and waits for the answer.

    Args:
        node: A node that another thread spins.
    """

    def __init__(self, node: Node) -> None:
        self._node = node
        self._clients: dict[str, Any] = {}

    def call(self, service_type: Any, name: str, request: Any, timeout_s: float = 10.0) -> Any:
        """The response of a service.

        Raises:
            ServerLostError: If the service is not there, or does not answer in time.
        """
        return self._call(service_type, name, request, timeout_s, again_s=timeout_s)

    def ask(self, service_type: Any, name: str, request: Any, timeout_s: float = 10.0) -> Any:
        """The response of a service that changes nothing; asked again while it is overdue.

        An answer may be lost on its way to who was discovered a moment ago.

        Raises:
            ServerLostError: As `call`.
        """
        return self._call(service_type, name, request, timeout_s, again_s=_OVERDUE_S)

    def _call(
        self, service_type: Any, name: str, request: Any, timeout_s: float, again_s: float
    ) -> Any:
        """Send a request every so often; the first answer that comes, to whichever."""
        if name not in self._clients:
            self._clients[name] = self._node.create_client(service_type, name)
        client = self._clients[name]
        if not client.wait_for_service(timeout_sec=timeout_s):
            raise ServerLostError(f"no service {name} after {timeout_s:g} s")
        answers: queue.SimpleQueue[Any] = queue.SimpleQueue()
        sent: list[Any] = []
        until_s = time.monotonic() + timeout_s
        try:
            while (left_s := until_s - time.monotonic()) > 0.0:
                sent.append(client.call_async(request))
                sent[-1].add_done_callback(answers.put)
                with suppress(queue.Empty):
                    return answers.get(timeout=min(left_s, again_s)).result()
        finally:
            for future in sent:
                client.remove_pending_request(future)
        raise ServerLostError(f"service {name} did not answer within {timeout_s:g} s")

    def trigger(self, name: str, timeout_s: float = 10.0) -> str:
        """Call a std_srvs/Trigger service; its message.

        Raises:
            ServerLostError: As `call`.
            RefusedError: If the service answers with success = false.
        """
        response = self.call(Trigger, name, Trigger.Request(), timeout_s)
        if not response.success:
            raise RefusedError(f"{name} refused: {response.message}")
        return str(response.message)


def _event_of(future: Any) -> threading.Event:
    done = threading.Event()
    future.add_done_callback(lambda _: done.set())
    return done
