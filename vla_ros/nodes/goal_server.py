# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The action `execute_instruction`: one goal runs, a newer one preempts it.

So does the action `~/park`, which brings the arm home and preempts nothing.
Each goal runs in the thread that rclpy gives its execute callback. It sleeps until an
observation, an answer or 20 ms have come, and then does what `GoalRun` says.
"""

import queue
import threading
import time
import traceback
from collections.abc import Callable
from typing import Any, Protocol

from rclpy.action import ActionServer, CancelResponse
from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.lifecycle import LifecycleNode
from std_msgs.msg import String

from vla_ros.action import ExecuteInstruction
from vla_ros.policy.admission import GateFacts
from vla_ros.policy.goal import Ask, GoalRun
from vla_ros.policy.outcome import End, Outcome
from vla_ros.policy.worker import Answer
from vla_ros.ros.goal import decode_goal, decode_parking, encode_feedback, encode_result
from vla_ros.ros.qos import LATCHED
from vla_ros.types import ActionChunk, Observation

ACTION = "execute_instruction"
PARK = "~/park"
INSTRUCTION = "instruction"  # Of the goal that runs now; empty if none does.
_STEP_S = 0.02
_CLOSE_S = 5.0
_SEND_S = 0.1  # For rclpy to send the last result, which it does after the callback's end.


class Host(Protocol):
    """What the node offers to its goals; every call returns at once."""

    def now_ns(self) -> int:
        """Time on the node clock."""

    def observation(self) -> Observation | None:
        """Newest observation."""

    def gate(self) -> GateFacts | None:
        """Newest word of executor_node."""

    def make_run(self, goal: Any, accepted_ns: int) -> GoalRun:
        """Begin the life of a goal."""

    def ask(self, run: GoalRun, ask: Ask) -> None:
        """Show an observation to the policy; the answer goes to `GoalServer.deliver`."""

    def publish(self, chunk: ActionChunk) -> None:
        """Send a chunk to the gate."""

    def publish_ending(self, run: GoalRun) -> None:
        """Tell the gate that a goal has ended."""


class GoalServer:
    """Serves the action with the help of a node.

    Args:
        node: The ROS node.
        host: What the goals need; usually the same object.
    """

    def __init__(self, node: LifecycleNode, host: Host) -> None:
        self._host = host
        self._log = node.get_logger()
        self._active = False
        self._runs: dict[str, GoalRun] = {}
        self._runs_lock = threading.Lock()
        self._turn = threading.Lock()
        self._wake = threading.Event()
        self._answers: queue.SimpleQueue[Answer] = queue.SimpleQueue()
        self._short_goal = ""  # The newest goal of which the log says that a plan ends early.
        self._node = node
        self._instruction = node.create_publisher(String, INSTRUCTION, LATCHED)
        self._server: ActionServer = ActionServer(
            node,
            ExecuteInstruction,
            ACTION,
            execute_callback=self._execute,
            handle_accepted_callback=self._accept,
            cancel_callback=self._cancel,
            callback_group=ReentrantCallbackGroup(),
        )
        self._park_server: ActionServer = ActionServer(
            node,
            ExecuteInstruction,
            PARK,
            execute_callback=self._park,
            cancel_callback=self._cancel,
            callback_group=ReentrantCallbackGroup(),
        )

    @property
    def count(self) -> int:
        """How many goals run or wait."""
        return len(self._runs)

    def activate(self) -> None:
        """Let goals run."""
        self._active = True

    def deactivate(self) -> None:
        """End every goal and wait until the arm is at rest."""
        self._active = False
        self._end_all(lambda run: run.abandon("inference_node was deactivated"))
        self.wake()
        if self._turn.acquire(timeout=_CLOSE_S):
            self._turn.release()
        time.sleep(_SEND_S)

    def close(self) -> None:
        """Leave the graph."""
        self._server.destroy()
        self._park_server.destroy()
        self._node.destroy_publisher(self._instruction)

    def wake(self) -> None:
        """Something is new."""
        self._wake.set()

    def deliver(self, answer: Answer) -> None:
        """Take an answer of the policy, from any thread."""
        self._answers.put(answer)
        self.wake()

    def _accept(self, handle: Any) -> None:
        goal = decode_goal(_goal_id(handle), handle.request)
        self._register(self._host.make_run(goal, self._host.now_ns()))
        handle.execute()

    def _park(self, handle: Any) -> ExecuteInstruction.Result:
        """Bring the arm home, unless it is at work: parking takes over from nobody."""
        goal = decode_parking(_goal_id(handle), handle.request)
        run = self._host.make_run(goal, self._host.now_ns())
        if self._register(run, preempts=False):
            return self._execute(handle)
        text = "a goal is running; cancel it, or park when it has ended"
        return self._finish(handle, run, End(outcome=Outcome.REJECTED, message=text))

    def _register(self, run: GoalRun, *, preempts: bool = True) -> bool:
        """Let a goal take its turn; say whether it may."""
        goal = run.goal
        with self._runs_lock:  # In one go: of two goals at a time one has to see the other.
            if self._runs and not preempts:
                return False
            for older in self._runs.values():
                older.preempt()
            self._runs[goal.goal_id] = run
        if not self._active:  # Asked last: `deactivate` ends what is registered by then.
            run.abandon("inference_node is not active: ros2 lifecycle set inference_node activate")
        self._log.info(f"goal {goal.goal_id[:8]}: '{goal.instruction}' speed={goal.speed:g}")
        self.wake()
        return True

    def _cancel(self, handle: Any) -> CancelResponse:  # noqa: ARG002  Seen by its own thread.
        self.wake()
        return CancelResponse.ACCEPT

    def _execute(self, handle: Any) -> ExecuteInstruction.Result:
        run = self._runs[_goal_id(handle)]
        try:
            end = self._wait_for_turn(handle, run)
            return self._finish(handle, run, end) if end else self._take_turn(handle, run)
        finally:
            with self._runs_lock:
                del self._runs[run.goal.goal_id]

    def _wait_for_turn(self, handle: Any, run: GoalRun) -> End | None:
        """Wait for the end of the goal before; return how this one ends while it waits, if so."""
        while not self._turn.acquire(timeout=_STEP_S):
            if handle.is_cancel_requested:
                run.cancel()
            if end := run.asked_to_end():
                return end
        return None

    def _take_turn(self, handle: Any, run: GoalRun) -> ExecuteInstruction.Result:
        try:
            self._instruction.publish(String(data=run.goal.instruction))
            end = self._live(handle, run)
            self._stop(handle, run)
            self._instruction.publish(String())
            return self._finish(handle, run, end)
        finally:
            self._turn.release()

    def _live(self, handle: Any, run: GoalRun) -> End:
        """Run a goal until it ends, by itself or because of an error of ours."""
        try:
            return self._steps(handle, run)
        except Exception as error:  # noqa: BLE001  The outer edge: rclpy would send an empty result.
            self._log.error(f"goal {run.goal.goal_id[:8]} failed:\n{traceback.format_exc()}")
            return _failure(error)

    def _steps(self, handle: Any, run: GoalRun) -> End:
        while True:
            now_ns = self._next_step(handle, run)
            action = run.step(now_ns, self._host.observation(), self._host.gate())
            if news := run.take_news():
                self._log.info(f"goal {run.goal.goal_id[:8]}: {news}")
            if isinstance(action, End):
                return action
            if action is not None:
                self._host.ask(run, action)

    def _stop(self, handle: Any, run: GoalRun) -> None:
        """Tell the gate that the goal is over, and wait until the arm is at rest."""
        if not run.started:
            return
        run.stop()
        self._host.publish_ending(run)
        stopped_ns = self._host.now_ns()
        while True:
            now_ns = self._next_step(handle, run)
            if run.at_rest(now_ns, stopped_ns, self._host.observation(), self._host.gate()):
                return

    def _next_step(self, handle: Any, run: GoalRun) -> int:
        """Wait for something new, take it in, and tell the client; the time."""
        self._wake.wait(_STEP_S)
        self._wake.clear()
        if handle.is_cancel_requested:
            run.cancel()
        self._take_answers(run)
        now_ns = self._host.now_ns()
        if run.feedback_due(now_ns):
            progress = run.progress(now_ns, self._host.observation())
            handle.publish_feedback(encode_feedback(progress))
        return now_ns

    def _take_answers(self, run: GoalRun) -> None:
        while not self._answers.empty():
            answer = self._answers.get_nowait()
            if answer.details:
                self._log.error(f"the policy failed:\n{answer.details}")
            if answer.goal_id != run.goal.goal_id:
                continue
            if answer.shortfall and self._short_goal != answer.goal_id:
                self._short_goal = answer.goal_id
                self._log.info(f"goal {answer.goal_id[:8]}: a plan ends early, {answer.shortfall}")
            if answer.chunk is None:
                run.failed(answer.failure, answer.grounded_probability)
                continue
            chunk = run.answered(self._host.now_ns(), answer.chunk, answer.inference_ms)
            if chunk is not None:
                self._host.publish(chunk)

    def _finish(self, handle: Any, run: GoalRun, end: End) -> ExecuteInstruction.Result:
        end = run.explain(end)
        transition = {Outcome.SUCCEEDED: handle.succeed, Outcome.CANCELED: handle.canceled}
        transition.get(end.outcome, handle.abort)()
        self._log.info(f"goal {run.goal.goal_id[:8]}: {end.outcome.name}: {end.message}")
        return encode_result(end, run, self._host.now_ns())

    def _end_all(self, how: Callable[[GoalRun], None]) -> None:
        with self._runs_lock:
            for run in self._runs.values():
                how(run)


def _failure(error: Exception) -> End:
    return End(
        outcome=Outcome.POLICY_FAILED,
        message=f"inference_node failed inside; see its log: {type(error).__name__}: {error}",
    )


def _goal_id(handle: Any) -> str:
    return bytes(handle.goal_id.uuid).hex()
