# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Goals, feedback, results and the gate's state: messages <-> our types."""

from collections.abc import Iterable
from dataclasses import replace

from vla_ros.action import ExecuteInstruction
from vla_ros.gate.vocabulary import GateMode, Reason, Verdict
from vla_ros.msg import GateState
from vla_ros.policy.admission import GateFacts, Goal
from vla_ros.policy.goal import GoalRun
from vla_ros.policy.outcome import End
from vla_ros.policy.parking import PARKING_SPEED
from vla_ros.policy.progress import Progress

_MODES = frozenset(GateMode)
_VERDICTS = frozenset(Verdict)
_REASONS = frozenset(Reason)


def decode_mode(number: int) -> GateMode:
    """Return a mode; FAULT for one that a newer executor_node may have."""
    return GateMode(number) if number in _MODES else GateMode.FAULT


def decode_verdict(number: int) -> Verdict:
    """Return a verdict; FAULT for one that a newer executor_node may have."""
    return Verdict(number) if number in _VERDICTS else Verdict.FAULT


def decode_reasons(numbers: Iterable[int]) -> tuple[Reason | int, ...]:
    """Return reasons; the bare number of one that a newer executor_node may have."""
    return tuple(Reason(number) if number in _REASONS else int(number) for number in numbers)


def decode_goal(goal_id: str, request: ExecuteInstruction.Goal) -> Goal:
    """Return what a client asks for.

    Args:
        goal_id: UUID as 32 hex digits.
        request: The message.
    """
    return Goal(
        goal_id=goal_id,
        instruction=request.instruction,
        timeout_s=request.timeout_s,
        speed_scale=request.speed_scale,
        dry_run=request.dry_run,
    )


def decode_parking(goal_id: str, request: ExecuteInstruction.Goal) -> Goal:
    """Return the goal to bring the arm home; slowly, unless the client names a speed.

    Args:
        goal_id: UUID as 32 hex digits.
        request: The message; what its instruction says does not matter.
    """
    goal = decode_goal(goal_id, request)
    speed_scale = goal.speed_scale if goal.speed_scale != 0.0 else PARKING_SPEED
    return replace(goal, instruction="park", speed_scale=speed_scale, parks=True)


def decode_gate_state(message: GateState, arrival_ns: int) -> GateFacts:
    """Return what a goal has to know of the gate; a mode not known here counts as FAULT."""
    return GateFacts(
        arrival_ns=arrival_ns,
        mode=decode_mode(message.mode),
        stopping=message.stopping,
        epoch=message.epoch,
        reasons=decode_reasons(message.reasons),
        longest_stop_s=message.longest_stop_s,
        intervention_count=message.intervention_count,
        message=message.message,
    )


def encode_feedback(progress: Progress) -> ExecuteInstruction.Feedback:
    """Return what the client is told while its goal runs."""
    return ExecuteInstruction.Feedback(
        phase=progress.phase.value,
        progress=progress.progress,
        confidence=progress.confidence,
        inference_ms=progress.inference_ms,
        observation_age_ms=progress.observation_age_ms,
        queue_s=progress.queue_s,
        intervention_count=progress.intervention_count,
    )


def encode_result(end: End, run: GoalRun, now_ns: int) -> ExecuteInstruction.Result:
    """Return what the client is told when its goal has ended."""
    return ExecuteInstruction.Result(
        outcome=int(end.outcome),
        message=end.message,
        duration_s=run.duration_s(now_ns),
        inference_count=run.inference_count,
        intervention_count=run.intervention_count,
    )
