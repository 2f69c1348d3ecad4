# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

import pytest

pytest.importorskip("rclpy")

from diagnostic_msgs.msg import DiagnosticStatus

from vla_ros.gate.audit import Header, read_line
from vla_ros.gate.config import make_gate_config
from vla_ros.gate.state import Event
from vla_ros.gate.vocabulary import GateMode
from vla_ros.nodes.executor_audit import ExecutorAudit
from vla_ros.params import ExecutorParams
from vla_ros.robot.profile import load_robot_profile
from vla_ros.ros.audit_log import AuditHealth

ROBOT = load_robot_profile("sim_arm")
EVENT = Event(number=1, stamp_ns=0, mode=GateMode.IDLE, reasons=(), message="hello")


class Said:
    """What went to ROS's log."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []

    def __call__(self, severity: str, text: str) -> None:
        self.lines.append((severity, text))


@pytest.fixture
def said() -> Said:
    return Said()


def make_audit(folder: str, said: Said) -> ExecutorAudit:
    params = ExecutorParams(robot="sim_arm", audit_folder=folder)
    return ExecutorAudit(params, ROBOT, make_gate_config(ROBOT, None), "/vla/executor_node", said)


def test_a_log_without_a_folder_is_a_warning_and_nothing_else(said: Said) -> None:
    audit = make_audit("none", said)
    audit.begin()
    audit.put(EVENT)
    assert said.lines == [("warning", "audit_folder is 'none': no audit log is written")]
    assert audit.watch() is None
    assert audit.diagnose() == ()
    audit.end()


def test_each_activation_writes_a_log_of_its_own(said: Said, tmp_path: Path) -> None:
    audit = make_audit(str(tmp_path), said)
    for _ in range(2):
        audit.begin()
        audit.put(EVENT)
        audit.end()
    headers = [read_line(path.read_bytes().splitlines()[0]).entry for path in tmp_path.iterdir()]
    assert len(headers) == 2
    assert all(isinstance(h, Header) and h.robot == ROBOT and h.file == 0 for h in headers)
    assert [severity for severity, _ in said.lines] == ["info", "info"]


def test_the_end_of_a_trouble_is_said_with_what_it_cost(
    said: Said, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    audit = make_audit(str(tmp_path), said)
    health = AuditHealth(complaint="cannot write the audit log: disk", lost=3)
    monkeypatch.setattr(ExecutorAudit, "health", property(lambda _: health))
    assert audit.watch() == "cannot write the audit log: disk"
    (status,) = audit.diagnose()
    assert (status.level, status.message) == (DiagnosticStatus.WARN, health.complaint)
    health = AuditHealth(lines=9, sha256="ab", lost=5)
    assert audit.watch() is None
    assert said.lines == [("info", "the audit log is written again; 5 entries are lost")]
    (status,) = audit.diagnose()
    assert status.level == DiagnosticStatus.OK
    assert {v.key: v.value for v in status.values} == {
        "folder": str(tmp_path),
        "lines": "9",
        "sha256": "ab",
        "lost": "5",
    }
