# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Hops 4 and 5: from an observation and an instruction to chunks of joint positions.

The model runs in a thread of its own, goals run in theirs; callbacks only hand over.
"""

import secrets
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray
from rclpy.callback_groups import MutuallyExclusiveCallbackGroup
from rclpy.executors import Executor
from rclpy.parameter import Parameter
from rclpy.subscription import Subscription

from vla_ros.chunk.ending import make_ending
from vla_ros.chunk.request import RequestTimer
from vla_ros.doctor.facts import PolicySeen
from vla_ros.doctor.policy import find_objection
from vla_ros.doctor.probe import make_answer_check
from vla_ros.doctor.rehearsal import Rehearsal
from vla_ros.doctor.robot import see_robot
from vla_ros.errors import ObservationError
from vla_ros.msg import ActionChunk as ActionChunkMessage
from vla_ros.msg import GateState as GateStateMessage
from vla_ros.msg import Observation as ObservationMessage
from vla_ros.nodes.base import BaseNode, run_node
from vla_ros.nodes.goal_server import GoalServer
from vla_ros.observe.handover import Handover
from vla_ros.params import InferenceParams
from vla_ros.policy import registry
from vla_ros.policy.admission import GateFacts, Goal, is_fresh, make_patience
from vla_ros.policy.backend import PolicyBackend, SaysNotes
from vla_ros.policy.goal import Ask, GoalRun
from vla_ros.policy.parking import Parking
from vla_ros.policy.spec import PolicyProfile, load_policy_profile
from vla_ros.policy.transforms import ChunkHeader, PolicyAdapter
from vla_ros.policy.worker import Answer, PolicyWorker, Question
from vla_ros.robot.profile import RobotProfile
from vla_ros.ros.decode import decode_observation
from vla_ros.ros.description import load_robot
from vla_ros.ros.diagnostics import encode_diagnostics, encode_policy
from vla_ros.ros.encode import encode_chunk
from vla_ros.ros.goal import decode_gate_state
from vla_ros.ros.preflight import Preflight
from vla_ros.ros.qos import CHUNKS, DIAGNOSTICS, LATCHED, RELIABLE_NEWEST
from vla_ros.ros.spin import GoalExecutor
from vla_ros.ros.stamps import decode_time
from vla_ros.ros.timing import encode_timing, put_hops
from vla_ros.ros.watching import Watching
from vla_ros.timing.hops import INFERENCE, add_rest
from vla_ros.timing.window import HopWindow
from vla_ros.types import ActionChunk, Observation

MakeBackend = Callable[[PolicyProfile, RobotProfile], PolicyBackend]

# Two goals (one ends while the next waits), their requests, and those of the lifecycle.
_THREADS = 6
_CLOSE_S = 5.0
_DIAGNOSTICS_PERIOD_S = 1.0
_REHEARSAL_PERIOD_S = 0.5


class InferenceNode(BaseNode[InferenceParams]):
    """Runs the policy for the goals of the action server.

    Args:
        make_backend: Loads the policy.
        handover: Brings the observations; without one they are heard as messages.
        overrides: Values of parameters, for tests.
        namespace: Namespace of the node, for tests.
    """

    def __init__(
        self,
        make_backend: MakeBackend = registry.make_backend,
        handover: Handover | None = None,
        *,
        overrides: Sequence[Parameter] = (),
        namespace: str | None = None,
    ) -> None:
        super().__init__(
            "inference_node", InferenceParams, overrides=overrides, namespace=namespace
        )
        self._make_backend = make_backend
        self._handover = handover
        self._session = secrets.randbits(63)
        self._sequence = 0
        self._observation: Observation | None = None
        self._gate: GateFacts | None = None
        self._gate_sha256 = ""

    def configure(self) -> None:
        """Load the policy, answer once for nothing, and join the graph."""
        self._robot = load_robot(self, self.params.robot)
        profile = load_policy_profile(self.params.policy)
        self._backend = self._make_backend(profile, self._robot)
        for note in self._backend.notes if isinstance(self._backend, SaysNotes) else ():
            self.get_logger().info(f"policy '{profile.name}': {note}")
        self._backend.warm_up()
        self._objection = find_objection(profile, self._robot)
        if self._objection:
            self.get_logger().error(f"every goal will be refused: {self._objection}")
        self._rehearsal = Rehearsal(self._backend, self._robot, time.monotonic_ns)
        # Apart from the lifecycle services: while one waits for the last goal, we still listen.
        self._group = MutuallyExclusiveCallbackGroup()
        self._watching = Watching(self, self._robot, profile, self._group)
        self._preflight = Preflight(
            self._watching,
            see_robot(self.params.robot, lambda _: self._robot),
            PolicySeen(name=self.params.policy, profile=profile),
            lambda: self._rehearsal.probe,
            lambda: (self._gate, self._gate_sha256),
        )
        self._timer = RequestTimer(replan_s=profile.replan_s, stop_s=0.0)
        self._patience = make_patience(self._robot.thresholds.observation_max_age_s)
        self._goals = GoalServer(self, self)
        self._hops = HopWindow(INFERENCE)
        adapter = PolicyAdapter(profile, self._robot)
        self._worker = PolicyWorker(
            self._backend,
            adapter,
            self._on_answer,
            time.monotonic_ns,
            self.now_ns,
            make_answer_check(self._backend, self._robot, adapter),
        )
        self._worker.start()
        self._parking = Parking(self._robot)
        self._parking_timer = RequestTimer(replan_s=self._parking.profile.replan_s, stop_s=0.0)
        adapter = PolicyAdapter(self._parking.profile, self._robot)
        self._parker = PolicyWorker(
            self._parking, adapter, self._goals.deliver, time.monotonic_ns, self.now_ns
        )
        self._parker.start()
        self._chunks = self.create_publisher(ActionChunkMessage, "action_chunk", CHUNKS)
        self._inputs = self._subscribe()
        self._diagnostics = self.create_publisher(DiagnosticArray, "/diagnostics", DIAGNOSTICS)
        self._timers_ = [
            self.create_timer(_DIAGNOSTICS_PERIOD_S, self._diagnose),
            self.create_timer(_REHEARSAL_PERIOD_S, self._rehearse, callback_group=self._group),
        ]
        self.get_logger().info(
            f"policy '{profile.name}' for robot '{self._robot.name}' is loaded, "
            f"session={self._session:016x}"
        )

    def activate(self) -> None:
        """Let goals run."""
        self._goals.activate()

    def deactivate(self) -> None:
        """End the goals; the gate stops the arm."""
        self._goals.deactivate()

    def cleanup(self) -> None:
        """Leave the graph and free the policy."""
        if self._handover is not None:
            self._handover.connect(None)
        for subscription in self._inputs:
            self.destroy_subscription(subscription)
        for timer in self._timers_:
            self.destroy_timer(timer)
        self._watching.close()
        self.destroy_publisher(self._diagnostics)
        self.destroy_publisher(self._chunks)
        self._goals.close()
        self._worker.close(_CLOSE_S)
        self._parker.close(_CLOSE_S)
        self._backend.close()

    def _subscribe(self) -> tuple[Subscription, ...]:
        inputs = [(GateStateMessage, "gate_state", self._on_gate_state, LATCHED)]
        if self._handover is None:
            heard = (ObservationMessage, "observation", self._on_observation, RELIABLE_NEWEST)
            inputs.append(heard)
        else:
            self._handover.connect(self._take)
        group = self._group
        return tuple(self.create_subscription(*each, callback_group=group) for each in inputs)

    # ---- what the goals need ----

    def observation(self) -> Observation | None:
        """Newest observation."""
        return self._observation

    def gate(self) -> GateFacts | None:
        """Newest word of executor_node."""
        return self._gate

    def make_run(self, goal: Goal, accepted_ns: int) -> GoalRun:
        """Begin the life of a goal."""
        worker = self._parker if goal.parks else self._worker
        return GoalRun(
            goal,
            self._parking if goal.parks else self._backend,
            self._parking_timer if goal.parks else self._timer,
            self._patience,
            accepted_ns,
            objection="" if goal.parks else self._objection,
            find_fault=partial(self._preflight.find_fault, goal),
            is_busy=lambda: worker.is_busy,
        )

    def ask(self, run: GoalRun, ask: Ask) -> None:
        """Show an observation to the policy."""
        goal = run.goal
        header = ChunkHeader(
            goal_id=goal.goal_id, session=self._session, epoch=ask.epoch, sequence=0
        )
        worker = self._parker if goal.parks else self._worker
        worker.ask(
            Question(
                header=header,
                observation=ask.observation,
                instruction=goal.instruction,
                speed_scale=goal.speed,
                running=ask.running,
                latency_s=ask.latency_s,
            )
        )

    def publish(self, chunk: ActionChunk) -> None:
        """Number a chunk and send it to the gate."""
        self._sequence += 1
        message = encode_chunk(replace(chunk, sequence=self._sequence), self.now_ns())
        now_ns = self.now_ns()
        hops = add_rest(chunk.hop_ms, "answer", chunk.observed_ns, now_ns)
        put_hops(message, hops)
        self._chunks.publish(message)
        if len(chunk.position_rad):  # Not the end of a goal.
            self._hops.add(hops, (now_ns - chunk.observed_ns) * 1e-6, now_ns)

    def publish_ending(self, run: GoalRun) -> None:
        """Tell the gate that a goal has ended."""
        ending = make_ending(
            goal_id=run.goal.goal_id,
            session=self._session,
            epoch=run.epoch,
            sequence=0,
            joint_names=self._robot.joint_names,
            now_ns=self.now_ns(),
        )
        self.publish(ending)

    # ---- what the graph tells ----

    def _on_observation(self, message: Any) -> None:
        try:
            observation = decode_observation(message, self.now_ns())
        except ObservationError as error:  # The one before grows old, and ends the goal.
            self._watching.hear_observation(decode_time(message.header.stamp))
            self.get_logger().error(f"an observation is dropped: {error}")
            return
        self._take(observation)

    def _take(self, seen: Observation) -> None:
        """Take an observation, from a message or from perception_node's own thread."""
        self._watching.hear_observation(seen.stamp_ns)
        hops = add_rest(seen.hop_ms, "observation_transport", seen.stamp_ns, self.now_ns())
        self._observation = replace(seen, hop_ms=hops)
        self._goals.wake()

    def _on_gate_state(self, message: Any) -> None:
        self._gate = decode_gate_state(message, self.now_ns())
        self._gate_sha256 = str(message.config_sha256)
        self._goals.wake()

    def _on_answer(self, answer: Answer) -> None:
        if answer.chunk is not None:
            self._rehearsal.took(answer.inference_ms * 1e-3)
        self._goals.deliver(answer)

    def _rehearse(self) -> None:
        """Ask the policy while nobody else does: a goal shall not begin with a bad answer."""
        seen = self._observation
        if self._goals.count > 0 or not self._rehearsal.is_due:
            return
        if is_fresh(seen, self._patience, self.now_ns()) and seen is not None:
            self._rehearsal.begin()
            self._worker.do(partial(self._rehearsal.run, seen, lambda: self._goals.count == 0))

    def _diagnose(self) -> None:
        line = encode_policy(
            self._backend.profile.name,
            self._timer,
            goals=self._goals.count,
            hardware_id=self._robot.name,
        )
        now_ns, robot = self.now_ns(), self._robot.name
        idle = "no chunk was published: no goal runs"
        timing = encode_timing(self._hops, now_ns, idle=idle, hardware_id=robot)
        self._diagnostics.publish(encode_diagnostics([line, timing], now_ns))


def make_executor() -> Executor:
    """Return what serves the node's callbacks."""
    return GoalExecutor(_THREADS)


def main() -> int:
    """Run the node until it is told to end."""
    return run_node(InferenceNode, make_executor=make_executor)


if __name__ == "__main__":
    sys.exit(main())
