# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The audit log of executor_node: one for each time that it is active."""

import secrets
from collections.abc import Callable
from datetime import datetime, timezone

from diagnostic_msgs.msg import DiagnosticStatus

from vla_ros import __version__
from vla_ros.gate.audit import FORMAT, Header, digest
from vla_ros.gate.config import GateConfig
from vla_ros.gate.record import PublishedCommand
from vla_ros.gate.state import Event
from vla_ros.params import ExecutorParams
from vla_ros.robot.profile import RobotProfile
from vla_ros.ros.audit_files import AuditFiles
from vla_ros.ros.audit_log import AuditHealth, AuditLog
from vla_ros.ros.diagnostics import encode_audit
from vla_ros.ros.folders import log_folder


class ExecutorAudit:
    """Begins and ends the log, and tells how it does. `put` belongs to the control thread."""

    def __init__(
        self,
        params: ExecutorParams,
        profile: RobotProfile,
        config: GateConfig,
        node: str,
        log: Callable[[str, str], None],
    ) -> None:
        """Prepare; nothing is written before `begin`.

        Args:
            params: Of the node.
            profile: Of the robot.
            config: The gate's constants.
            node: Full name of the node.
            log: Takes a severity (`info`, `warning`, `error`) and a text.
        """
        self._params = params
        self._profile = profile
        self._config = config
        self._node = node
        self._say = log
        self._folder = log_folder(params.audit_folder, "audit")
        self._log: AuditLog | None = None
        self._complaint: str | None = None
        self._lost = 0

    def begin(self) -> None:
        """Begin a log."""
        if self._folder is None:
            self._say("warning", "audit_folder is 'none': no audit log is written")
            return
        chain = secrets.token_hex(8)
        opened = datetime.now(timezone.utc).strftime("%Y%m%d_%H%M%S")
        urdf = self._profile.urdf_file()
        urdf_sha256 = digest(urdf.read_bytes())

        def header(number: int) -> Header:
            return Header(
                format=FORMAT,
                package=__version__,
                chain=chain,
                file=number,
                opened=datetime.now(timezone.utc).isoformat(timespec="milliseconds"),
                node=self._node,
                config_sha256=self._config.sha256,
                dt_s=self._config.dt_s,
                robot=self._profile,
                urdf=str(urdf.absolute()),
                urdf_sha256=urdf_sha256,
                dry_run=self._params.dry_run,
            )

        family, name = f"audit{self._node.replace('/', '_')}", f"{opened}_{chain}"
        files = AuditFiles(
            self._folder,
            family,
            name,
            header,
            most_bytes=int(self._params.audit_file_mb * 1e6),
            most_files=self._params.audit_files,
        )
        self._log = AuditLog(files)
        self._log.start()
        self._say("info", f"audit log: {self._folder}/{family}_{name}_*.jsonl")

    def put(self, entry: Event | PublishedCommand) -> None:
        """Hand over an event, or a command that was published."""
        if self._log is not None:
            self._log.put(entry)

    def end(self) -> None:
        """End the log, once nobody hands over anything any more."""
        log, self._log = self._log, None
        if log is not None:
            log.close("executor_node was deactivated")

    @property
    def health(self) -> AuditHealth | None:
        """How the log does; None while there is none."""
        return None if self._log is None else self._log.health

    def watch(self) -> str | None:
        """Say in ROS's log what changed; return why the log is not written, None if all is well.

        The gate tells the complaint itself.
        """
        health = self.health
        if health is None:
            return None
        if self._complaint is not None and health.complaint is None:
            lost = health.lost - self._lost
            self._say("info", f"the audit log is written again; {lost} entries are lost")
            self._lost = health.lost
        self._complaint = health.complaint
        return health.complaint

    def diagnose(self) -> tuple[DiagnosticStatus, ...]:
        """Return the log's line in /diagnostics, if there is a log."""
        health = self.health
        if health is None:
            return ()
        return (encode_audit(health, str(self._folder), self._profile.name),)
