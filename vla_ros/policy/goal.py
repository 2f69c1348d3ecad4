# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The life of one goal, from acceptance to its end, without ROS and without a clock.

The node asks `step` again and again and does what it says: wait, show an observation to the
policy, or end. Every answer of the policy goes through `answered`.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from vla_ros.chunk.lateness import Lateness, find_lateness
from vla_ros.chunk.request import RequestTimer
from vla_ros.chunk.schedule import ChunkSchedule
from vla_ros.gate.vocabulary import GateMode
from vla_ros.policy.admission import (
    Fault,
    GateFacts,
    Goal,
    Patience,
    check_goal,
    check_running,
    check_start,
    is_fresh,
    is_seen_moving,
    is_silent,
)
from vla_ros.policy.backend import PolicyBackend
from vla_ros.policy.completion import Completion
from vla_ros.policy.doubt import make_doubt
from vla_ros.policy.following import Following
from vla_ros.policy.language import find_slips
from vla_ros.policy.outcome import End, Outcome
from vla_ros.policy.progress import Phase, Progress
from vla_ros.types import ActionChunk, Observation

_FEEDBACK_NS = 95_000_000  # A little less than 0.1 s: the loop that asks has a step of its own.


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ask:
    """Show this to the policy.

    Attributes:
        observation: What it sees.
        epoch: Arming epoch that the chunk shall carry.
        running: The plan that is followed meanwhile, as far as it is known here.
        latency_s: From the observation to the answer, at most [s].
    """

    observation: Observation
    epoch: int
    running: ChunkSchedule
    latency_s: float


def _find_nothing(observation: Observation | None) -> Fault | None:  # noqa: ARG001
    return None


class GoalRun:
    """One goal. One thread calls it; `cancel`, `preempt` and `abandon` any thread may call.

    Args:
        goal: What the client asked for.
        backend: The policy; only its profile and `check_instruction` are used.
        timer: When the next request goes out; it keeps the latency seen across goals.
        patience: How long to wait for what.
        accepted_ns: When the goal was accepted, node clock.
        objection: Why no goal at all may run; empty if goals may.
        find_fault: Says at once what else keeps the goal from running; None if nothing does. Given
            the newest observation before the goal starts, or None for why there is none.
        is_busy: Says whether the policy still thinks, about whatever it was asked before.
    """

    def __init__(
        self,
        goal: Goal,
        backend: PolicyBackend,
        timer: RequestTimer,
        patience: Patience,
        accepted_ns: int,
        *,
        objection: str = "",
        find_fault: Callable[[Observation | None], Fault | None] = _find_nothing,
        is_busy: Callable[[], bool] = lambda: False,
    ) -> None:
        self.goal = goal
        self.inference_count = 0
        self.intervention_count = 0
        self.phase = Phase.STARTING
        self._backend = backend
        self._timer = timer
        self._patience = patience
        self._accepted_ns = accepted_ns
        self._objection = objection
        self._find_fault = find_fault
        self._is_busy = is_busy
        self._completion = Completion(spec=backend.profile.done)
        self._doubt = make_doubt(backend.profile)
        self._told_ns = accepted_ns
        self._heard: str | None = None
        self._slips = ""
        self._news = ""
        self._canceled = False
        self._preempted = False
        self._abandoned = ""
        self._epoch = 0
        self._interventions_before = 0
        self._shown_ns: int | None = None
        self._asked_ns = 0
        self._failures = 0
        self._failure = ""
        self._answer: ActionChunk | None = None
        self._following = Following(goal.speed, accepted_ns)
        self._lateness = Lateness()
        self._inference_ms = math.nan

    @property
    def started(self) -> bool:
        """The gate has heard, or will hear, of this goal; it must be told of the end."""
        return self.phase is not Phase.STARTING and not self.goal.dry_run

    @property
    def epoch(self) -> int:
        """Arming epoch of the gate in which the goal began."""
        return self._epoch

    def cancel(self) -> None:
        """End as CANCELED with the next step."""
        self._canceled = True

    def preempt(self) -> None:
        """End as PREEMPTED with the next step."""
        self._preempted = True

    def abandon(self, message: str) -> None:
        """End with the next step, because the node does not work any more."""
        self._abandoned = message

    def step(
        self, now_ns: int, observation: Observation | None, gate: GateFacts | None
    ) -> Ask | End | None:
        """Say what to do now; None is to wait.

        Args:
            now_ns: Node clock.
            observation: The newest one; None if there was none.
            gate: The newest word of executor_node; None if there was none.
        """
        end = self.asked_to_end() or self._past_timeout(now_ns)
        if end is None and self.phase is Phase.STARTING:
            end = self._try_to_start(now_ns, observation, gate)
        if end is not None or self.phase is Phase.STARTING or observation is None:
            return end
        self._count_interventions(gate)
        gate = None if self.goal.dry_run else gate
        self._following.hear(now_ns, gate)
        return self._run(now_ns, observation, gate)

    def answered(self, now_ns: int, chunk: ActionChunk, inference_ms: float) -> ActionChunk | None:
        """Take the policy's answer; return what to publish, None for nothing.

        Nothing is published in a dry run, nor what comes after the end or too late to be of use
        (after the gate has held the arm, for one), nor while the policy's first answers have not
        shown that it can find what it is asked for.

        Args:
            now_ns: Node clock.
            chunk: The answer as joint targets.
            inference_ms: How long the model took [ms].
        """
        if self.phase is Phase.STOPPING:
            return None
        age_s = self._patience.observation_max_age_s
        late = find_lateness(chunk, now_ns, age_s, resting=self._following.resting)
        self._lateness = self._lateness.observe(late)
        of_use = not late and self._following.is_of_use(chunk.observed_ns)
        self._timer.answered(now_ns, late=not of_use)
        self._asked_ns = now_ns  # Whatever it thinks about from here on, it began later.
        self.inference_count += 1
        self._failures = 0
        self._inference_ms = inference_ms
        self._answer = chunk
        self._doubt = self._doubt.observe(chunk)
        if not of_use or not self._doubt.accepted:
            return None
        chunk = self._following.follow(chunk, now_ns)
        self._completion = self._completion.observe(chunk.done_probability)
        return None if self.goal.dry_run else chunk

    def failed(self, message: str, grounded_probability: float = math.nan) -> None:
        """Take note that the policy could not answer the newest request.

        Args:
            message: Why not.
            grounded_probability: What it said of the instruction all the same, NaN for nothing.
        """
        if self.phase is Phase.STOPPING:
            return
        if not math.isnan(grounded_probability):
            self._doubt = self._doubt.hear(grounded_probability)
        self._timer.failed()
        self._failures += 1
        self._failure = message

    def stop(self) -> None:
        """The goal has ended; from now on it only waits for the arm to come to rest."""
        self.phase = Phase.STOPPING
        self._timer.failed()

    def at_rest(
        self, now_ns: int, stopped_ns: int, observation: Observation | None, gate: GateFacts | None
    ) -> bool:
        """Say whether the arm has come to rest after the end, or has had time enough.

        Args:
            now_ns: Node clock.
            stopped_ns: When `stop` was called.
            observation: The newest one; None if there was none.
            gate: The newest word of executor_node.
        """
        if gate is None or (now_ns - stopped_ns) * 1e-9 > self._patience.rest_s:
            return True
        moving = gate.mode is GateMode.RUN or gate.stopping
        return not (moving or is_seen_moving(observation, self._patience, now_ns))

    def progress(self, now_ns: int, observation: Observation | None) -> Progress:
        """Return what to tell the client now."""
        answer = self._answer
        return Progress(
            phase=self.phase,
            progress=math.nan if answer is None else answer.progress,
            confidence=math.nan if answer is None else answer.confidence,
            inference_ms=self._inference_ms,
            observation_age_ms=math.inf
            if observation is None
            else (now_ns - observation.stamp_ns) * 1e-6,
            queue_s=self._following.queue_s(now_ns),
            intervention_count=self.intervention_count,
        )

    def take_news(self) -> str:
        """Return what is worth a line in the log and was not told yet; empty if nothing is."""
        news, self._news = self._news, ""
        return news

    def explain(self, end: End) -> End:
        """Return an end whose message also says which words were taken as others."""
        if not self._slips:
            return end
        return replace(end, message=f"{end.message} ({self._slips})")

    def feedback_due(self, now_ns: int) -> bool:
        """Say whether to tell the client something now; at 10 Hz."""
        if now_ns - self._told_ns < _FEEDBACK_NS:
            return False
        self._told_ns = now_ns
        return True

    def duration_s(self, now_ns: int) -> float:
        """Return the time since acceptance [s]."""
        return (now_ns - self._accepted_ns) * 1e-9

    def asked_to_end(self) -> End | None:
        """Return the end that somebody asked for; None if nobody did."""
        if self._preempted:
            return End(outcome=Outcome.PREEMPTED, message="a newer goal took over")
        if self._canceled:
            return End(outcome=Outcome.CANCELED, message="the client canceled the goal")
        if self._abandoned:
            starting = self.phase is Phase.STARTING
            outcome = Outcome.REJECTED if starting else Outcome.POLICY_FAILED
            return End(outcome=outcome, message=self._abandoned)
        return None

    def _past_timeout(self, now_ns: int) -> End | None:
        timeout_s = self.goal.timeout_s
        if timeout_s == 0.0:
            timeout_s = self._backend.profile.timeout_s / self.goal.speed
        if self.phase is not Phase.RUNNING or self.duration_s(now_ns) <= timeout_s:
            return None
        return End(
            outcome=Outcome.TIMEOUT,
            message=f"not finished within {timeout_s:g} s (timeout_s of the goal, "
            "or of the policy profile)",
        )

    def _try_to_start(
        self, now_ns: int, observation: Observation | None, gate: GateFacts | None
    ) -> End | None:
        if self._heard is None:
            heard = check_goal(self.goal, self._backend, self._objection)
            if isinstance(heard, End):
                return heard
            self._heard = heard
            self._news = self._slips = find_slips(self.goal.instruction, heard)
        missing, limit_s = self._missing(now_ns, observation, gate)
        if missing is not None:
            return None if self.duration_s(now_ns) < limit_s else missing
        self.phase = Phase.RUNNING
        self._timer.restart()
        self._asked_ns = now_ns
        self._shown_ns = None if observation is None else observation.stamp_ns
        if gate is not None:
            self._epoch = gate.epoch
            self._interventions_before = gate.intervention_count
            if gate.longest_stop_s >= 0.0:
                self._timer.stop_s = gate.longest_stop_s
        return None

    def _missing(
        self, now_ns: int, observation: Observation | None, gate: GateFacts | None
    ) -> tuple[End | None, float]:
        """Return what keeps the goal from starting, and how long to wait for it [s]."""
        patience = self._patience
        missing = check_start(self.goal, observation, gate, patience, now_ns)
        if missing is not None:
            silent = is_silent(self.goal, observation, gate, patience, now_ns)
            limit_s = patience.discovery_s if silent else patience.start_s
            if self.duration_s(now_ns) < limit_s:
                return missing, limit_s
            fresh = is_fresh(observation, patience, now_ns)
            return self._explained(missing, observation if fresh else None), limit_s
        fault = self._find_fault(observation)
        if fault is None:
            return None, 0.0
        limit_s = patience.discovery_s if fault.passing else 0.0
        return End(outcome=Outcome.REJECTED, message=fault.text), limit_s

    def _explained(self, missing: End, observation: Observation | None) -> End:
        """Add why there is no observation, or why the gate objects, where that can be seen."""
        why = self._find_fault(observation)
        if why is None or why.text in missing.message:
            return missing
        return replace(missing, message=f"{missing.message}. {why.text}")

    def _run(
        self, now_ns: int, observation: Observation, gate: GateFacts | None
    ) -> Ask | End | None:
        end = check_running(observation, gate, self._epoch, self._patience, now_ns)
        end = end or self._doubtful() or self._policy_failed(now_ns)
        if end is not None:
            return end
        if self._completion.complete:
            return End(
                outcome=Outcome.SUCCEEDED, message="the policy reports the task as finished"
            )
        return self._ask(now_ns, observation)

    def _ask(self, now_ns: int, observation: Observation) -> Ask | None:
        """Ask only when an observation arrives: the policy sees nothing older than need be."""
        seen_ns = observation.stamp_ns
        if seen_ns == self._shown_ns or not self._following.is_of_use(seen_ns):
            return None
        self._shown_ns = seen_ns
        age_s = (now_ns - seen_ns) * 1e-9
        if not age_s <= self._patience.observation_max_age_s or self._is_busy():
            return None
        if not self._timer.due(now_ns, self._following.queue_s(now_ns)):
            return None
        self._timer.sent(now_ns)
        self._asked_ns = now_ns
        return Ask(
            observation=observation,
            epoch=self._epoch,
            running=self._following.running,
            latency_s=self._timer.latency_s(1.0) + age_s,
        )

    def _doubtful(self) -> End | None:
        why = self._doubt.why(self.goal.instruction)
        return End(outcome=Outcome.LOW_CONFIDENCE, message=why) if why else None

    def _policy_failed(self, now_ns: int) -> End | None:
        if self._failures >= self._patience.policy_failures:
            return End(
                outcome=Outcome.POLICY_FAILED,
                message=f"the policy failed {self._failures} times in a row: {self._failure}",
            )
        if self._lateness.why:
            return End(outcome=Outcome.POLICY_FAILED, message=self._lateness.why)
        waited_s = (now_ns - self._asked_ns) * 1e-9
        if (self._timer.in_flight or self._is_busy()) and not waited_s <= self._patience.policy_s:
            return End(
                outcome=Outcome.POLICY_FAILED,
                message=f"the policy did not answer for {waited_s:.1f} s, "
                f"limit {self._patience.policy_s:g} s",
            )
        return None

    def _count_interventions(self, gate: GateFacts | None) -> None:
        if gate is not None:
            count = gate.intervention_count - self._interventions_before
            self.intervention_count = max(self.intervention_count, count)
