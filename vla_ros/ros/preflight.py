# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What inference_node looks at before each goal: those checks of the doctor that need no time."""

from collections.abc import Iterator
from typing import Any

from rclpy.node import Node
from rclpy.qos import QoSProfile
from sensor_msgs.msg import CompressedImage, Image, JointState

from vla_ros.doctor import cameras, joints
from vla_ros.doctor.facts import Stream
from vla_ros.doctor.line import Line, words_of_failures
from vla_ros.doctor.streams import check_publishers
from vla_ros.policy.spec import PolicyProfile
from vla_ros.robot.profile import RobotProfile
from vla_ros.ros.listening import kind_of, publishers_of, topics_with
from vla_ros.ros.qos import IMAGES, JOINT_STATES
from vla_ros.ros.topics import full_name
from vla_ros.types import Observation

_ELSEWHERE = "Ask `vla_ros doctor` which stream is wrong"
_IMAGES = {"raw": Image, "compressed": CompressedImage}


class Preflight:
    """Looks at where the arm is, and without an observation at who is in the graph.

    What perception_node and the gate watch all the time is not looked at again: ages, frozen
    pictures, who else commands, whether a controller obeys. Goals need their consent anyway.
    """

    def __init__(self, node: Node, robot: RobotProfile, policy: PolicyProfile) -> None:
        """Remember what to look at.

        Args:
            node: Asks the graph; our other nodes are in its namespace.
            robot: Its topics and limits.
            policy: Its cameras.
        """
        self._node = node
        self._namespace = node.get_namespace().rstrip("/")
        self._robot = robot
        wanted = {image.camera for image in policy.images}
        self._cameras = tuple(camera for camera in robot.cameras if camera.name in wanted)

    def find_fault(self, observation: Observation | None) -> str:
        """Return what keeps goals from running, and what to do; empty if nothing does.

        Args:
            observation: The newest one; None if there is none, or only an old one.
        """
        lines = self._streams() if observation is None else (self._joints(observation),)
        return words_of_failures(lines) or ("" if observation is not None else _ELSEWHERE)

    def _joints(self, observation: Observation) -> Line:
        sample = observation.joints
        position = dict(zip(sample.names, map(float, sample.position), strict=True))
        return joints.check_units(position, self._robot)

    def _streams(self) -> Iterator[Line]:
        """Yield what perception_node has to hear: whether it is published, and can be heard."""
        robot = self._robot
        for camera in self._cameras:
            check, where = f"camera.{camera.name}.topic", cameras.where_to_look(camera, robot)
            kind = _IMAGES[camera.transport]
            yield check_publishers(check, self._stream(camera.topic, kind, IMAGES), where)
        stream = self._stream(robot.state_topic, JointState, JOINT_STATES)
        yield check_publishers("joints.topic", stream, joints.where_to_look(robot))

    def _stream(self, topic: str, message_type: Any, qos: QoSProfile) -> Stream:
        full = full_name(topic, self._namespace, "perception_node")
        publishers = publishers_of(self._node, full, qos)
        kind = kind_of(message_type)
        return Stream(
            topic=full,
            kind=kind,
            listened_s=0.0,
            publishers=publishers,
            elsewhere=() if publishers else topics_with(self._node, kind),
        )
