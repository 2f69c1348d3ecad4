# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Hop 1: messages to our types, with as few copies as possible.

A decoded value may look into the memory of its message, which must not be changed afterwards.
"""

import math
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import CompressedImage, Image, JointState, Range

from vla_ros.errors import ObservationError
from vla_ros.gate.state import Obstacle
from vla_ros.msg import ActionChunk as ActionChunkMessage
from vla_ros.msg import Observation as ObservationMessage
from vla_ros.msg import Obstacles as ObstaclesMessage
from vla_ros.ros.cloud import decode_cloud
from vla_ros.ros.depth import DEPTH_ENCODING, decode_depth
from vla_ros.ros.jpeg import fault_of_jpeg
from vla_ros.ros.pixels import ENCODINGS, check_layout, decode_file, decode_pixels
from vla_ros.ros.stamps import decode_stamp, decode_time
from vla_ros.ros.timing import read_hops
from vla_ros.types import (
    ActionChunk,
    CameraFrame,
    FloatArray,
    Gaze,
    Joining,
    JointSample,
    Observation,
    Pinhole,
)

_MOST_OBSTACLES = 64
_UNIT_SLACK = 1e-3  # Of a quaternion written with three decimals.
_JOININGS = {"": Joining.CROSS_FADE} | {joining.value: joining for joining in Joining}
_NUMBER_LIMIT = 1e9  # Seconds; beyond it a step is nonsense and its nanoseconds overflow.
# The last bytes of a complete file, by its first bytes.
_JPEG_END = b"\xff\xd9"
_ENDINGS = {b"\xff\xd8": _JPEG_END, b"\x89P": b"IEND\xaeB`\x82"}


def decode_image(msg: Image, camera: str, arrival_ns: int) -> CameraFrame:
    """Return an image as RGB; see `pixels.py` for encodings and copies.

    Args:
        msg: The image; row step and byte order are honoured.
        camera: Name of the camera in the robot profile.
        arrival_ns: When it arrived, node clock [ns].

    Raises:
        ObservationError: The message contradicts itself or its encoding is not supported.
    """
    encoding = ENCODINGS.get(msg.encoding)
    if encoding is None:
        raise ObservationError(
            f"camera '{camera}': encoding '{msg.encoding}' is not supported. "
            f"Supported: {', '.join(ENCODINGS)}. Change the camera driver's pixel format"
        )
    check_layout(
        msg, camera, row_bytes=msg.width * encoding.pixel_bytes, rows=encoding.rows(msg.height)
    )
    columns, rows = encoding.shared
    if msg.width % columns or msg.height % rows:
        raise ObservationError(
            f"camera '{camera}': {msg.width}x{msg.height} pixels of {msg.encoding}, wanted "
            f"multiples of {columns}x{rows}: so many share a colour. Check the camera driver"
        )
    image = decode_pixels(
        memoryview(msg.data),
        encoding,
        width=msg.width,
        height=msg.height,
        step=msg.step,
        big_endian=bool(msg.is_bigendian),
    )
    stamp_ns = decode_stamp(msg, f"camera '{camera}'")
    return CameraFrame(camera=camera, stamp_ns=stamp_ns, arrival_ns=arrival_ns, image=image)


def decode_compressed_image(msg: CompressedImage, camera: str, arrival_ns: int) -> CameraFrame:
    """Return a JPEG or PNG image as RGB.

    Args:
        msg: The image.
        camera: Name of the camera in the robot profile.
        arrival_ns: When it arrived, node clock [ns].

    Raises:
        ObservationError: It is no complete JPEG or PNG image, or seen to be damaged.
    """
    data = np.frombuffer(memoryview(msg.data), dtype=np.uint8)
    ending = _ENDINGS.get(data[:2].tobytes())
    # Some cameras pad; without its end a file decodes to a picture that is grey below.
    if ending is None or ending not in data[-64:].tobytes():
        raise ObservationError(
            f"camera '{camera}': {len(data)} bytes of '{msg.format}' are no complete JPEG or "
            "PNG image. Check the camera driver and the network"
        )
    # A PNG has check sums, which OpenCV looks at.
    fault = fault_of_jpeg(memoryview(msg.data)) if ending == _JPEG_END else ""
    flags = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
    image = None if fault else decode_file(data, flags, camera)
    if image is None:
        raise ObservationError(
            f"camera '{camera}': the '{msg.format}' image cannot be decoded"
            f"{': ' if fault else ''}{fault}. Check the camera driver and the network"
        )
    cv2.cvtColor(image, cv2.COLOR_BGR2RGB, dst=image)
    stamp_ns = decode_stamp(msg, f"camera '{camera}'")
    return CameraFrame(camera=camera, stamp_ns=stamp_ns, arrival_ns=arrival_ns, image=image)


def decode_joint_state(msg: JointState, names: Sequence[str], arrival_ns: int) -> JointSample:
    """Return the joints asked for, in that order; others in the message are left out.

    Args:
        msg: Joint states in any order.
        names: The joints wanted.
        arrival_ns: When it arrived, node clock [ns].

    Raises:
        ObservationError: A joint is missing or there twice, a number is not finite, or the
            lengths do not fit.
    """
    index = {name: i for i, name in enumerate(msg.name)}
    if len(index) != len(msg.name):
        twice = sorted({name for name in msg.name if msg.name.count(name) > 1})
        raise ObservationError(f"joint state: {', '.join(twice)} is there twice. {_WHERE}")
    missing = [name for name in names if name not in index]
    if missing:
        raise ObservationError(
            f"joint state: {', '.join(missing)} is missing. It has: {', '.join(index)}. {_WHERE}"
        )
    order = [index[name] for name in names]
    position = _selected(msg.position, order, "position", msg.name)
    velocity = _selected(msg.velocity, order, "velocity", msg.name) if msg.velocity else None
    # A driver without velocity interfaces fills the field with NaN.
    if velocity is not None and np.isnan(velocity).all():
        velocity = None
    for label, values in (("position", position), ("velocity", velocity)):
        if values is not None and not np.isfinite(values).all():
            j = int(np.argmin(np.isfinite(values)))
            raise ObservationError(
                f"joint state: {label} of {names[j]} is {values[j]}, wanted a finite number. "
                "Check the driver"
            )
    return JointSample(
        names=tuple(names),
        stamp_ns=decode_stamp(msg, "joint state"),
        arrival_ns=arrival_ns,
        position=position,
        velocity=velocity,
    )


def decode_observation(msg: ObservationMessage, arrival_ns: int) -> Observation:
    """Return an observation as perception_node made it.

    Args:
        msg: The message.
        arrival_ns: When it arrived, node clock [ns].

    Raises:
        ObservationError: The message contradicts itself.
    """
    if not len(msg.cameras) == len(msg.images) == len(msg.camera_frozen):
        raise ObservationError(
            f"observation: {len(msg.cameras)} cameras, {len(msg.images)} images and "
            f"{len(msg.camera_frozen)} frozen flags, wanted as many of each"
        )
    if not math.isfinite(msg.gripper):
        raise ObservationError(f"observation: gripper is {msg.gripper}, wanted a finite number")
    frames: dict[str, tuple[CameraFrame, bool]] = {}
    history, depths = [], []
    parts = zip(msg.cameras, msg.images, msg.camera_frozen, _pinholes(msg), strict=True)
    for camera, image, frozen, pinhole in parts:
        if image.encoding == DEPTH_ENCODING:
            depth = decode_depth(image, camera, arrival_ns)
            depths.append(replace(depth, pinhole=pinhole))
            continue
        frame = replace(decode_image(image, camera, arrival_ns), pinhole=pinhole)
        if camera in frames:
            history.append(frame)
        else:
            frames[camera] = frame, bool(frozen)
    return Observation(
        stamp_ns=decode_time(msg.header.stamp),
        frames=tuple(frame for frame, _ in frames.values()),
        frozen=tuple(frozen for _, frozen in frames.values()),
        joints=decode_joint_state(msg.joint_state, msg.joint_state.name, arrival_ns),
        gripper=float(msg.gripper),
        history=tuple(history),
        depths=tuple(depths),
        cloud=next((decode_cloud(c, "point cloud", arrival_ns) for c in msg.point_cloud), None),
        hop_ms=read_hops(msg),
    )


def _pinholes(msg: ObservationMessage) -> list[Pinhole | None]:
    """Return the pinhole camera of each image; None for one that was not undistorted."""
    count, numbers = len(msg.images), msg.intrinsics
    if not numbers:
        return [None] * count
    if len(numbers) != 4 * count:
        raise ObservationError(
            f"observation: {len(numbers)} intrinsics for {count} images, wanted 4 for each or none"
        )
    try:
        return [_pinhole(*numbers[k : k + 4]) for k in range(0, 4 * count, 4)]
    except ValueError as e:
        raise ObservationError(f"observation: intrinsics: {e}") from e


def _pinhole(fx: float, fy: float, cx: float, cy: float) -> Pinhole | None:
    if all(map(math.isnan, (fx, fy, cx, cy))):
        return None
    return Pinhole(focal=(fx, fy), center=(cx, cy))


def decode_chunk(msg: ActionChunkMessage) -> ActionChunk:
    """Return a chunk, whatever its content: that is the gate's to judge.

    What has no meaning becomes what the gate refuses: positions that do not fill rows become
    one row of the wrong width, a step that is no time becomes 0.
    """
    width = len(msg.joint_names)
    positions = _floats(msg.positions)
    fits = width > 0 and len(positions) % width == 0
    step_s = msg.step_s if abs(msg.step_s) < _NUMBER_LIMIT else 0.0  # False for NaN.
    return ActionChunk(
        goal_id=bytes(msg.goal_id.uuid).hex(),
        session=int(msg.session),
        epoch=int(msg.epoch),
        sequence=int(msg.sequence),
        last=bool(msg.last),
        observed_ns=decode_time(msg.observed),
        first_ns=decode_time(msg.first),
        step_ns=round(step_s * 1e9),
        joint_names=tuple(msg.joint_names),
        position_rad=positions.reshape(-1, width) if fits else positions.reshape(1, -1),
        gripper=_floats(msg.gripper),
        confidence=float(msg.confidence),
        progress=float(msg.progress),
        done_probability=float(msg.done_probability),
        grounded_probability=float(msg.grounded_probability),
        gaze=decode_gaze(msg),
        camera_frozen=bool(msg.camera_frozen),
        speed_scale=float(msg.speed_scale),
        cartesian=bool(msg.cartesian),
        joining=_JOININGS.get(msg.joining),
        hop_ms=read_hops(msg),
    )


def decode_gaze(msg: ActionChunkMessage) -> tuple[Gaze, ...]:
    """Return where the policy looks; what is no place in an image is left out."""
    gazes: dict[str, Gaze] = {}
    numbers = list(map(float, msg.gaze_uv))
    for k, camera in enumerate(msg.gaze_cameras):
        object_u, object_v, goal_u, goal_v = (*numbers[4 * k : 4 * k + 4], *[math.nan] * 4)[:4]
        with suppress(ValueError):
            gazes[camera] = Gaze(
                camera=camera, object_uv=(object_u, object_v), goal_uv=(goal_u, goal_v)
            )
    return tuple(gazes.values())


def decode_distance(msg: Range) -> float:
    """Return how far the nearest person is [m]: infinite if none is seen, 0 if it is not known.

    A distance below what the sensor can measure, negative infinity (too near, says REP 117) and
    NaN are not known.
    """
    return float(msg.range) if msg.range >= max(float(msg.min_range), 0.0) else 0.0


def decode_obstacles(msg: ObstaclesMessage, base_frame: str) -> tuple[Obstacle, ...]:
    """Return the boxes that stand around the arm, in the base frame.

    Args:
        msg: The message.
        base_frame: The robot's base frame; the boxes have to be given in it.

    Raises:
        ObservationError: They are given in another frame, or one of them is no box.
    """
    if msg.header.frame_id != base_frame:
        raise ObservationError(
            f"obstacles: frame_id is '{msg.header.frame_id}', wanted '{base_frame}', the robot's "
            "base frame. Transform them where they are published"
        )
    if len(msg.names) > _MOST_OBSTACLES:
        raise ObservationError(
            f"obstacles: {len(msg.names)} boxes, wanted at most {_MOST_OBSTACLES}, so that the "
            "gate keeps its pace. Join those that lie together"
        )
    if not len(msg.names) == len(msg.poses) == len(msg.sizes):
        raise ObservationError(
            f"obstacles: {len(msg.names)} names, {len(msg.poses)} poses and {len(msg.sizes)} "
            "sizes, wanted as many of each"
        )
    boxes = []
    for name, pose, size in zip(msg.names, msg.poses, msg.sizes, strict=True):
        box = Obstacle(
            name=name,
            size=(size.x, size.y, size.z),
            position=(pose.position.x, pose.position.y, pose.position.z),
            rotation=(
                pose.orientation.x,
                pose.orientation.y,
                pose.orientation.z,
                pose.orientation.w,
            ),
        )
        _check_obstacle(box)
        boxes.append(box)
    return tuple(boxes)


def _check_obstacle(box: Obstacle) -> None:
    if not all(0.0 < edge < math.inf for edge in box.size):
        raise ObservationError(
            f"obstacle '{box.name}': size is {box.size} m, wanted finite lengths above 0"
        )
    if not all(map(math.isfinite, box.position)):
        raise ObservationError(
            f"obstacle '{box.name}': position is {box.position} m, wanted finite numbers"
        )
    length = math.hypot(*box.rotation)
    if not abs(length - 1.0) <= _UNIT_SLACK:
        raise ObservationError(
            f"obstacle '{box.name}': its quaternion has the length {length:.3f}, wanted 1"
        )


_WHERE = "Check 'joints' and 'gripper' in the robot profile, and: ros2 topic echo /joint_states"


def _selected(
    values: Sequence[float], order: list[int], label: str, names: Sequence[str]
) -> FloatArray:
    if len(values) != len(names):
        raise ObservationError(
            f"joint state: {len(values)} values of {label} for {len(names)} names. "
            "Check the driver"
        )
    return _floats(values)[order]


def _floats(values: Sequence[float]) -> NDArray[np.float64]:
    return np.array(values, dtype=np.float64)
