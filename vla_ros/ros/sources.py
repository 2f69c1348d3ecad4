# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What comes on the inputs of the gate that a robot profile names."""

import math
from collections.abc import Callable, Iterator
from typing import Any

from rclpy.node import Node
from rclpy.qos import QoSProfile
from sensor_msgs.msg import Range
from std_msgs.msg import Bool

from vla_ros.doctor.facts import SourceSeen
from vla_ros.msg import Obstacles
from vla_ros.robot.profile import RobotProfile
from vla_ros.ros.listening import Listening
from vla_ros.ros.qos import RELIABLE_NEWEST
from vla_ros.ros.topics import full_name

Watch = Callable[[Any, str, Callable[[Any], None], QoSProfile], object]


class Sources:
    """Listens to the emergency stop, the driver and their like.

    Args:
        watch: Subscribes: type, full name of the topic, callback, quality of service.
        robot: Names them.
        namespace: Of executor_node.
        clock_ns: The clock that stamps should be of.
        window_s: What came earlier than this is forgotten [s].
    """

    def __init__(
        self,
        watch: Watch,
        robot: RobotProfile,
        namespace: str,
        clock_ns: Callable[[], int],
        *,
        window_s: float = math.inf,
    ) -> None:
        self._heard: dict[str, tuple[float, Listening]] = {}
        for name, topic, message_type, limit_s in _named(robot):
            full = full_name(topic, namespace)
            heard = Listening(full, message_type, RELIABLE_NEWEST, clock_ns, window_s=window_s)
            watch(message_type, full, heard.hear, RELIABLE_NEWEST)
            self._heard[name] = limit_s, heard

    def see(self, node: Node) -> tuple[SourceSeen, ...]:
        """Return what came.

        Args:
            node: Asks the graph who publishes.
        """
        return tuple(_see(node, name, *heard) for name, heard in self._heard.items())


def _named(robot: RobotProfile) -> Iterator[tuple[str, str, Any, float]]:
    """Yield name, topic, type, and the silence that stops the arm [s]."""
    if robot.estop != "none":
        yield "estop", robot.estop.topic, Bool, robot.estop.timeout_s
    if robot.driver is not None:
        yield "driver", robot.driver.topic, Bool, robot.driver.lost_s
    if robot.deadman is not None:
        yield "deadman", robot.deadman.topic, Bool, robot.deadman.timeout_s
    if robot.human is not None:
        yield "human", robot.human.topic, Range, robot.human.timeout_s
    if robot.obstacles is not None:
        yield "obstacles", robot.obstacles.topic, Obstacles, robot.obstacles.timeout_s


def _see(node: Node, name: str, limit_s: float, heard: Listening) -> SourceSeen:
    value = getattr(heard.newest, "data", None)
    return SourceSeen(
        name=name,
        stream=heard.stream(node),
        limit_s=limit_s,
        value=value if isinstance(value, bool) else None,
    )
