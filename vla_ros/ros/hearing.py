# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How the inputs of perception_node come, which hears them anyway; inference_node is told.

The lines are those of a DiagnosticArray; their values are JSON, which writes any number.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from sensor_msgs.msg import CompressedImage, Image, JointState

from vla_ros.doctor.facts import CameraSeen, JointsSeen, Stream
from vla_ros.errors import ObservationError
from vla_ros.robot.parts import CameraProfile
from vla_ros.robot.profile import RobotProfile
from vla_ros.ros.diagnostics import encode_diagnostics
from vla_ros.ros.listening import JointListening, Listening
from vla_ros.ros.qos import IMAGES, JOINT_STATES
from vla_ros.types import CameraFrame

TOPIC = "perception_node/streams"
IMAGE_TYPES = {"raw": Image, "compressed": CompressedImage}
WINDOW_S = 2.0
_JOINTS = "joints"
_PACE = ("topic", "listened_s", "count", "rate_hz", "longest_gap_s", "lag_s", "stamps")
_CAMERA = ("width", "height", "encoding", "frame", "size_bytes", "objection", "pictures", "frozen")
_JOINT = ("layouts", "position", "velocities")


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What perception_node said last.

    Attributes:
        cameras: Its cameras; who publishes is left out, as of the joints.
        joints: The joint states; None before it said so.
    """

    cameras: tuple[CameraSeen, ...] = ()
    joints: JointsSeen | None = None


@dataclass(slots=True)
class _Camera:
    """One camera.

    Attributes:
        profile: Its section of the robot profile.
        images: When they came.
        size: Height and width of the newest one [pixels].
        objection: Why it cannot be decoded; empty if it can.
        frozen: It repeats itself.
    """

    profile: CameraProfile
    images: Listening
    size: tuple[int, int] = field(default=(0, 0))
    objection: str = ""
    frozen: bool = False


class Hearing:
    """Takes down what perception_node hears. Not for two threads at once.

    Args:
        robot: Names joints and topics.
        cameras: Those that are heard.
        full_name: Of a topic of the profile.
        clock_ns: The clock that stamps should be of.
    """

    def __init__(
        self,
        robot: RobotProfile,
        cameras: Iterable[CameraProfile],
        full_name: Callable[[str], str],
        clock_ns: Callable[[], int],
    ) -> None:
        self.joints = JointListening(
            robot.joint_names,
            full_name(robot.state_topic),
            JointState,
            JOINT_STATES,
            clock_ns,
            window_s=WINDOW_S,
        )
        self._hardware_id = robot.name
        self._cameras = {
            camera.name: _Camera(
                camera,
                Listening(
                    full_name(camera.topic),
                    IMAGE_TYPES[camera.transport],
                    IMAGES,
                    clock_ns,
                    window_s=WINDOW_S,
                ),
            )
            for camera in cameras
        }

    def refuse(self, camera: str, message: Any, objection: str) -> None:
        """Take down an image that cannot be decoded."""
        seen = self._cameras[camera]
        seen.images.hear(message)
        seen.objection = objection

    def accept(self, message: Any, frame: CameraFrame, picture: int, *, frozen: bool) -> None:
        """Take down an image.

        Args:
            message: As it came.
            frame: What is in it.
            picture: Another number than before if its pixels are others.
            frozen: The camera repeats itself.
        """
        seen = self._cameras[frame.camera]
        seen.images.hear(message, picture)
        height, width = frame.image.shape[:2]
        seen.size, seen.objection, seen.frozen = (height, width), "", frozen

    def encode(self, now_ns: int) -> DiagnosticArray:
        """Return the lines."""
        lines = [self._encode(f"camera {name}", _see(c)) for name, c in self._cameras.items()]
        heard = self.joints
        joints = JointsSeen(
            stream=heard.pace(),
            layouts=heard.layouts,
            position=heard.position,
            velocities=heard.velocities,
        )
        return encode_diagnostics([*lines, self._encode(_JOINTS, joints)], now_ns)

    def _encode(self, name: str, seen: CameraSeen | JointsSeen) -> DiagnosticStatus:
        fields = _CAMERA if isinstance(seen, CameraSeen) else _JOINT
        values = {key: getattr(seen.stream, key) for key in _PACE}
        values |= {key: getattr(seen, key) for key in fields}
        return DiagnosticStatus(
            name=name,
            message=f"{seen.stream.rate_hz:.1f} Hz",
            hardware_id=self._hardware_id,
            values=[KeyValue(key=key, value=json.dumps(value)) for key, value in values.items()],
        )


def decode_heard(message: DiagnosticArray, kinds: dict[str, str]) -> Heard:
    """Return what perception_node said.

    Args:
        message: Its lines.
        kinds: Type of the messages of each camera, and under `joints` of the joint states.

    Raises:
        ObservationError: It is of another version.
    """
    cameras, joints = [], None
    try:
        for status in message.status:
            values = {pair.key: json.loads(pair.value) for pair in status.values}
            name = str(status.name).removeprefix("camera ")
            stream = Stream(kind=kinds[name], **{key: values[key] for key in _PACE})
            if name == _JOINTS:
                rest = {key: values[key] for key in _JOINT}
                rest["layouts"] = tuple(tuple(names) for names in rest["layouts"])
                joints = JointsSeen(stream=stream, **rest)
            else:
                rest = {key: values[key] for key in _CAMERA}
                cameras.append(CameraSeen(name=name, stream=stream, **rest))
    except (KeyError, TypeError, ValueError) as e:
        raise ObservationError(
            f"cannot read {TOPIC}: {type(e).__name__} {e}. Start all nodes from one version"
        ) from e
    return Heard(cameras=tuple(cameras), joints=joints)


def _see(camera: _Camera) -> CameraSeen:
    stream, newest = camera.images.pace(), camera.images.newest
    if newest is None:
        return CameraSeen(name=camera.profile.name, stream=stream)
    height, width = camera.size
    return CameraSeen(
        name=camera.profile.name,
        stream=stream,
        width=width,
        height=height,
        encoding=newest.encoding if camera.profile.transport == "raw" else newest.format,
        frame=newest.header.frame_id,
        size_bytes=len(newest.data),
        objection=camera.objection,
        pictures=camera.images.pictures,
        frozen=camera.frozen,
    )
