# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Goals for the action server of a gripper: a new one when the target changes, never a repeat."""

import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from action_msgs.msg import GoalStatus
from rclpy.action import ActionClient
from rclpy.node import Node

from vla_ros.robot.profile import RobotProfile
from vla_ros.ros.encode import encode_gripper_goal
from vla_ros.ros.interfaces import import_interface
from vla_ros.ros.ownership import find_other_client

_PERIOD_NS = 100_000_000  # Ten goals a second at most; the newest target wins.
_ANSWER_NS = 1_000_000_000  # A server that says neither yes nor no for this long is none.
_COMPLAINT_NS = 2_000_000_000  # Long enough to be seen by the watch, short enough for a reset.
_ACTIONS = {
    "gripper_command": "GripperCommand",
    "parallel_gripper_command": "ParallelGripperCommand",
}
_ENDS = {GoalStatus.STATUS_ABORTED: "gave up on", GoalStatus.STATUS_CANCELED: "was stopped at"}

MakeClient = Callable[[Node, Any, str], Any]


def make_action_gripper(node: Node, profile: RobotProfile) -> "ActionGripper":
    """Return what sends goals to the gripper.

    Raises:
        ConfigError: The action is not installed.
    """
    kind = profile.gripper.kind
    action = import_interface(
        "control_msgs.action", _ACTIONS[kind], wanted_by=f"gripper.kind: {kind}"
    )
    return ActionGripper(node, profile, action)


class ActionGripper:
    """Sends the gripper's target as the goal of an action.

    A goal that ends stalled has succeeded: the fingers hold something.
    """

    def __init__(
        self,
        node: Node,
        profile: RobotProfile,
        action: Any,
        *,
        make_client: MakeClient = ActionClient,
        now_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        """Create the client of `profile.gripper.topic`.

        Args:
            node: It belongs to.
            profile: Of the robot.
            action: Type of the action.
            make_client: Makes an action client for a node, a type and a name.
            now_ns: A clock that never jumps [ns].
        """
        self._node = node
        self._profile = profile.gripper
        self._action = action
        self._now_ns = now_ns
        self._lock = threading.Lock()  # Sent by one thread, answered in another.
        self._sent: float | None = None
        self._sent_ns = now_ns() - _PERIOD_NS
        self._number = 0  # Of the newest goal.
        self._asked_ns: int | None = None  # Since when it waits for an answer.
        self._complaint = ""
        self._complaint_ns = 0
        self._client = make_client(node, action, profile.gripper.topic)

    def send(self, opening: float) -> None:
        """Have a goal sent if the target is a new one and the last goal is a while ago."""
        position = self._profile.position_of(opening)
        now_ns = self._now_ns()
        with self._lock:
            if self._client is None or position == self._sent:
                return
            if now_ns - self._sent_ns < _PERIOD_NS:
                return
            self._sent, self._sent_ns = position, now_ns
            self._number += 1
            number = self._number
        executor = self._node.executor
        if executor is None:
            self._request(number, position)
        else:  # In the thread that takes the answer: rclpy loses one that is there too soon.
            executor.create_task(self._request, number, position)

    def find_deaf(self) -> str | None:
        """Return in words why the gripper does not obey; None if it does."""
        client, topic, now_ns = self._client, self._profile.topic, self._now_ns()
        if client is None:
            return None
        if not client.server_is_ready():
            return (
                f"nobody offers the action {topic}: start the gripper's controller, or correct "
                "gripper.topic in the robot profile"
            )
        with self._lock:
            waits_ns = 0 if self._asked_ns is None else now_ns - self._asked_ns
            if _ANSWER_NS < waits_ns <= _ANSWER_NS + _COMPLAINT_NS:
                return (
                    f"{topic} does not answer: is it a control_msgs/action/"
                    f"{self._action.__name__}, as gripper.kind says, and is its node alive?"
                )
            if self._complaint and now_ns - self._complaint_ns <= _COMPLAINT_NS:
                return self._complaint
        return None

    def find_intruder(self) -> str | None:
        """Return in words who else may send goals; None if nobody may."""
        return None if self._client is None else find_other_client(self._node, self._profile.topic)

    def pause(self) -> None:
        """Leave the gripper as it is; the next target is sent even if it is the last one."""
        with self._lock:
            self._sent, self._asked_ns = None, None

    def withdraw(self) -> None:
        """Take the client off the graph; a goal under way goes on, so that the grip holds."""
        with self._lock:
            client, self._client = self._client, None
            self._asked_ns = None
        if client is not None:
            client.destroy()

    def _request(self, number: int, position: float) -> None:
        """Send a goal, unless there is a newer one by now."""
        with self._lock:
            client = self._client
            if client is None or number != self._number:
                return
            if not client.server_is_ready():
                self._sent = None  # `find_deaf` says so; the target stays to be sent.
                return
            self._asked_ns = self._now_ns()
        goal = encode_gripper_goal(self._action.Goal(), position, self._profile)
        client.send_goal_async(goal).add_done_callback(partial(self._on_answer, number, position))

    def _on_answer(self, number: int, position: float, future: Any) -> None:
        """Take the server's yes or no."""
        handle = future.result()
        with self._lock:
            if number == self._number:
                self._asked_ns = None
                if not handle.accepted:
                    self._complain("refuses to go to", position)
        if handle.accepted:
            result = handle.get_result_async()
            result.add_done_callback(partial(self._on_result, number, position))

    def _on_result(self, number: int, position: float, future: Any) -> None:
        """Take the end of a goal; one that a newer goal has replaced may end in any way."""
        ended = future.result()
        with self._lock:
            if number == self._number and ended.status in _ENDS and not ended.result.stalled:
                self._complain(_ENDS[ended.status], position)

    def _complain(self, what: str, position: float) -> None:
        self._complaint_ns = self._now_ns()
        self._complaint = (
            f"{self._profile.topic} {what} {self._profile.joint} = {position:.4g} "
            f"{self._profile.unit}. See the log of the gripper's controller, and check closed, "
            "open and max_effort under 'gripper' in the robot profile"
        )
