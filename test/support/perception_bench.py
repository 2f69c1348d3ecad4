# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A perception_node over real DDS, with cameras and a driver made of publishers."""

import time
from collections.abc import Callable
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.qos import qos_profile_sensor_data
from sensor_msgs.msg import Image, JointState

from vla_ros.errors import ConfigError
from vla_ros.msg import Observation
from vla_ros.nodes.perception_node import PerceptionNode
from vla_ros.ros.qos import RELIABLE_NEWEST
from vla_ros.ros.stamps import encode_time

NAMES = [*(f"joint{i}" for i in range(1, 7)), "finger_joint"]
TIMEOUT_S = 10.0


class Bench:
    """A perception_node and, beside it, what it listens to; served by one executor."""

    def __init__(self, robot: str = "sim_arm", policy: str = "tabletop") -> None:
        overrides = [Parameter("robot", value=robot), Parameter("policy", value=policy)]
        self.node = PerceptionNode(overrides=overrides)
        try:
            self.node.start()
        except ConfigError:
            self.node.destroy_node()
            raise
        self.driver = Node("driver")
        self.executor = SingleThreadedExecutor()
        self.executor.add_node(self.node)
        self.executor.add_node(self.driver)
        self.observations: list[Observation] = []
        self.diagnostics: list[DiagnosticArray] = []
        listen = self.driver.create_subscription
        listen(Observation, "observation", self.observations.append, RELIABLE_NEWEST)
        listen(DiagnosticArray, "/diagnostics", self.diagnostics.append, 10)
        self.joints = self.driver.create_publisher(JointState, "/joint_states", 10)
        self.cameras: dict[str, Any] = {}

    def connect(self, **kinds: type) -> None:
        for name, kind in kinds.items():
            topic = f"/{name}/image_raw"
            self.cameras[name] = self.driver.create_publisher(kind, topic, qos_profile_sensor_data)
        publishers = [self.joints, *self.cameras.values()]
        self.until(lambda: all(p.get_subscription_count() > 0 for p in publishers))

    def until(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + TIMEOUT_S
        while not condition():
            assert time.monotonic() < end, "waited in vain"
            self.executor.spin_once(timeout_sec=0.02)

    def now_ns(self) -> int:
        return int(self.driver.get_clock().now().nanoseconds)

    def feel(self, **changes: Any) -> None:
        fields = {"name": NAMES, "position": [0.1] * 6 + [0.042]} | changes
        message = JointState(**fields)
        message.header.stamp = encode_time(self.now_ns())
        self.joints.publish(message)

    def see(self, name: str, stamp_ns: int, encoding: str = "rgb8") -> None:
        image = Image(height=48, width=64, encoding=encoding, step=192, data=bytes(48 * 192))
        image.header.stamp = encode_time(stamp_ns)
        self.cameras[name].publish(image)

    def play(self, condition: Callable[[], bool], *names: str) -> None:
        """Publish from all sources until a condition holds."""
        end = time.monotonic() + TIMEOUT_S
        while not condition():
            assert time.monotonic() < end, "waited in vain"
            self.feel()
            stamp_ns = self.now_ns()
            for name in names or self.cameras:
                self.see(name, stamp_ns)
            for _ in range(10):
                self.executor.spin_once(timeout_sec=0.005)

    def close(self) -> None:
        self.node.stop()
        self.executor.shutdown()
        self.driver.destroy_node()
        self.node.destroy_node()
