# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What inference_node knows of the graph at any time, without waiting for anybody.

Cameras and joints are heard by perception_node, which tells how they come; everything else comes
rarely, or the middleware knows it.
"""

import time
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from diagnostic_msgs.msg import DiagnosticArray
from rclpy.callback_groups import CallbackGroup
from rclpy.lifecycle import LifecycleNode
from rclpy.qos import QoSProfile
from sensor_msgs.msg import JointState

from vla_ros.doctor.facts import GraphSeen, JointsSeen, NodeSeen, Stream
from vla_ros.errors import ObservationError
from vla_ros.gate.vocabulary import GateMode
from vla_ros.msg import Observation as ObservationMessage
from vla_ros.policy.admission import GateFacts
from vla_ros.policy.spec import PolicyProfile
from vla_ros.robot.parts import CameraProfile
from vla_ros.robot.profile import RobotProfile
from vla_ros.ros.commanding import EXECUTOR, see_commands
from vla_ros.ros.definitions import type_name
from vla_ros.ros.hearing import IMAGE_TYPES, TOPIC, WINDOW_S, Heard, decode_heard
from vla_ros.ros.listening import Listening, publishers_of, with_publishers
from vla_ros.ros.peers import Peers, node_names
from vla_ros.ros.qos import IMAGES, JOINT_STATES, RELIABLE_NEWEST
from vla_ros.ros.sources import Sources
from vla_ros.ros.topics import full_name
from vla_ros.types import Observation

if TYPE_CHECKING:
    from rclpy.subscription import Subscription

PERCEPTION = "perception_node"
_TOLD_S = 2.0  # What perception_node said longer ago is not true any more.
_COUNT_S = 0.5
_SETTLING_S = 5.0  # The middleware forgets a node that was killed after 4 s.


class Watching:
    """Gathers what the checks of `vla_ros doctor` look at.

    Args:
        node: inference_node; the other nodes are in its namespace.
        robot: Its topics.
        policy: Its cameras.
        group: Of the callbacks.
    """

    def __init__(
        self, node: LifecycleNode, robot: RobotProfile, policy: PolicyProfile, group: CallbackGroup
    ) -> None:
        self._node = node
        self._robot = robot
        self._group = group
        self._namespace = node.get_namespace().rstrip("/")
        wanted = {image.camera for image in policy.images}
        self.cameras = tuple(camera for camera in robot.cameras if camera.name in wanted)
        self._kinds = {c.name: type_name(IMAGE_TYPES[c.transport]) for c in self.cameras}
        self._kinds["joints"] = type_name(JointState)
        self._own = f"{self._namespace}/{node.get_name()}"
        self._names = [f"{self._namespace}/{name}" for name in (PERCEPTION, EXECUTOR)]
        self._counts: Counter[str] = Counter()
        self._counted_s = time.monotonic()
        self._heard, self._told_s = Heard(), -_TOLD_S
        self._subscriptions: list[Subscription] = []
        self._peers = Peers(node, self._names, group)
        self._timer = node.create_timer(_COUNT_S, self._count, callback_group=group)
        self._observations = Listening(
            f"{self._namespace}/observation",
            ObservationMessage,
            RELIABLE_NEWEST,
            self._now_ns,
            window_s=WINDOW_S,
        )
        self._sources = Sources(
            self._watch, robot, self._namespace, self._now_ns, window_s=WINDOW_S
        )
        streams = f"{self._namespace}/{TOPIC}"
        self._watch(DiagnosticArray, streams, self._on_streams, RELIABLE_NEWEST)

    def close(self) -> None:
        """Leave the graph."""
        self._peers.close()
        self._node.destroy_timer(self._timer)
        for subscription in self._subscriptions:
            self._node.destroy_subscription(subscription)

    def hear_observation(self, stamp_ns: int) -> None:
        """Take note that an observation came, with this stamp."""
        self._observations.hear_stamp(stamp_ns)

    def see(
        self, observation: Observation | None, gate: GateFacts | None, gate_sha256: str
    ) -> GraphSeen:
        """Return what is known now.

        Args:
            observation: The newest one, if it is young enough.
            gate: What executor_node said last.
            gate_sha256: Of the constants that it works with.
        """
        nodes = self._see_nodes(observation, gate)
        # Who has not said whether it runs dry may have to command, or not.
        knows_executor = any(n.short == EXECUTOR and n.parameters for n in nodes)
        heard = self._heard if time.monotonic() - self._told_s < _TOLD_S else Heard()
        node, namespace = self._node, self._namespace
        return GraphSeen(
            namespace=namespace,
            nodes=nodes,
            cameras=tuple(
                replace(seen, stream=with_publishers(seen.stream, node, IMAGES))
                for seen in heard.cameras
            ),
            joints=None if heard.joints is None else self._joints(heard.joints, observation),
            commands=see_commands(node, self._robot, namespace) if knows_executor else (),
            sources=self._sources.see(node),
            chunks=publishers_of(node, f"{namespace}/action_chunk", RELIABLE_NEWEST),
            observation=self._observations.stream(node),
            gate=gate,
            gate_sha256=gate_sha256,
            clock=publishers_of(node, "/clock", IMAGES),
        )

    @property
    def is_settling(self) -> bool:
        """One of our nodes came or went lately: what the middleware says may be out of date."""
        return time.monotonic() - self._counted_s < _SETTLING_S

    def camera_stream(self, camera: CameraProfile) -> Stream:
        """Return who publishes a camera's images."""
        return self._published(camera.topic, self._kinds[camera.name], IMAGES)

    def joint_stream(self) -> Stream:
        """Return who publishes the joint states."""
        return self._published(self._robot.state_topic, self._kinds["joints"], JOINT_STATES)

    def _count(self) -> None:
        there = node_names(self._node)
        counts = Counter(name for name in there if name in {*self._names, self._own})
        if counts != self._counts:
            self._counts, self._counted_s = counts, time.monotonic()

    def _published(self, topic: str, kind: str, qos: QoSProfile) -> Stream:
        full = full_name(topic, self._namespace)
        stream = Stream(topic=full, kind=kind, listened_s=0.0)
        return with_publishers(stream, self._node, qos)

    def _joints(self, seen: JointsSeen, observation: Observation | None) -> JointsSeen:
        """Return the joint states, at the positions that an observation knows better."""
        position = dict(seen.position)
        if observation is not None:
            sample = observation.joints
            position |= dict(zip(sample.names, map(float, sample.position), strict=True))
        stream = with_publishers(seen.stream, self._node, JOINT_STATES)
        return replace(seen, stream=stream, position=position)

    def _see_nodes(
        self, observation: Observation | None, gate: GateFacts | None
    ) -> tuple[NodeSeen, ...]:
        """Return our nodes; what they do says more than what they said a second ago."""
        works = {PERCEPTION: observation is not None}
        works[EXECUTOR] = gate is not None and gate.mode is not GateMode.INACTIVE
        nodes = [
            replace(each, state="active") if works[each.short] and each.count else each
            for each in self._peers.see()
            if each.count or not works[each.short]  # It may be heard before it is known.
        ]
        ros_time = self._node.get_parameter("use_sim_time").value
        count = node_names(self._node).count(self._own)
        parameters = {"use_sim_time": ros_time}
        own = NodeSeen(name=self._own, count=count, state="active", parameters=parameters)
        return (*nodes, own)

    def _watch(self, message_type: Any, topic: str, callback: Any, qos: QoSProfile) -> None:
        self._subscriptions.append(
            self._node.create_subscription(
                message_type, topic, callback, qos, callback_group=self._group
            )
        )

    def _now_ns(self) -> int:
        return int(self._node.get_clock().now().nanoseconds)

    def _on_streams(self, message: DiagnosticArray) -> None:
        try:
            self._heard = decode_heard(message, self._kinds)
        except ObservationError as error:
            self._node.get_logger().error(str(error), once=True)
            return
        self._told_s = time.monotonic()
