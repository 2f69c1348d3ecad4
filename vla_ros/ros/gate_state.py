# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the gate decided, as the messages that others watch."""

import math
from uuid import UUID

import unique_identifier_msgs.msg as unique_identifier
from diagnostic_msgs.msg import DiagnosticStatus, KeyValue
from rclpy.time import Time

from vla_ros.gate.config import GateConfig
from vla_ros.gate.state import Decision, GateState
from vla_ros.gate.vocabulary import GateMode, Verdict
from vla_ros.msg import GateState as GateStateMessage

_LEVELS = {
    Verdict.PASS: DiagnosticStatus.OK,
    Verdict.SCALE: DiagnosticStatus.OK,
    Verdict.CLAMP: DiagnosticStatus.WARN,
    Verdict.DROP: DiagnosticStatus.WARN,
    Verdict.HOLD: DiagnosticStatus.WARN,
}


def encode_gate_state(
    decision: Decision, state: GateState, config: GateConfig, *, now_ns: int, stamp_ns: int
) -> GateStateMessage:
    """Return a decision as a message.

    Args:
        decision: Of the newest tick.
        state: After it.
        config: The gate's constants.
        now_ns: Control clock, for ages.
        stamp_ns: ROS clock, for the stamp.
    """
    return GateStateMessage(
        stamp=Time(nanoseconds=stamp_ns).to_msg(),
        mode=int(decision.mode),
        stopping=decision.stopping,
        verdict=int(decision.verdict),
        reasons=[int(finding.reason) for finding in decision.findings],
        event_id=state.event_id,
        epoch=state.epoch,
        owner=0 if state.owner is None else state.owner,
        goal_id=_encode_uuid(state.goal_id),
        speed_scale=state.schedule.scale,
        joint_state_age_ms=_age_ms(state, now_ns),
        observation_age_ms=decision.observation_age_s * 1e3,
        tracking_rad=decision.tracking_rad,
        queue_s=decision.queue_s,
        longest_stop_s=config.limits.operating.longest_stop_s,
        intervention_count=decision.interventions,
        not_configured=list(config.not_configured),
        config_sha256=config.sha256,
        message=state.message,
    )


def encode_inactive(state: GateState, config: GateConfig, *, stamp_ns: int) -> GateStateMessage:
    """Return the message that says that the gate does not run."""
    return GateStateMessage(
        stamp=Time(nanoseconds=stamp_ns).to_msg(),
        mode=int(GateMode.INACTIVE),
        event_id=state.event_id,
        epoch=state.epoch,
        joint_state_age_ms=math.inf,
        observation_age_ms=math.nan,
        tracking_rad=math.nan,
        longest_stop_s=config.limits.operating.longest_stop_s,
        intervention_count=state.interventions,
        not_configured=list(config.not_configured),
        config_sha256=config.sha256,
        message="executor_node is not active",
    )


def encode_gate_diagnostics(
    decision: Decision, state: GateState, *, now_ns: int, late_ms: float, hardware_id: str
) -> DiagnosticStatus:
    """Return the gate's line in /diagnostics.

    Args:
        decision: Of the newest tick.
        state: After it.
        now_ns: Control clock, for ages.
        late_ms: Worst lateness of a tick since the last line [ms].
        hardware_id: Name of the robot.
    """
    values = {
        "mode": decision.mode.name,
        "verdict": decision.verdict.name,
        "reasons": " ".join(finding.reason.name for finding in decision.findings),
        "epoch": str(state.epoch),
        "joint_state_age_ms": f"{_age_ms(state, now_ns):.1f}",
        "tracking_rad": f"{decision.tracking_rad:.4f}",
        "queue_s": f"{decision.queue_s:.2f}",
        "speed_scale": f"{state.schedule.scale:.2f}",
        "interventions": str(decision.interventions),
        "tick_late_ms_max": f"{late_ms:.2f}",
    }
    return DiagnosticStatus(
        level=_LEVELS.get(decision.verdict, DiagnosticStatus.ERROR),
        name="vla_ros: gate",
        message=state.message or decision.mode.name,
        hardware_id=hardware_id,
        values=[KeyValue(key=key, value=value) for key, value in values.items()],
    )


def _age_ms(state: GateState, now_ns: int) -> float:
    if state.joints is None:
        return math.inf
    return (now_ns - state.joints.arrival_ns) * 1e-6


def _encode_uuid(goal_id: str | None) -> unique_identifier.UUID:
    if goal_id is None:
        return unique_identifier.UUID()
    return unique_identifier.UUID(uuid=list(UUID(hex=goal_id).bytes))
