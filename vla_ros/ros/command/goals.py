# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Goals for an action server that are never waited for: the newest takes the place of all others.

Uses the two services of an action. rclpy's ActionClient would do, too, but it listens to feedback
that nobody reads, and in rclpy 9 leaves a future behind for each goal.
"""

import threading
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any

_MOST_PENDING = 16  # A server that never answers does not fill the memory.
_ANSWER_NS = 1_000_000_000
_FORGET_NS = 2_000_000_000  # Who sends nothing more cannot be refused any more.
_SUCCEEDED = 4  # action_msgs/GoalStatus.STATUS_SUCCEEDED.
_ENDINGS = {5: "canceled", 6: "aborted"}  # STATUS_CANCELED, STATUS_ABORTED.


class Goals:
    """Sends goals, and remembers what the server has to object to the newest of them.

    `send` is for one thread, `find_complaint` for another, and answers come in a third one.
    """

    def __init__(
        self,
        action: str,
        *,
        ask: Callable[[Any], Any],
        ask_result: Callable[[Any], Any],
        drop: Callable[[Any], None],
        explain: Callable[[Any], str],
        monotonic_ns: Callable[[], int],
    ) -> None:
        """Prepare.

        Args:
            action: Its name, for messages.
            ask: Sends a request for a goal; returns a future of the response.
            ask_result: Asks for the result of a goal by its request; returns a future.
            drop: Forgets a future that is not waited for any more.
            explain: Puts what a result says into words.
            monotonic_ns: A clock that never jumps.
        """
        self._action = action
        self._ask = ask
        self._ask_result = ask_result
        self._drop = drop
        self._explain = explain
        self._now_ns = monotonic_ns
        self._lock = threading.Lock()
        self._pending: deque[Any] = deque()
        self._number = 0
        self._unanswered_ns: int | None = None
        self._sent_ns = 0
        self._complaint: str | None = None
        self._well = True

    def send(self, request: Any) -> None:
        """Send a goal, which takes the place of the one before; returns at once."""
        with self._lock:
            self._number += 1
            number = self._number
            self._sent_ns = self._now_ns()
            if self._unanswered_ns is None:
                self._unanswered_ns = self._sent_ns
        self._wait_for(self._ask(request), partial(self._on_answer, number, request))

    def find_complaint(self) -> str | None:
        """Return in words what is wrong; None if nothing is.

        What was wrong is told at least once, also if a newer goal was accepted meanwhile.
        """
        with self._lock:
            text = self._complaint
            forgotten = self._now_ns() - self._sent_ns > _FORGET_NS
            if self._well or forgotten:
                self._complaint = None
            if forgotten:  # A server that was gone and is back never answers what it never heard.
                self._unanswered_ns = None
            since_ns = self._unanswered_ns
        if text is None and since_ns is not None and self._now_ns() - since_ns > _ANSWER_NS:
            text = f"{self._action} does not answer for {_ANSWER_NS * 1e-9:.0f} s. Check its node"
        return text

    def close(self) -> None:
        """Wait for nothing any more."""
        with self._lock:
            self._number += 1
            pending, self._pending = self._pending, deque()
        for future in pending:
            self._drop(future)

    def _wait_for(self, future: Any, settle: Callable[[Any], None]) -> None:
        with self._lock:
            self._pending.append(future)
            surplus = self._pending.popleft() if len(self._pending) > _MOST_PENDING else None
        if surplus is not None:
            self._drop(surplus)
        future.add_done_callback(partial(self._on_done, settle))

    def _on_done(self, settle: Callable[[Any], None], future: Any) -> None:
        with self._lock:
            if future not in self._pending:
                return
            self._pending.remove(future)
        if not future.cancelled():
            settle(future.result())

    def _on_answer(self, number: int, request: Any, response: Any) -> None:
        newest = number == self._number
        with self._lock:
            self._unanswered_ns = None if newest else self._now_ns()
            if response.accepted:
                self._well = True
        if not response.accepted:
            self._complain(f"{self._action} refuses a trajectory; its log says why")
        elif newest:
            self._wait_for(self._ask_result(request), partial(self._on_result, number))

    def _on_result(self, number: int, response: Any) -> None:
        if number != self._number or response.status == _SUCCEEDED:
            return  # Another one took its place, as it should, or it came to its end.
        ending = _ENDINGS.get(response.status, f"ended with status {response.status}")
        self._complain(
            f"{self._action} {ending} the newest trajectory: {self._explain(response.result)}"
        )

    def _complain(self, text: str) -> None:
        with self._lock:
            self._complaint = text
            self._well = False
