# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Looks at the live graph for `vla_ros doctor`: listens for a while, and asks the nodes."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from lifecycle_msgs.srv import GetState
from rcl_interfaces.srv import GetParameters
from rclpy.qos import QoSProfile
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import CameraInfo, CompressedImage, Image, JointState, PointCloud2

from vla_ros.doctor.facts import (
    CameraInfoSeen,
    CameraSeen,
    CommandSeen,
    GraphSeen,
    JointsSeen,
    NodeSeen,
    SensorSeen,
)
from vla_ros.errors import ObservationError
from vla_ros.msg import Observation as ObservationMessage
from vla_ros.observe.undistort import fault_of_lens
from vla_ros.policy.images import PointCloudSpec
from vla_ros.policy.spec import PolicyProfile
from vla_ros.robot.profile import RobotProfile
from vla_ros.ros.client import ServerLostError
from vla_ros.ros.cloud import decode_cloud
from vla_ros.ros.commanding import EXECUTOR, see_commands
from vla_ros.ros.decode import decode_compressed_image, decode_image, decode_observation
from vla_ros.ros.depth import DEPTH_TRANSPORTS
from vla_ros.ros.goal import decode_gate_state
from vla_ros.ros.lens import LensEar
from vla_ros.ros.listening import (
    JointListening,
    Listening,
    publishers_of,
)
from vla_ros.ros.markers import decode_lens
from vla_ros.ros.peers import ANSWER_S, decode_parameters, names_to_ask, node_names
from vla_ros.ros.qos import IMAGES, JOINT_STATES, RELIABLE_NEWEST
from vla_ros.ros.sources import Sources
from vla_ros.ros.stamps import decode_time
from vla_ros.ros.station import Station
from vla_ros.ros.topics import full_name
from vla_ros.types import DepthFrame, Observation
from vla_ros.view.camera import info_topic_of

if TYPE_CHECKING:
    from vla_ros.robot.parts import CameraProfile, PointCloudProfile

NODES = ("perception_node", "inference_node", EXECUTOR)
_Read = Callable[[Any, int], None]  # Of a message; raises ObservationError if it is no use.
_Sensor = tuple[str, Listening, _Read]
_POLL_S = 0.1
_ROS_TIME = "use_sim_time"
_SETTINGS = ("allow_trajectory_replacement", "interpolation_method")
_IMAGES = {"raw": (Image, decode_image), "compressed": (CompressedImage, decode_compressed_image)}


def see_nodes(station: Station, discovery_s: float) -> tuple[NodeSeen, ...]:
    """Ask each of our nodes for its state and its parameters.

    Args:
        station: Of the person who looks.
        discovery_s: How long a node may take to be discovered [s].
    """
    until_s = time.monotonic() + discovery_s
    wanted = [f"{station.namespace}/{name}" for name in NODES]
    while time.monotonic() < until_s and not set(wanted) <= set(node_names(station.node)):
        time.sleep(_POLL_S)
    return tuple(_see_node(station, name) for name in wanted)


def _see_node(station: Station, name: str) -> NodeSeen:
    count = node_names(station.node).count(name)
    if count == 0:
        return NodeSeen(name=name)
    try:
        answer = station.services.ask(GetState, f"{name}/get_state", GetState.Request(), ANSWER_S)
        parameters = _ask_parameters(station, name)
    except ServerLostError:
        return NodeSeen(name=name, count=count)
    state = str(answer.current_state.label)
    return NodeSeen(name=name, count=count, state=state, parameters=parameters)


def _ask_parameters(station: Station, node: str) -> dict[str, object]:
    names = names_to_ask(node)
    request = GetParameters.Request(names=names)
    answer = station.services.ask(GetParameters, f"{node}/get_parameters", request, ANSWER_S)
    return decode_parameters(names, answer.values)


def see_settings(station: Station, seen: CommandSeen) -> CommandSeen:
    """Ask the arm's trajectory controller for the parameters that matter; others have none.

    One by one: whoever lacks one of several answers nothing at all.

    Args:
        station: Of the person who looks.
        seen: Who obeys.
    """
    if seen.name != "arm" or not seen.is_trajectory or len(seen.listeners) != 1:
        return seen
    settings: dict[str, object] = {}
    service = f"{seen.listeners[0].node}/get_parameters"
    with suppress(ServerLostError):
        for name in _SETTINGS:
            request = GetParameters.Request(names=[name])
            answer = station.services.ask(GetParameters, service, request, ANSWER_S)
            settings |= decode_parameters([name], answer.values)
    return replace(seen, settings=settings)


class Examination:
    """Listens to everything that two profiles name.

    Args:
        station: Of the person who looks.
        nodes: Our nodes, as they were seen.
        robot: Its topics.
        policy: Its cameras; None for none.
    """

    def __init__(
        self,
        station: Station,
        nodes: tuple[NodeSeen, ...],
        robot: RobotProfile | None,
        policy: PolicyProfile | None,
    ) -> None:
        self._station = station
        self._nodes = nodes
        self._robot = robot
        self._clock_message: Any = None
        self._simulated = any(node.parameters.get(_ROS_TIME) for node in nodes)
        self._images: dict[str, tuple[CameraProfile, Listening, Listening]] = {}
        self._sensors: list[_Sensor] = []
        self._observations = self._listen("observation", ObservationMessage, RELIABLE_NEWEST)
        if self._simulated:
            station.watch(Clock, "/clock", self._on_clock, IMAGES)
        if robot is None:
            return
        names = robot.joint_names
        topic = self._full(robot.state_topic)
        self._joints = JointListening(names, topic, JointState, JOINT_STATES, self._clock_ns)
        station.watch(JointState, topic, self._joints.hear, JOINT_STATES)
        self._listen_to_cameras(robot, policy)
        self._listen_to_sensors(robot, policy)
        self._sources = Sources(station.watch, robot, station.namespace, self._clock_ns)

    def _see_commands(self, robot: RobotProfile) -> tuple[CommandSeen, ...]:
        seen = see_commands(self._station.node, robot, self._station.namespace)
        return tuple(see_settings(self._station, each) for each in seen)

    def see(self, listen_s: float) -> GraphSeen:
        """Listen for some time [s] and return all that was seen."""
        time.sleep(listen_s)
        station, node = self._station, self._station.node
        said = station.gate_state
        return GraphSeen(
            namespace=station.namespace,
            nodes=tuple(self._count_again(seen) for seen in self._nodes),
            cameras=tuple(self._see_camera(name) for name in self._images),
            sensors=tuple(self._see_sensor(*sensor) for sensor in self._sensors),
            joints=None if self._robot is None else self._see_joints(),
            commands=() if self._robot is None else self._see_commands(self._robot),
            sources=() if self._robot is None else self._sources.see(node),
            chunks=publishers_of(node, f"{station.namespace}/action_chunk", RELIABLE_NEWEST),
            observation=self._observations.stream(node),
            gate=None if said is None else decode_gate_state(said, station.now_ns()),
            gate_sha256="" if said is None else str(said.config_sha256),
            clock=publishers_of(node, "/clock", IMAGES),
        )

    def observation(self) -> Observation | None:
        """Return the newest observation; None if there is none that can be used."""
        message = self._observations.newest
        try:
            return None if message is None else decode_observation(message, self._clock_ns())
        except ObservationError:
            return None

    # ---- listening ----

    def _listen_to_cameras(self, robot: RobotProfile, policy: PolicyProfile | None) -> None:
        wanted = {image.camera for image in policy.images} if policy is not None else set()
        for camera in robot.cameras:
            if camera.name in wanted:
                topic = self._full(camera.topic)
                images = Listening(topic, _IMAGES[camera.transport][0], IMAGES, self._clock_ns)
                self._station.watch(images.message_type, topic, images.hear_picture, IMAGES)
                infos = Listening(info_topic_of(topic), CameraInfo, IMAGES, self._clock_ns)
                LensEar(self._station.node, infos.topic, infos.hear)
                self._images[camera.name] = camera, images, infos

    def _listen_to_sensors(self, robot: RobotProfile, policy: PolicyProfile | None) -> None:
        """Hear the depth and the points that a policy sees, as far as the robot has them."""
        wanted = policy.images if policy is not None else ()
        deep = {image.camera for image in wanted if image.depth}
        for camera in robot.cameras:
            if camera.name in deep and camera.depth_topic is not None:
                message_type, decode = DEPTH_TRANSPORTS[camera.depth_transport]
                heard = self._listen(camera.depth_topic, message_type, IMAGES)
                read = partial(_read_depth, decode, camera.name)
                self._sensors.append((f"depth.{camera.name}", heard, read))
        cloud = policy.point_cloud if policy is not None else None
        for points in robot.point_clouds:
            if cloud is not None and points.name == cloud.source:
                heard = self._listen(points.topic, PointCloud2, IMAGES)
                read = partial(_read_points, points, cloud)
                self._sensors.append((f"points.{points.name}", heard, read))

    def _listen(self, topic: str, message_type: Any, qos: QoSProfile) -> Listening:
        listening = Listening(self._full(topic), message_type, qos, self._clock_ns)
        self._station.watch(message_type, listening.topic, listening.hear, qos)
        return listening

    def _full(self, topic: str) -> str:
        """Return the name of a topic as a node of ours understands it."""
        return full_name(topic, self._station.namespace)

    def _on_clock(self, message: Clock) -> None:
        self._clock_message = message

    def _clock_ns(self) -> int:
        if not self._simulated:
            return self._station.now_ns()
        newest = self._clock_message
        return 0 if newest is None else decode_time(newest.clock)

    # ---- what was seen ----

    def _count_again(self, seen: NodeSeen) -> NodeSeen:
        """Return a node with its number: a double of it may have been discovered since."""
        return replace(
            seen, count=max(seen.count, node_names(self._station.node).count(seen.name))
        )

    def _see_camera(self, name: str) -> CameraSeen:
        camera, images, infos = self._images[name]
        stream = images.stream(self._station.node)
        message, info = images.newest, infos.newest
        seen_info = None if info is None else _see_info(infos.topic, info)
        if message is None:
            return CameraSeen(name=name, stream=stream, info=seen_info)
        width, height, objection = 0, 0, ""
        try:
            frame = _IMAGES[camera.transport][1](message, name, self._clock_ns())
            height, width = frame.image.shape[:2]
        except ObservationError as error:
            objection = str(error)
        return CameraSeen(
            name=name,
            stream=stream,
            width=width,
            height=height,
            encoding=message.encoding if camera.transport == "raw" else message.format,
            frame=message.header.frame_id,
            size_bytes=len(message.data),
            objection=objection,
            pictures=images.pictures,
            info=seen_info,
        )

    def _see_sensor(self, name: str, heard: Listening, read: _Read) -> SensorSeen:
        objection = ""
        if heard.newest is not None:
            try:
                read(heard.newest, self._clock_ns())
            except ObservationError as error:
                objection = str(error)
        return SensorSeen(name=name, stream=heard.stream(self._station.node), objection=objection)

    def _see_joints(self) -> JointsSeen:
        heard = self._joints
        return JointsSeen(
            stream=heard.stream(self._station.node),
            layouts=heard.layouts,
            position=heard.position,
            velocities=heard.velocities,
            speed_rad_s=heard.speed,
        )


def _read_depth(
    decode: Callable[[Any, str, int], DepthFrame], camera: str, message: Any, now_ns: int
) -> None:
    decode(message, camera, now_ns)


def _read_points(
    points: "PointCloudProfile", wanted: PointCloudSpec, message: Any, now_ns: int
) -> None:
    decode_cloud(
        message, f"point cloud '{points.name}'", now_ns, frame=points.frame, wanted=wanted
    )


def _see_info(topic: str, info: CameraInfo) -> CameraInfoSeen:
    lens = decode_lens(info)
    width, height = (info.width, info.height) if lens is None else lens.size
    return CameraInfoSeen(
        topic=topic,
        width=width,
        height=height,
        calibrated=bool(info.k[0] > 0.0),
        fault=fault_of_lens(lens),
    )
