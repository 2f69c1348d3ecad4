# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Hop 8, and what travels between our nodes: our types to messages."""

import array
import math
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

import numpy as np
import unique_identifier_msgs.msg as unique_identifier
from numpy.typing import NDArray
from sensor_msgs.msg import Image, JointState
from std_msgs.msg import Float64MultiArray, Header
from trajectory_msgs.msg import JointTrajectory, JointTrajectoryPoint

from vla_ros.gate.feed import Knot
from vla_ros.msg import ActionChunk as ActionChunkMessage
from vla_ros.msg import Observation as ObservationMessage
from vla_ros.robot.commands import GripperProfile
from vla_ros.robot.profile import RobotProfile
from vla_ros.ros.cloud import encode_cloud
from vla_ros.ros.stamps import encode_duration, encode_time
from vla_ros.ros.timing import put_hops
from vla_ros.types import (
    ActionChunk,
    CameraFrame,
    DepthFrame,
    FloatArray,
    ImageArray,
    JointCommand,
    JointSample,
    Observation,
)


def encode_positions(command: JointCommand) -> Float64MultiArray:
    """Return the joint positions of a command, for a forward position controller."""
    return Float64MultiArray(data=_doubles(command.position))


def encode_velocities(velocity: FloatArray) -> Float64MultiArray:
    """Return joint velocities [rad/s], shape (J,), for a forward velocity controller."""
    return Float64MultiArray(data=_doubles(velocity))


def encode_jog(
    message: Callable[..., Any], names: Sequence[str], velocity: FloatArray, now_ns: int
) -> Any:
    """Return joint velocities for MoveIt Servo, which has to take them as rad/s.

    Args:
        message: Type of the message: control_msgs/JointJog, which not every installation has.
        names: Of the joints.
        velocity: Of the joints [rad/s]. Shape (J,).
        now_ns: Node clock [ns]; Servo leaves out what is older than its timeout.
    """
    header = Header(stamp=encode_time(now_ns))
    return message(header=header, joint_names=list(names), velocities=velocity.tolist())


def encode_trajectory(names: Iterable[str], knots: Sequence[Knot]) -> JointTrajectory:
    """Return a trajectory for a joint trajectory controller.

    Args:
        names: Of the joints.
        knots: In the order of time, at least one; see `gate/feed.py`. The first one is due at the
            stamp.
    """
    begin_ns = knots[0].due_ns
    points = [
        JointTrajectoryPoint(
            positions=_doubles(knot.motion.position),
            velocities=_doubles(knot.motion.velocity),
            accelerations=_doubles(knot.motion.acceleration),
            time_from_start=encode_duration(knot.due_ns - begin_ns),
        )
        for knot in knots
    ]
    header = Header(stamp=encode_time(begin_ns))
    return JointTrajectory(header=header, joint_names=list(names), points=points)


def encode_gripper(opening: float, gripper: GripperProfile) -> Float64MultiArray | JointTrajectory:
    """Return a gripper target in the joint's own unit.

    Args:
        opening: 0 closed, 1 open.
        gripper: Says what closed and open are, and which message the controller takes.
    """
    position = gripper.position_of(opening)
    if gripper.kind == "forward_position":
        return Float64MultiArray(data=array.array("d", (position,)))
    time_ns = round(1e9 / gripper.speed_per_s)
    names = [gripper.joint, *gripper.followers]
    point = JointTrajectoryPoint(
        positions=[position] * len(names), time_from_start=encode_duration(time_ns)
    )
    # A stamp of zero means: from now on.
    return JointTrajectory(joint_names=names, points=[point])


def encode_gripper_goal(goal: Any, position: float, gripper: GripperProfile) -> Any:
    """Return the goal of a gripper's action, filled in.

    Args:
        goal: Empty; of control_msgs/action/GripperCommand or ParallelGripperCommand.
        position: Wanted, in the joint's own unit.
        gripper: Names the joint and how hard it may grip.
    """
    effort = 0.0 if gripper.max_effort is None else gripper.max_effort
    if gripper.kind == "gripper_command":
        goal.command.position, goal.command.max_effort = position, effort
    else:
        goal.command = JointState(name=[gripper.joint], position=[position], effort=[effort])
    return goal


def encode_observation(
    observation: Observation, robot: RobotProfile, now_ns: int
) -> ObservationMessage:
    """Return an observation as a message; one copy of the pixels, of the policy's size.

    Args:
        observation: To be sent.
        robot: Names the frames.
        now_ns: When it is sent, node clock [ns]; for the ages.
    """
    frames, depths = (*observation.frames, *observation.history), observation.depths
    parts: tuple[CameraFrame | DepthFrame, ...] = (*frames, *depths)
    images = [encode_frame(frame, robot.camera(frame.camera).frame) for frame in frames]
    images += [encode_depth(depth, robot.camera(depth.camera).frame) for depth in depths]
    frozen = dict(zip((f.camera for f in observation.frames), observation.frozen, strict=True))
    message = ObservationMessage(
        header=Header(stamp=encode_time(observation.stamp_ns), frame_id=robot.base_frame),
        cameras=[part.camera for part in parts],
        images=images,
        image_age_ms=[_age_ms(part.stamp_ns, now_ns) for part in parts],
        intrinsics=_intrinsics(parts),
        point_cloud=[] if observation.cloud is None else [encode_cloud(observation.cloud)],
        camera_frozen=[frozen[part.camera] for part in parts],
        joint_state=encode_joint_state(observation.joints),
        joint_state_age_ms=_age_ms(observation.joints.stamp_ns, now_ns),
        gripper=float(observation.gripper),
    )
    put_hops(message, observation.hop_ms)
    return message


def _intrinsics(parts: Sequence[CameraFrame | DepthFrame]) -> "array.array[float]":
    holes = [part.pinhole for part in parts]
    if not any(holes):
        return array.array("d")
    nothing = (math.nan,) * 4
    numbers = (nothing if hole is None else (*hole.focal, *hole.center) for hole in holes)
    return _doubles([x for four in numbers for x in four])


def encode_depth(frame: DepthFrame, frame_id: str) -> Image:
    """Return a depth image in metres in its optical frame; one copy."""
    height, width = frame.depth_m.shape
    return Image(
        header=Header(stamp=encode_time(frame.stamp_ns), frame_id=frame_id),
        height=height,
        width=width,
        encoding="32FC1",
        is_bigendian=int(sys.byteorder == "big"),
        step=4 * width,
        data=_bytes_of(frame.depth_m),
    )


def encode_frame(frame: CameraFrame, frame_id: str) -> Image:
    """Return a camera frame as an rgb8 image in its optical frame."""
    return encode_rgb(frame.image, Header(stamp=encode_time(frame.stamp_ns), frame_id=frame_id))


def encode_rgb(image: ImageArray, header: Header) -> Image:
    """Return RGB pixels, shape (H, W, 3), as an rgb8 image; one copy."""
    height, width, _ = image.shape
    return Image(
        header=header,
        height=height,
        width=width,
        encoding="rgb8",
        is_bigendian=0,
        step=3 * width,
        data=_bytes_of(image),
    )


def encode_joint_state(sample: JointSample) -> JointState:
    """Return a joint sample as a message."""
    velocity = sample.velocity
    return JointState(
        header=Header(stamp=encode_time(sample.stamp_ns)),
        name=list(sample.names),
        position=_doubles(sample.position),
        velocity=array.array("d") if velocity is None else _doubles(velocity),
    )


def encode_chunk(chunk: ActionChunk, now_ns: int) -> ActionChunkMessage:
    """Return a chunk as a message.

    Args:
        chunk: To be sent.
        now_ns: When it is sent, node clock [ns].
    """
    message = ActionChunkMessage(
        header=Header(stamp=encode_time(now_ns)),
        goal_id=unique_identifier.UUID(uuid=list(UUID(hex=chunk.goal_id).bytes)),
        session=chunk.session,
        epoch=chunk.epoch,
        sequence=chunk.sequence,
        last=chunk.last,
        observed=encode_time(chunk.observed_ns),
        first=encode_time(chunk.first_ns),
        step_s=chunk.step_ns * 1e-9,
        joint_names=list(chunk.joint_names),
        positions=_doubles(chunk.position_rad),
        gripper=_doubles(chunk.gripper),
        confidence=chunk.confidence,
        progress=chunk.progress,
        done_probability=chunk.done_probability,
        grounded_probability=chunk.grounded_probability,
        gaze_cameras=[gaze.camera for gaze in chunk.gaze],
        gaze_uv=[x for gaze in chunk.gaze for x in (*gaze.object_uv, *gaze.goal_uv)],
        camera_frozen=chunk.camera_frozen,
        speed_scale=chunk.speed_scale,
        cartesian=chunk.cartesian,
        joining="" if chunk.joining is None else chunk.joining.value,
    )
    put_hops(message, chunk.hop_ms)
    return message


def _bytes_of(pixels: NDArray[np.generic]) -> "array.array[int]":
    """Return pixels, row by row, in the type that messages take as it is; one copy."""
    data = array.array("B")
    data.frombytes(np.ascontiguousarray(pixels).view(np.uint8).data)
    return data


def _doubles(values: FloatArray | Iterable[float]) -> "array.array[float]":
    """Return numbers, row by row, in the type that messages take without a look at each."""
    flat = values.ravel() if hasattr(values, "ravel") else values
    return array.array("d", flat)


def _age_ms(stamp_ns: int, now_ns: int) -> float:
    return (now_ns - stamp_ns) * 1e-6
