# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Whether a goal may start, and whether the gate and the observation still allow it to run."""

from dataclasses import dataclass, replace

import numpy as np

from vla_ros.errors import InstructionError, UnknownWordError
from vla_ros.gate.vocabulary import LATCHED, GateMode, Reason
from vla_ros.policy.backend import PolicyBackend
from vla_ros.policy.outcome import End, Outcome
from vla_ros.types import Observation

LONGEST_TIMEOUT_S = 3600.0
SLOWEST_SCALE = 0.01  # Far below it a goal hardly moves the arm before it times out.
_STILL = 0.02  # Of a joint [rad/s, m/s]: what is measured of one at rest.
_MOVING = (GateMode.ARMED, GateMode.RUN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What a client asks for.

    Attributes:
        goal_id: UUID as 32 hex digits.
        instruction: What the arm shall do, in words.
        timeout_s: Give up after this long [s]; 0 takes the policy's default / speed_scale.
        speed_scale: Speed along the path, 0 < s <= 1; 0 takes 1.
        dry_run: Run the policy, send nothing to the gate.
        parks: Bring the arm home; no policy is asked.
    """

    goal_id: str
    instruction: str
    timeout_s: float
    speed_scale: float
    dry_run: bool
    parks: bool = False

    @property
    def speed(self) -> float:
        """Speed along the path, 0 < s <= 1, with the default filled in."""
        return 1.0 if self.speed_scale == 0.0 else self.speed_scale


@dataclass(frozen=True, slots=True, kw_only=True)
class GateFacts:
    """What executor_node last said about the gate.

    Attributes:
        arrival_ns: When it said so, node clock.
        mode: What the gate does.
        stopping: The arm still moves along its verified stop.
        epoch: Arming epoch; chunks must carry it.
        reasons: What the gate objects to, or what latched it; a number for one not known here.
        longest_stop_s: Longest possible stop of the arm [s].
        intervention_count: Interventions since the gate was configured.
        message: Its newest event in words.
    """

    arrival_ns: int
    mode: GateMode
    stopping: bool
    epoch: int
    reasons: tuple[Reason | int, ...]
    longest_stop_s: float
    intervention_count: int
    message: str

    @property
    def why(self) -> str:
        """The words of the newest event, or the reasons by name."""
        return self.message or self.objections or "no reason given"

    @property
    def objections(self) -> str:
        """The reasons by name; empty if there is none that could keep the arm from moving."""
        return ", ".join(
            reason.name if isinstance(reason, Reason) else f"reason {reason}"
            for reason in self.reasons
            if reason is not Reason.AUDIT_DEGRADED
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What keeps a goal from running besides the gate.

    Attributes:
        text: What it is, and what to do.
        passing: It may be over soon: a node has just come or gone.
    """

    text: str
    passing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a goal waits for what it depends on.

    Attributes:
        observation_max_age_s: Older observations are not shown to the policy [s].
        observation_lost_s: The goal ends when the newest one is older [s].
        gate_lost_s: The goal ends when executor_node is silent for longer [s].
        policy_s: The policy has failed when it does not answer within this [s].
        policy_failures: It has failed for good after so many errors in a row.
        start_s: How long a goal waits for what it misses at its start [s].
        discovery_s: How long it waits there for a node that is silent: it may just start [s].
        rest_s: How long the end of a goal waits for the arm to come to rest [s].
    """

    observation_max_age_s: float = 0.5
    observation_lost_s: float = 1.0
    gate_lost_s: float = 2.5
    policy_s: float = 2.0
    policy_failures: int = 3
    start_s: float = 0.3
    discovery_s: float = 2.0
    rest_s: float = 1.5


def make_patience(observation_max_age_s: float) -> Patience:
    """Return how long the goals of a robot wait.

    Args:
        observation_max_age_s: Oldest observation that the robot's gate lets a chunk answer [s]. A
            policy may be as slow as that, and has failed only at twice as much, at 2 s or more.
    """
    usual = Patience()
    policy_s = max(usual.policy_s, 2.0 * observation_max_age_s)
    return replace(usual, observation_max_age_s=observation_max_age_s, policy_s=policy_s)


def find_gate_fault(gate: GateFacts | None) -> tuple[str, str] | None:
    """Return why a gate will not move the arm until a person acts, and what to do; else None.

    Args:
        gate: What executor_node said last; None if it is silent.
    """
    if gate is None:
        return (
            "no executor: nobody publishes gate_state",
            "Start executor_node, or check ROS_DOMAIN_ID and the namespace",
        )
    if gate.mode is GateMode.INACTIVE:
        return "executor_node is not active", "ros2 lifecycle set executor_node activate"
    if gate.mode not in LATCHED:
        return None
    remedy = "Clear the cause, then call ~/reset and ~/arm of executor_node"
    if gate.mode is GateMode.FAULT:
        remedy = "Clean up and configure executor_node"
    return f"the gate is latched in {gate.mode.name} ({gate.why})", remedy


def check_goal(goal: Goal, backend: PolicyBackend, objection: str = "") -> End | str:
    """Return how the policy reads the instruction, or object to a goal that can never run.

    That is one with bad numbers or without words (REJECTED), or with a word that the policy does
    not know: it cannot find what that asks for (LOW_CONFIDENCE).

    Args:
        goal: What the client asks for.
        backend: The policy.
        objection: Why no goal at all may run; empty if goals may.
    """
    if objection:
        return _rejected(f"this policy does not fit this robot: {objection}")
    if not 0.0 <= goal.timeout_s <= LONGEST_TIMEOUT_S:
        return _rejected(
            f"timeout_s = {goal.timeout_s} s is outside [0, {LONGEST_TIMEOUT_S:g}]; "
            "0 takes the default of the policy profile"
        )
    if goal.speed_scale != 0.0 and not SLOWEST_SCALE <= goal.speed_scale <= 1.0:
        return _rejected(
            f"speed_scale = {goal.speed_scale} is outside [{SLOWEST_SCALE:g}, 1]; 0 takes 1"
        )
    try:
        return backend.check_instruction(goal.instruction)
    except UnknownWordError as error:
        return End(outcome=Outcome.LOW_CONFIDENCE, message=str(error))
    except InstructionError as error:
        return _rejected(str(error))


def check_start(
    goal: Goal,
    observation: Observation | None,
    gate: GateFacts | None,
    patience: Patience,
    now_ns: int,
) -> End | None:
    """Object to a start while something is missing; the same goal may run a moment later."""
    if observation is None:
        return _rejected(
            "no observation yet: is perception_node running? "
            "Check: ros2 topic hz /vla/observation, and /diagnostics"
        )
    age_s = (now_ns - observation.stamp_ns) * 1e-9
    if not age_s <= patience.observation_max_age_s:
        return _rejected(
            f"no fresh observation: the newest is {age_s:.1f} s old, "
            f"limit {patience.observation_max_age_s:g} s. Check: ros2 topic hz /vla/observation"
        )
    return None if goal.dry_run else _check_gate_at_start(gate, patience, now_ns)


def is_silent(
    goal: Goal,
    observation: Observation | None,
    gate: GateFacts | None,
    patience: Patience,
    now_ns: int,
) -> bool:
    """Say whether perception_node or executor_node is not heard at all, or said that it leaves."""
    if not is_fresh(observation, patience, now_ns):
        return True
    # An executor that is inactive may be one that left; its successor is heard a little later.
    left = gate is not None and gate.mode is GateMode.INACTIVE
    return not goal.dry_run and (left or not _is_heard(gate, patience, now_ns))


def is_fresh(observation: Observation | None, patience: Patience, now_ns: int) -> bool:
    """Say whether an observation is there and young enough to be shown to the policy."""
    if observation is None:
        return False
    return (now_ns - observation.stamp_ns) * 1e-9 <= patience.observation_max_age_s


def is_seen_moving(observation: Observation | None, patience: Patience, now_ns: int) -> bool:
    """Say whether the arm was just measured to move, as it does some time after its commands."""
    if observation is None or not is_fresh(observation, patience, now_ns):
        return False
    velocity = observation.joints.velocity
    return velocity is not None and bool((np.abs(velocity) > _STILL).any())


def check_running(
    observation: Observation, gate: GateFacts | None, epoch: int, patience: Patience, now_ns: int
) -> End | None:
    """End a goal whose observation went missing or whose gate does not follow it any more.

    Args:
        observation: The newest one.
        gate: The newest word of executor_node; None in a dry run.
        epoch: Arming epoch in which the goal began.
        patience: The limits.
        now_ns: Node clock.
    """
    age_s = (now_ns - observation.stamp_ns) * 1e-9
    if not age_s <= patience.observation_lost_s:
        return End(
            outcome=Outcome.OBSERVATION_LOST,
            message=f"the newest observation is {age_s:.1f} s old, "
            f"limit {patience.observation_lost_s:g} s. A camera, the joint states or "
            "perception_node went missing. Check: ros2 topic hz /vla/observation, /diagnostics",
        )
    return None if gate is None else _check_gate_running(gate, epoch, patience, now_ns)


def _check_gate_at_start(gate: GateFacts | None, patience: Patience, now_ns: int) -> End | None:
    fault = find_gate_fault(gate if _is_heard(gate, patience, now_ns) else None)
    if fault is not None:
        return _rejected(". ".join(fault))
    if gate is None or gate.mode in _MOVING:
        return None
    if gate.mode is GateMode.HOLD:
        return _rejected(
            f"the gate holds the arm ({gate.why}); send the goal again when that is over"
        )
    if gate.objections:
        return _rejected(
            f"not armed, and the gate objects: {gate.objections} ({gate.message}). "
            "Remove the cause, then call ~/arm of executor_node"
        )
    return _rejected(
        "not armed: call ~/arm of executor_node, for example "
        "ros2 service call /vla/executor_node/arm std_srvs/srv/Trigger"
    )


def _is_heard(gate: GateFacts | None, patience: Patience, now_ns: int) -> bool:
    return gate is not None and (now_ns - gate.arrival_ns) * 1e-9 <= patience.gate_lost_s


def _check_gate_running(
    gate: GateFacts, epoch: int, patience: Patience, now_ns: int
) -> End | None:
    silent_s = (now_ns - gate.arrival_ns) * 1e-9
    if not silent_s <= patience.gate_lost_s:
        return _stopped(
            f"executor_node has been silent for {silent_s:.1f} s "
            f"(limit {patience.gate_lost_s:g} s). "
            "Nothing commands the arm, its driver holds it. Start executor_node, then call ~/arm"
        )
    if gate.mode is GateMode.ESTOP:
        return End(
            outcome=Outcome.EMERGENCY_STOP,
            message=f"emergency stop ({gate.why}). Release it, then call ~/reset and ~/arm",
        )
    if gate.mode in LATCHED:
        return _stopped(
            f"the gate stopped the arm and latched in {gate.mode.name} ({gate.why}). "
            "Clear the cause, then call ~/reset and ~/arm"
        )
    if gate.mode in {GateMode.IDLE, GateMode.INACTIVE}:
        return _stopped(f"the gate stopped the arm and disarmed ({gate.why}). Call ~/arm")
    if gate.epoch != epoch:
        return _stopped(f"the gate was armed anew (epoch {epoch} -> {gate.epoch}) during the goal")
    return None


def _rejected(message: str) -> End:
    return End(outcome=Outcome.REJECTED, message=message)


def _stopped(message: str) -> End:
    return End(outcome=Outcome.PROTECTIVE_STOP, message=message)
