# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""An emergency stop: a heartbeat that says pressed on the word `press`."""

import sys

from rclpy.utilities import remove_ros_args
from std_msgs.msg import Bool

from vla_ros.faults.actor import Actor, run_actor

_RATE_HZ = 50.0


class Button(Actor):
    """Sends its heartbeat as long as it lives."""

    def __init__(self, topic: str) -> None:
        super().__init__("button")
        out = self.create_publisher(Bool, topic, 10)
        self.create_timer(1.0 / _RATE_HZ, lambda: out.publish(Bool(data=self.words == ["press"])))


if __name__ == "__main__":
    sys.exit(run_actor(lambda: Button(remove_ros_args(sys.argv)[1])))
