# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How the streams do, as lines of /diagnostics."""

from collections.abc import Iterable

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from std_msgs.msg import Header

from vla_ros.chunk.request import RequestTimer
from vla_ros.observe.buffer import StreamReport
from vla_ros.ros.audit_log import AuditHealth
from vla_ros.ros.stamps import encode_time


def encode_diagnostics(statuses: Iterable[DiagnosticStatus], now_ns: int) -> DiagnosticArray:
    """Return lines as the message that goes to /diagnostics."""
    return DiagnosticArray(header=Header(stamp=encode_time(now_ns)), status=list(statuses))


def encode_audit(health: AuditHealth, folder: str, hardware_id: str) -> DiagnosticStatus:
    """Return the line of the audit log.

    Whoever records /diagnostics elsewhere has the SHA-256 of lines that nobody can then change.

    Args:
        health: How it does.
        folder: Where it is.
        hardware_id: Name of the robot.
    """
    values = {
        "folder": folder,
        "lines": str(health.lines),
        "sha256": health.sha256,
        "lost": str(health.lost),
    }
    return DiagnosticStatus(
        level=DiagnosticStatus.OK if health.complaint is None else DiagnosticStatus.WARN,
        name="vla_ros: audit log",
        message=health.complaint or "written",
        hardware_id=hardware_id,
        values=[KeyValue(key=key, value=value) for key, value in values.items()],
    )


def encode_policy(
    profile: str, timer: RequestTimer, *, goals: int, hardware_id: str
) -> DiagnosticStatus:
    """Return the line of the policy.

    Args:
        profile: Name of the policy profile.
        timer: Knows how long answers take.
        goals: How many goals run or wait.
        hardware_id: Name of the robot.
    """
    values = {
        "latency_p50_ms": f"{timer.latency_s(0.5) * 1e3:.1f}",
        "latency_p95_ms": f"{timer.latency_s(0.95) * 1e3:.1f}",
        "late_answers": str(timer.late_count),
        "in_flight": str(timer.in_flight).lower(),
        "goals": str(goals),
    }
    return DiagnosticStatus(
        level=DiagnosticStatus.OK,
        name="vla_ros: policy",
        message=profile,
        hardware_id=hardware_id,
        values=[KeyValue(key=key, value=value) for key, value in values.items()],
    )


def encode_stream(report: StreamReport, complaint: str, hardware_id: str) -> DiagnosticStatus:
    """Return the line of one stream.

    Args:
        report: How it does.
        complaint: What is wrong with it, in words; empty if nothing is.
        hardware_id: Name of the robot.
    """
    repeats = f"{report.name} repeats itself" if report.frozen else ""
    wrong = "; ".join(filter(None, (repeats, complaint)))
    values = {
        "age_ms": f"{report.age_ms:.1f}",
        "rate_hz": f"{report.rate_hz:.1f}",
        "received": str(report.received),
        "dropped": str(report.dropped),
        "frozen": str(report.frozen).lower(),
    }
    return DiagnosticStatus(
        level=DiagnosticStatus.ERROR if wrong else DiagnosticStatus.OK,
        name=f"vla_ros: {report.name}",
        message=wrong or "fresh",
        hardware_id=hardware_id,
        values=[KeyValue(key=key, value=value) for key, value in values.items()],
    )
