# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a robot profile may name beyond the arm, in good health: nobody near, and all ready."""

import json
import sys

from rclpy.utilities import remove_ros_args
from sensor_msgs.msg import Range
from std_msgs.msg import Bool

from vla_ros.faults.actor import Actor, run_actor
from vla_ros.msg import Obstacles

_RATE_HZ = 50.0
_FAR_M = 20.0


class Surroundings(Actor):
    """Sends what is named: a ready driver, a held switch, a far person, no obstacles."""

    def __init__(self, told: dict[str, str]) -> None:
        super().__init__("surroundings")
        kinds = {"driver": Bool, "deadman": Bool, "human": Range, "obstacles": Obstacles}
        self._frame = told["frame"]
        self._outs = {
            name: self.create_publisher(kind, told[name], 10)
            for name, kind in kinds.items()
            if name in told
        }
        self.create_timer(1.0 / _RATE_HZ, self._send)

    def _send(self) -> None:
        obstacles = Obstacles()
        obstacles.header.stamp = self.get_clock().now().to_msg()
        obstacles.header.frame_id = self._frame
        messages = {
            "driver": Bool(data=True),
            "deadman": Bool(data=True),
            "human": Range(min_range=0.0, max_range=2.0 * _FAR_M, range=_FAR_M),
            "obstacles": obstacles,
        }
        for name, out in self._outs.items():
            out.publish(messages[name])


if __name__ == "__main__":
    heard = json.loads(remove_ros_args(sys.argv)[1])
    sys.exit(run_actor(lambda: Surroundings(heard)))
