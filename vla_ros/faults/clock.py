# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A simulated clock that stands still (`pause`) or jumps (`jump SECONDS`) on demand."""

import sys
import time

from rosgraph_msgs.msg import Clock

from vla_ros.faults.actor import Actor, run_actor
from vla_ros.ros.stamps import encode_time

_PERIOD_S = 0.004


class ClockActor(Actor):
    """Publishes /clock at real time, from the time of the machine on."""

    def __init__(self) -> None:
        super().__init__("clock")
        self._time_ns = time.time_ns()
        self._last_ns = time.monotonic_ns()
        self._obeyed: list[str] = []
        self._out = self.create_publisher(Clock, "/clock", 1)
        self.create_timer(_PERIOD_S, self._send)

    def _send(self) -> None:
        now_ns = time.monotonic_ns()
        passed_ns, self._last_ns = now_ns - self._last_ns, now_ns
        words = self.words
        if words == ["pause"]:
            return
        if words and words is not self._obeyed:
            self._obeyed = words
            self._time_ns += round(float(words[1]) * 1e9)
        self._time_ns += passed_ns
        self._out.publish(Clock(clock=encode_time(self._time_ns)))


if __name__ == "__main__":
    sys.exit(run_actor(ClockActor))
