# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How long a chunk takes to its first command, told by executor_node."""

from collections.abc import Iterable

from diagnostic_msgs.msg import DiagnosticStatus

from vla_ros.ros.timing import NEWEST, encode_firsts, encode_timing
from vla_ros.timing.commands import FirstCommand
from vla_ros.timing.hops import EXECUTOR
from vla_ros.timing.window import HopWindow


class ExecutorTiming:
    """The line of executor_node about where the milliseconds go; for one thread."""

    def __init__(self, robot: str) -> None:
        """Begin with nothing measured.

        Args:
            robot: Name of the robot.
        """
        self._robot = robot
        self._window = HopWindow(EXECUTOR)

    def diagnose(self, firsts: Iterable[FirstCommand], now_ns: int) -> DiagnosticStatus:
        """Return the line in /diagnostics.

        Args:
            firsts: The first commands since the last line.
            now_ns: Control clock.
        """
        firsts = list(firsts)
        for first in firsts:
            self._window.add(first.hops, first.age_ms, now_ns)
        return encode_timing(
            self._window,
            now_ns,
            idle="the gate follows no chunk",
            hardware_id=self._robot,
            more={NEWEST: encode_firsts(firsts)},
        )
