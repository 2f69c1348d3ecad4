# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Messages of the simulated driver: what cameras and controllers put on and take off the wire."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from builtin_interfaces.msg import Time
from sensor_msgs.msg import CameraInfo, JointState
from std_msgs.msg import Header
from trajectory_msgs.msg import JointTrajectory

from vla_ros.errors import SimulationError
from vla_ros.robot.profile import RobotProfile
from vla_ros.ros.stamps import decode_time
from vla_ros.sim.arm import FINGER_TRAVEL_M
from vla_ros.sim.trajectory import TrajectoryPoint
from vla_ros.sim.world import ArmState
from vla_ros.types import FloatArray


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


def encode_arm_state(
    state: ArmState, profile: RobotProfile, stamp: Time, *, alphabetical: bool = False
) -> JointState:
    """Return the measured joints as a message, in the names and units of a robot profile.

    Args:
        state: Of the simulated arm.
        profile: Names the joints, and says what the gripper's joint measures.
        stamp: Of the message.
        alphabetical: In the order of their names, as drivers that sort them; otherwise the arm's
            joints in the profile's order and the gripper's last.
    """
    gripper = profile.gripper
    speed = state.finger_m_s / FINGER_TRAVEL_M * (gripper.open - gripper.closed)
    rows = [
        *zip(
            profile.joint_names,
            state.position_rad.tolist(),
            state.velocity_rad_s.tolist(),
            strict=True,
        ),
        (gripper.joint, gripper.position_of(state.opening), speed),
    ]
    if alphabetical:
        rows.sort()
    names, positions, velocities = zip(*rows, strict=True)
    return JointState(
        header=Header(stamp=stamp, frame_id=""),
        name=list(names),
        position=list(positions),
        velocity=list(velocities),
    )


def decode_jog(msg: Any, names: Sequence[str]) -> list[float]:
    """Return the joint velocities of a control_msgs/JointJog [rad/s], in the order asked for.

    As in MoveIt Servo a joint that the message leaves out rests.

    Raises:
        SimulationError: It names another joint, or not one velocity for each.
    """
    given = dict(zip(msg.joint_names, msg.velocities, strict=False))
    if len(given) != len(msg.velocities) or not set(given) <= set(names):
        joints = ", ".join(msg.joint_names) or "none"
        raise SimulationError(
            f"jog has {len(msg.velocities)} velocities for {joints}; "
            f"this arm has {', '.join(names)}"
        )
    return [given.get(name, 0.0) for name in names]


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
            time_ns=start_ns + decode_time(point.time_from_start),
            position_rad=np.array(point.positions, dtype=np.float64),
            velocity_rad_s=_given(point.velocities),
            acceleration_rad_s2=_given(point.accelerations),
        )
        for point in message.points
    ]


def _given(values: Sequence[float]) -> FloatArray | None:
    return np.array(values, dtype=np.float64) if len(values) else None
