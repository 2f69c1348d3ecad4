# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Messages of the simulated driver: what cameras and controllers put on and take off the wire."""

import array
import math

import numpy as np
from builtin_interfaces.msg import Duration, Time
from sensor_msgs.msg import CameraInfo, Image, JointState
from std_msgs.msg import Header
from trajectory_msgs.msg import JointTrajectory

from vla_ros.sim.arm import GRIPPER_JOINT, JOINT_NAMES
from vla_ros.sim.driver import TrajectoryPoint
from vla_ros.sim.world import ArmState
from vla_ros.types import ImageArray


def encode_stamp(time_ns: int) -> Time:
    """Return a time on the node clock as a message."""
    seconds, nanoseconds = divmod(time_ns, 1_000_000_000)
    return Time(sec=seconds, nanosec=nanoseconds)


def stamp_ns(stamp: Time | Duration) -> int:
    """Return a stamp or a duration as nanoseconds."""
    return int(stamp.sec) * 1_000_000_000 + int(stamp.nanosec)


def encode_rgb(image: ImageArray, stamp: Time, frame: str) -> Image:
    """Return an RGB picture, shape (H, W, 3), as an rgb8 message."""
    height, width, _ = image.shape
    return Image(
        header=Header(stamp=stamp, frame_id=frame),
        height=height,
        width=width,
        encoding="rgb8",
        is_bigendian=0,
        step=3 * width,
        data=array.array("B", image.tobytes()),
    )


def encode_camera_info(
    fovy_rad: float, frame: str, width: int, height: int, stamp: Time
) -> CameraInfo:
    """Return the pinhole model of a camera without distortion, square pixels."""
    focal = height / 2 / math.tan(fovy_rad / 2)
    u, v = width / 2, height / 2
    return CameraInfo(
        header=Header(stamp=stamp, frame_id=frame),
        width=width,
        height=height,
        distortion_model="plumb_bob",
        d=[0.0] * 5,
        k=[focal, 0.0, u, 0.0, focal, v, 0.0, 0.0, 1.0],
        r=[1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0],
        p=[focal, 0.0, u, 0.0, 0.0, focal, v, 0.0, 0.0, 0.0, 1.0, 0.0],
    )


def encode_arm_state(state: ArmState, stamp: Time) -> JointState:
    """Return the measured joints, the finger joint [m] last, as a message."""
    return JointState(
        header=Header(stamp=stamp, frame_id=""),
        name=[*JOINT_NAMES, GRIPPER_JOINT],
        position=[*state.position_rad.tolist(), state.finger_m],
        velocity=[*state.velocity_rad_s.tolist(), state.finger_m_s],
    )


def decode_trajectory(
    message: JointTrajectory, stamp_age_ns: int, now_ns: int
) -> list[TrajectoryPoint]:
    """Return the points of a trajectory on the simulator's time axis.

    Args:
        message: As a joint trajectory controller takes it.
        stamp_age_ns: How long ago its header stamp was, node clock; a zero stamp means now.
        now_ns: Simulated time.
    """
    stamp = message.header.stamp
    start_ns = now_ns - (stamp_age_ns if (stamp.sec, stamp.nanosec) != (0, 0) else 0)
    return [
        TrajectoryPoint(
            time_ns=start_ns + stamp_ns(point.time_from_start),
            position_rad=np.array(point.positions, dtype=np.float64),
            velocity_rad_s=(
                np.array(point.velocities, dtype=np.float64) if len(point.velocities) else None
            ),
        )
        for point in message.points
    ]
