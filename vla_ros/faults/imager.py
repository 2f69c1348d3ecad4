# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Passes a camera's images on, and on `freeze` its last one again and again, with new stamps."""

import json
import sys

from rclpy.utilities import remove_ros_args
from sensor_msgs.msg import Image

from vla_ros.faults.actor import Actor, run_actor
from vla_ros.ros.qos import IMAGES, RELIABLE_NEWEST


class Imager(Actor):
    """Between a camera and perception_node."""

    def __init__(self, source: str, target: str) -> None:
        super().__init__("imager")
        self._kept: Image | None = None
        self._out = self.create_publisher(Image, target, RELIABLE_NEWEST)
        self.create_subscription(Image, source, self._on_image, IMAGES)

    def _on_image(self, message: Image) -> None:
        if self.words == ["freeze"] and self._kept is not None:
            self._kept.header.stamp = message.header.stamp
        else:
            self._kept = message
        self._out.publish(self._kept)


if __name__ == "__main__":
    told = json.loads(remove_ros_args(sys.argv)[1])
    sys.exit(run_actor(lambda: Imager(told["source"], told["target"])))
