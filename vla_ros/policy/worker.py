# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Runs the policy in a thread of its own, so that no callback ever waits for a model."""

import math
import queue
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from vla_ros.chunk.schedule import ChunkSchedule
from vla_ros.errors import ObservationError, PolicyError, VlaRosError
from vla_ros.policy.backend import PolicyBackend, TakesPrefix
from vla_ros.policy.images import PointCloudSpec
from vla_ros.policy.prefix import make_prefix
from vla_ros.policy.spec import PolicyProfile
from vla_ros.policy.transforms import ChunkHeader, PolicyAdapter
from vla_ros.timing.hops import add_rest
from vla_ros.types import ActionChunk, Joining, Observation, PointCloud, PolicyOutput

FindObjection = Callable[[Observation, PolicyOutput], str]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Question:
    """What the policy is asked.

    Attributes:
        header: Goal, session, epoch and number of the chunk to make.
        observation: What it sees.
        instruction: What the client asked for.
        speed_scale: Speed along the path, 0 < s <= 1.
        running: The plan that is followed meanwhile.
        latency_s: From the observation to the answer, at most [s].
    """

    header: ChunkHeader
    observation: Observation
    instruction: str
    speed_scale: float
    running: ChunkSchedule = field(default_factory=ChunkSchedule)
    latency_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answer:
    """What came back.

    Attributes:
        goal_id: Goal of the question.
        chunk: None if the policy failed.
        inference_ms: How long the model took [ms].
        failure: Why it failed, in words; empty if it did not.
        details: Traceback of a failure nobody expected, for the log.
        shortfall: Why the chunk holds the first rows only; empty if it holds all.
        grounded_probability: What the policy said of the instruction, also where the rest of its
            answer is of no use; NaN if it did not.
    """

    goal_id: str
    chunk: ActionChunk | None
    inference_ms: float
    failure: str = ""
    details: str = ""
    shortfall: str = ""
    grounded_probability: float = math.nan


class PolicyWorker:
    """One thread that answers one question at a time.

    Args:
        backend: The policy; used by this thread alone.
        adapter: From its rows to joint positions; used by this thread alone.
        on_answer: Called in this thread with every answer; must return at once.
        clock_ns: A clock for durations.
        now_ns: Node clock, for the hops of a chunk.
        find_objection: Says why an answer must not reach the arm; called with the answers of a
            goal until it says nothing. The gate judges all of them.
    """

    def __init__(
        self,
        backend: PolicyBackend,
        adapter: PolicyAdapter,
        on_answer: Callable[[Answer], None],
        clock_ns: Callable[[], int],
        now_ns: Callable[[], int],
        find_objection: FindObjection | None = None,
    ) -> None:
        self._backend = backend
        self._adapter = adapter
        self._on_answer = on_answer
        self._clock_ns = clock_ns
        self._now_ns = now_ns
        self._find_objection = find_objection
        self._unobjected = ""
        self._questions: queue.Queue[Question | Callable[[], None] | None] = queue.Queue()
        self._thread = threading.Thread(target=self._work, name="policy", daemon=True)

    @property
    def is_busy(self) -> bool:
        """It thinks, or has to: who asks now waits for more than one answer."""
        return self._questions.unfinished_tasks > 0

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def ask(self, question: Question) -> None:
        """Put a question; the answer comes through `on_answer`."""
        self._questions.put(question)

    def do(self, job: Callable[[], None]) -> None:
        """Have something done with the policy between two questions; it must not raise."""
        self._questions.put(job)

    def close(self, timeout_s: float) -> None:
        """Stop answering; waits for an answer in the making, but not longer than this [s]."""
        self._questions.put(None)
        self._thread.join(timeout_s)

    def _work(self) -> None:
        while (question := self._questions.get()) is not None:
            if isinstance(question, Question):
                answer = self._answer(question)
                self._questions.task_done()  # Whoever hears the answer may ask again at once.
                self._on_answer(answer)
            else:
                try:
                    question()
                finally:
                    self._questions.task_done()

    def _infer(self, question: Question) -> tuple[PolicyOutput, bool]:
        """Ask the policy; also say whether its answer goes on from the running plan."""
        backend, observation = self._backend, question.observation
        _check_cloud(observation.cloud, backend.profile.point_cloud)
        if isinstance(backend, TakesPrefix) and _wishes_prefix(self._backend.profile):
            running, latency_s = question.running, question.latency_s
            prefix = make_prefix(running, self._adapter, observation, latency_s)
            if prefix is not None:
                return backend.infer_after(observation, question.instruction, prefix), True
        return backend.infer(observation, question.instruction), False

    def _chunk(self, question: Question, output: PolicyOutput) -> ActionChunk:
        observation = question.observation
        chunk = self._adapter.make_chunk(output, observation, question.header)
        return replace(chunk, speed_scale=question.speed_scale)

    def _judge(self, question: Question, output: PolicyOutput) -> None:
        """Raise PolicyError for an answer that nobody should try, at the beginning of a goal."""
        goal_id = question.header.goal_id
        if self._find_objection is None or goal_id == self._unobjected:
            return
        objection = self._find_objection(question.observation, output)
        if objection:
            raise PolicyError(objection)
        self._unobjected = goal_id

    def _answer(self, question: Question) -> Answer:
        goal_id = question.header.goal_id
        grounded = math.nan
        began_ns, seen_ns = self._clock_ns(), self._now_ns()
        try:
            output, goes_on = self._infer(question)
            inference_ms = (self._clock_ns() - began_ns) * 1e-6
            inferred_ns = self._now_ns()
            grounded = output.grounded_probability
            self._judge(question, output)
            chunk = self._chunk(question, output)
            if goes_on:  # It joins the running plan by itself.
                chunk = replace(chunk, joining=Joining.CROSS_FADE)
        except VlaRosError as error:
            return Answer(
                goal_id=goal_id,
                chunk=None,
                inference_ms=0.0,
                failure=str(error),
                grounded_probability=grounded,
            )
        except Exception as error:  # noqa: BLE001  The outer edge of this thread.
            return Answer(
                goal_id=goal_id,
                chunk=None,
                inference_ms=0.0,
                failure=f"{type(error).__name__}: {error}",
                details=traceback.format_exc(),
                grounded_probability=grounded,
            )
        seen = question.observation
        hops = (
            *add_rest(seen.hop_ms, "request_wait", seen.stamp_ns, seen_ns),
            ("infer", (inferred_ns - seen_ns) * 1e-6),
            ("adapt", (self._now_ns() - inferred_ns) * 1e-6),
        )
        return Answer(
            goal_id=goal_id,
            chunk=replace(chunk, hop_ms=hops),
            inference_ms=inference_ms,
            shortfall=self._adapter.shortfall,
            grounded_probability=grounded,
        )


def _wishes_prefix(profile: PolicyProfile) -> bool:
    return profile.joining is Joining.REAL_TIME_CHUNKING


def _check_cloud(cloud: PointCloud | None, wanted: PointCloudSpec | None) -> None:
    """Raise ObservationError for an observation without the points that the profile says."""
    if wanted is None:
        return
    found = "no points"
    if cloud is not None:
        colored = cloud.rgb is not None
        found = f"{len(cloud.points_m)} points with{'' if colored else 'out'} colours"
        if len(cloud.points_m) == wanted.points and (colored or not wanted.color):
            return
    raise ObservationError(
        f"point cloud '{wanted.source}': the observation has {found}, wanted {wanted.points} "
        f"points{' with colours' if wanted.color else ''}; is perception_node running with the "
        "same policy profile?"
    )
