# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Serves callbacks in a thread, so that the main thread hears signals at once."""

import queue
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from types import FrameType
from typing import Any

from rclpy.exceptions import InvalidHandle
from rclpy.executors import (
    Executor,
    ShutdownException,
    SingleThreadedExecutor,
    TimeoutException,
)
from rclpy.node import Node
from rclpy.service import Service

_ENDING = (signal.SIGINT, signal.SIGTERM)
Endings = queue.SimpleQueue  # Its put() may be called from a signal handler.


def hear_signals() -> "Endings[None]":
    """Take SIGINT and SIGTERM; return the queue that gets an entry for each.

    rclpy's own handlers end ROS at once, and then nobody can tell an arm to stop.
    """
    endings: Endings[None] = Endings()

    def on_signal(number: int, frame: FrameType | None) -> None:  # noqa: ARG001  A signal's.
        endings.put(None)

    for number in _ENDING:
        signal.signal(number, on_signal)
    return endings


def ignore_signals() -> None:
    """Let SIGINT and SIGTERM do nothing any more: the process is about to end.

    Ctrl-C comes twice under `ros2 launch`, once from the terminal and once from launch, and Python
    takes the handlers down before it is done: the second one would be its death.
    """
    for number in _ENDING:
        signal.signal(number, signal.SIG_IGN)


class _Patient(Executor):
    """Waits on when another thread destroys what is waited for.

    rclpy expects that of subscriptions, timers and services, but not of their events.
    """

    def wait_for_ready_callbacks(self, *args: Any, **kwargs: Any) -> Any:
        """Return the next callback that is ready."""
        while True:
            with suppress(InvalidHandle):  # Then it is in no list any more.
                return super().wait_for_ready_callbacks(*args, **kwargs)


class CallbackExecutor(_Patient, SingleThreadedExecutor):
    """Serves everything in the thread that spins."""


class RequestExecutor(CallbackExecutor):
    """Serves requests in threads of their own, and everything else in the thread that spins.

    So a request may wait for what only a callback of another group brings. rclpy's
    MultiThreadedExecutor hands every message to another thread, and these keep the interpreter
    from a control thread.
    """

    def __init__(self, threads: int) -> None:
        """Prepare.

        Args:
            threads: How many requests may wait at a time.
        """
        super().__init__()
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="requests")
        self._served: list[Any] = []  # rclpy's tasks.

    def spin_once(self, timeout_sec: float | None = None) -> None:
        """Wait for one callback, and execute it or have it executed.

        Raises:
            Exception: What a callback raised, this one or one that serves a request.
        """
        try:
            handler, entity, _ = self.wait_for_ready_callbacks(timeout_sec=timeout_sec)
        except (TimeoutException, ShutdownException):
            return
        if self._takes_long(entity):
            self._pool.submit(handler)
            self._served.append(handler)
        else:
            handler()
            handler.result()
        for served in [each for each in self._served if each.done()]:
            self._served.remove(served)
            served.result()

    def shutdown(self, timeout_sec: float | None = None) -> bool:
        """Execute nothing more."""
        self._pool.shutdown(wait=False)
        return bool(super().shutdown(timeout_sec))

    def _takes_long(self, entity: Any) -> bool:
        """Say whether what has become ready may wait for something else."""
        return isinstance(entity, Service)


class GoalExecutor(RequestExecutor):
    """Serves the goals of actions in threads of their own too, for as long as they last.

    rclpy's MultiThreadedExecutor looks through all that may become ready twice for each message:
    once for the message, and once for its callback's end.
    """

    def _takes_long(self, entity: Any) -> bool:
        """Say so of goals as well: they are tasks, which belong to no entity."""
        return entity is None or super()._takes_long(entity)


class Spinner:
    """Runs the callbacks of one node until told to end.

    Args:
        node: Its callbacks are served.
        executor: Serves them.
        endings: Gets an entry when serving ends by itself, because a callback raised.
    """

    def __init__(self, node: Node, executor: Executor, endings: "Endings[None]") -> None:
        self._executor = executor
        self._endings = endings
        self._ending = threading.Event()
        self._error: BaseException | None = None
        self._wake = node.create_guard_condition(lambda: None)
        executor.add_node(node)
        self._thread = threading.Thread(target=self._spin, name="callbacks", daemon=True)
        self._thread.start()

    def end(self, timeout_s: float = 5.0) -> None:
        """Serve no more callbacks.

        Raises:
            BaseException: What a callback raised, if one did.
        """
        self._ending.set()
        self._wake.trigger()
        self._thread.join(timeout_s)
        self._executor.shutdown(timeout_sec=0)
        if self._error is not None:
            raise self._error

    def _spin(self) -> None:
        try:
            while not self._ending.is_set():
                self._executor.spin_once()
        except BaseException as e:  # noqa: BLE001  Raised again by `end`.
            self._error = e
        finally:
            self._endings.put(None)
