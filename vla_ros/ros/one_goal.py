# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The server side of a controller's action: one goal at a time, a newer one replaces it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import Any

from rclpy.action import ActionServer, CancelResponse, GoalResponse
from rclpy.action.server import ServerGoalHandle
from rclpy.node import Node

_PERIOD_S = 0.02


class Ending(Enum):
    """How a goal can end; the name of the goal handle's method that says so."""

    SUCCEEDED = "succeed"
    ABORTED = "abort"
    CANCELED = "canceled"


@dataclass(frozen=True, slots=True, eq=False)
class End:
    """The end of a goal: how, and the result message."""

    ending: Ending
    result: Any


class OneGoalServer:
    """Follows the newest goal; all callbacks run in the thread that spins the node.

    rclpy executes a goal to its end in one callback. So that nobody waits, a goal is executed
    only when it is over: until then its status is ACCEPTED.
    """

    def __init__(
        self,
        node: Node,
        action: Any,
        name: str,
        *,
        begin: Callable[[Any], str],
        poll: Callable[[Any], End | None],
    ) -> None:
        """Offer the action.

        Args:
            node: It belongs to.
            action: Type of the action.
            name: Of the action.
            begin: Takes the goal's request and follows it; returns why not, empty if it does.
            poll: Says how the newest goal has ended, given its request; None while it goes on.
        """
        self._node = node
        self._action = action
        self._name = name
        self._begin = begin
        self._poll = poll
        self._current: ServerGoalHandle | None = None
        self._server = ActionServer(
            node,
            action,
            name,
            self._execute_nothing,
            goal_callback=self._on_goal,
            handle_accepted_callback=self._on_accepted,
            cancel_callback=lambda _: CancelResponse.ACCEPT,
        )
        self._timer = node.create_timer(_PERIOD_S, self._look)

    def close(self) -> None:
        """Take the action off the graph."""
        self._node.destroy_timer(self._timer)
        self._server.destroy()

    def _on_goal(self, request: Any) -> GoalResponse:
        why_not = self._begin(request)
        if why_not:
            self._node.get_logger().error(f"goal of {self._name} refused: {why_not}")
        return GoalResponse.REJECT if why_not else GoalResponse.ACCEPT

    def _on_accepted(self, handle: ServerGoalHandle) -> None:
        if self._current is not None:
            self._end(self._current, End(Ending.ABORTED, self._action.Result()))
        self._current = handle

    def _look(self) -> None:
        handle = self._current
        if handle is None:
            return
        if handle.is_cancel_requested:
            self._current = None
            self._end(handle, End(Ending.CANCELED, self._action.Result()))
        elif (end := self._poll(handle.request)) is not None:
            self._current = None
            self._end(handle, end)

    def _end(self, handle: ServerGoalHandle, end: End) -> None:
        handle.execute(partial(_finish, end))

    def _execute_nothing(self, handle: ServerGoalHandle) -> Any:
        """Stand for the callback that rclpy wants; each goal brings its own."""
        return _finish(End(Ending.ABORTED, self._action.Result()), handle)


def _finish(end: End, handle: ServerGoalHandle) -> Any:
    ending = end.ending
    if handle.is_cancel_requested and ending is not Ending.SUCCEEDED:
        ending = Ending.CANCELED
    getattr(handle, ending.value)()
    return end.result
