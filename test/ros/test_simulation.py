# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Messages of the simulated driver."""

import math

import pytest

pytest.importorskip("rclpy")

import numpy as np
from builtin_interfaces.msg import Duration, Time
from std_msgs.msg import Header
from trajectory_msgs.msg import JointTrajectory, JointTrajectoryPoint

from vla_ros.robot.profile import load_robot_profile
from vla_ros.ros.simulation import decode_trajectory, encode_arm_state, encode_camera_info
from vla_ros.sim.arm import FRONT_CAMERA, JOINT_NAMES
from vla_ros.sim.world import ArmState

ROBOT = load_robot_profile("sim_arm")
STAMP = Time(sec=7, nanosec=5)
SECOND = 1_000_000_000


def test_camera_info_says_where_the_edge_of_the_picture_looks() -> None:
    info = encode_camera_info(FRONT_CAMERA.fovy_rad, "frame", 96, 48, STAMP)
    focal, center_u, center_v = info.k[0], info.k[2], info.k[5]
    assert (center_u, center_v) == (48.0, 24.0)
    assert math.atan2(24.0, focal) == pytest.approx(FRONT_CAMERA.fovy_rad / 2)
    assert info.header == Header(stamp=STAMP, frame_id="frame")
    assert (info.p[0], info.p[5]) == (focal, focal)


STATE = ArmState(
    time_ns=0,
    position_rad=np.arange(6.0),
    velocity_rad_s=np.arange(6.0) * 2,
    finger_m=0.021,
    finger_m_s=0.0042,
)


def test_arm_state_ends_with_the_finger() -> None:
    message = encode_arm_state(STATE, ROBOT, STAMP)
    assert list(message.name) == [*JOINT_NAMES, "finger_joint"]
    assert list(message.position) == pytest.approx([0, 1, 2, 3, 4, 5, 0.021])
    assert list(message.velocity) == pytest.approx([0, 2, 4, 6, 8, 10, 0.0042])


def test_arm_state_speaks_as_the_profile_does_and_sorts_where_asked() -> None:
    grip = {"joint": "knuckle", "unit": "rad", "closed": 0.8, "open": 0.0}
    gripper = ROBOT.gripper.model_copy(update=grip)
    names = ("pan", "lift", "elbow", "wrist_1", "wrist_2", "wrist_3")
    joints = tuple(
        joint.model_copy(update={"name": name})
        for joint, name in zip(ROBOT.joints, names, strict=True)
    )
    robot = ROBOT.model_copy(update={"joints": joints, "gripper": gripper})
    message = encode_arm_state(STATE, robot, STAMP, alphabetical=True)
    assert list(message.name) == [
        "elbow",
        "knuckle",
        "lift",
        "pan",
        "wrist_1",
        "wrist_2",
        "wrist_3",
    ]
    assert list(message.position) == pytest.approx([2, 0.4, 1, 0, 3, 4, 5])
    assert list(message.velocity) == pytest.approx([4, -0.08, 2, 0, 6, 8, 10])


@pytest.mark.parametrize(("stamp", "due_ns"), [(Time(), 10 * SECOND), (STAMP, 9 * SECOND)])
def test_trajectory_starts_at_its_stamp_and_without_one_now(stamp: Time, due_ns: int) -> None:
    points = [JointTrajectoryPoint(positions=[1.0, 2.0], time_from_start=Duration(sec=2))]
    message = JointTrajectory(header=Header(stamp=stamp), joint_names=["a", "b"], points=points)
    (point,) = decode_trajectory(message, stamp_age_ns=SECOND, now_ns=8 * SECOND)
    assert point.time_ns == due_ns
    np.testing.assert_array_equal(point.position_rad, [1.0, 2.0])
    assert point.velocity_rad_s is None


def test_trajectory_velocities_are_kept() -> None:
    points = [JointTrajectoryPoint(positions=[1.0], velocities=[0.5])]
    message = JointTrajectory(joint_names=["a"], points=points)
    (point,) = decode_trajectory(message, stamp_age_ns=0, now_ns=0)
    np.testing.assert_array_equal(point.velocity_rad_s, [0.5])
