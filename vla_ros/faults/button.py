# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""An emergency stop: a heartbeat that says pressed on `press`, and for a moment on `tap`."""

import json
import sys

from rclpy.utilities import remove_ros_args
from std_msgs.msg import Bool

from vla_ros.faults.actor import Actor, run_actor

_RATE_HZ = 50.0
_TAP_BEATS = 3


class Button(Actor):
    """Sends its heartbeat as long as it lives."""

    def __init__(self, topic: str) -> None:
        super().__init__("button")
        self._tapped: list[str] = []
        self._left = 0
        self._out = self.create_publisher(Bool, topic, 10)
        self.create_timer(1.0 / _RATE_HZ, self._send)

    def _send(self) -> None:
        words = self.words
        if words == ["tap"] and words is not self._tapped:
            self._tapped, self._left = words, _TAP_BEATS
        self._left = max(self._left - 1, 0)
        self._out.publish(Bool(data=words == ["press"] or self._left > 0))


if __name__ == "__main__":
    told = json.loads(remove_ros_args(sys.argv)[1])
    sys.exit(run_actor(lambda: Button(told["topic"])))
