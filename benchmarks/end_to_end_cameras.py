# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Two synthetic cameras as a program: noise, published in pairs at a fixed rate until SIGTERM.

Both images of a pair carry one stamp, taken before the first of them is published.
"""

import argparse
import json
import signal
import sys
import time
from pathlib import Path

import numpy as np
import rclpy
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions
from rclpy.utilities import remove_ros_args
from sensor_msgs.msg import Image
from std_msgs.msg import Header

from vla_ros.resources import ensure_fastdds_profile
from vla_ros.robot.profile import RobotProfile, load_robot_profile
from vla_ros.ros.encode import encode_rgb
from vla_ros.ros.qos import RELIABLE_NEWEST

PICTURES = 8  # Cameras that repeat themselves are refused.
SETTLE_S = 0.5  # After both ends have found each other.
POLL_S = 0.05


class Cameras:
    """The cameras of a robot.

    Args:
        node: Publishes.
        robot: Names cameras, topics and frames.
        width: Of the images [pixels].
        height: Of the images [pixels].
    """

    def __init__(self, node: Node, robot: RobotProfile, width: int, height: int) -> None:
        rng = np.random.default_rng(0)
        self.published = 0
        self._clock = node.get_clock()
        self._publishers = []
        self._pictures: list[list[Image]] = []
        for camera in robot.cameras:
            pixels = rng.integers(0, 256, (PICTURES, height, width, 3), dtype=np.uint8)
            header = Header(frame_id=camera.frame)
            self._pictures.append([encode_rgb(image, header) for image in pixels])
            self._publishers.append(node.create_publisher(Image, camera.topic, RELIABLE_NEWEST))

    @property
    def watched(self) -> bool:
        """Somebody listens to every camera."""
        return all(publisher.get_subscription_count() for publisher in self._publishers)

    def publish(self) -> None:
        """Publish one image of each camera."""
        stamp = self._clock.now().to_msg()
        for publisher, pictures in zip(self._publishers, self._pictures, strict=True):
            picture = pictures[self.published % PICTURES]
            picture.header.stamp = stamp
            publisher.publish(picture)
        self.published += 1


def run(cameras: Cameras, rate_hz: float) -> None:
    """Publish at absolute deadlines, until KeyboardInterrupt."""
    while not cameras.watched:
        time.sleep(POLL_S)
    time.sleep(SETTLE_S)
    due_s = time.monotonic()
    while True:
        cameras.publish()
        due_s = max(due_s + 1.0 / rate_hz, time.monotonic())
        time.sleep(max(0.0, due_s - time.monotonic()))


def main() -> int:
    """Publish, then leave the number of pairs in a file; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("width", type=int)
    parser.add_argument("height", type=int)
    parser.add_argument("--robot", default="sim_arm", help="robot profile (default: sim_arm)")
    parser.add_argument("--rate", type=float, default=30.0, metavar="HZ", help="default: 30")
    parser.add_argument("--count", type=Path, required=True, help="file for the number of pairs")
    args = parser.parse_args(remove_ros_args(sys.argv)[1:])
    ensure_fastdds_profile()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    rclpy.init(signal_handler_options=SignalHandlerOptions.NO)
    node = Node("cameras")
    cameras = Cameras(node, load_robot_profile(args.robot), args.width, args.height)
    try:
        run(cameras, args.rate)
    except KeyboardInterrupt:
        args.count.write_text(json.dumps({"published": cameras.published}))
    node.destroy_node()
    rclpy.shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main())
