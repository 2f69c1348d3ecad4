# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Passes joint states on to the gate, and falsifies them on demand.

Words: `drop`, `freeze`, `nan`, `permute` (the names), `replay` (those of a second ago), `block`
(the first joint stays where it is).
"""

import json
import sys
from collections import deque

from rclpy.utilities import remove_ros_args
from sensor_msgs.msg import JointState

from vla_ros.faults.actor import Actor, run_actor
from vla_ros.ros.qos import JOINT_STATES

_REMEMBERED = 100


class Relay(Actor):
    """Between the driver and the gate."""

    def __init__(self, source: str, target: str, joint: str) -> None:
        super().__init__("relay")
        self._joint = joint
        self._past: deque[JointState] = deque(maxlen=_REMEMBERED)
        self._kept: JointState | None = None
        self._out = self.create_publisher(JointState, target, 10)
        self.create_subscription(JointState, source, self._on_joints, JOINT_STATES)

    def _on_joints(self, message: JointState) -> None:
        word = self.words[0] if self.words else ""
        if not word:
            self._past.append(message)
            self._kept = message
        elif word == "drop":
            return
        elif word == "nan":
            message.position = [float("nan")] * len(message.position)
        elif word == "permute":
            message.name = [*message.name[1:], message.name[0]]
        elif word == "block" and self._kept is not None:
            index = list(message.name).index(self._joint)
            message.position[index] = self._kept.position[index]
        elif word in {"freeze", "replay"} and self._past:
            stamp = message.header.stamp
            message = self._kept if word == "freeze" else self._past.popleft()
            message.header.stamp = stamp
        self._out.publish(message)


if __name__ == "__main__":
    told = json.loads(remove_ros_args(sys.argv)[1])
    sys.exit(run_actor(lambda: Relay(told["source"], told["target"], told["joint"])))
