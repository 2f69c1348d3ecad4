# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The gains in worlds/table.sdf move the arm as the gate expects it to move.

Gazebo does not run here. What drives the arm is written down again: a spring with a bounded force
to the newest target, as in gz-sim's JointTrajectoryController, and a damper in the joint that the
engine (DART) treats implicitly, as a semi-implicit step does.
"""

from pathlib import Path

import numpy as np
import pytest

pin = pytest.importorskip("pinocchio")

from sdf_arm import build_model, moving_joints, numbers, plugins, read_arm

from vla_ros.gate.feed import PAST_KNOTS
from vla_ros.robot.profile import load_robot_profile
from vla_ros.sim.world_sdf import STEP_S

WORLD = Path(__file__).parents[2] / "worlds" / "table.sdf"
PROFILE = load_robot_profile("gazebo_arm")
TICK_S = 0.01
TICK_STEPS = round(TICK_S / STEP_S)
WINDOW = 20  # Ticks: commands of the last 0.2 s count as recent for the gate.


class Arm:
    """The arm of the world file, at rest where Gazebo starts it: all joints at zero."""

    def __init__(self) -> None:
        arm = read_arm(WORLD)
        self.model = build_model(arm)
        self.model.gravity = pin.Motion.Zero()
        self.data = self.model.createData()
        size = self.model.nv
        self.q, self.v = np.zeros(size), np.zeros(size)
        self.damping, self.stiffness, self.force, self.start = (np.zeros(size) for _ in range(4))
        for name, joint in moving_joints(arm).items():
            self.damping[self.at(name)] = numbers(joint, "axis/dynamics/damping")[0]
        for follower in plugins(arm, "JointTrajectoryController"):
            names = [str(e.text) for e in follower.findall("joint_name")]
            into = [self.at(name) for name in names]
            for key, values in (
                ("position_p_gain", self.stiffness),
                ("position_cmd_max", self.force),
                ("initial_position", self.start),
            ):
                values[into] = [float(str(e.text)) for e in follower.findall(key)]

    def at(self, name: str) -> int:
        return int(self.model.joints[self.model.getJointId(name)].idx_v)

    def step(self, target: np.ndarray) -> None:
        pull = np.clip(self.stiffness * (target - self.q), -self.force, self.force)
        mass = pin.crba(self.model, self.data, self.q) + STEP_S * np.diag(self.damping)
        bias = pin.nle(self.model, self.data, self.q, self.v)
        push = pull - self.damping * self.v - bias
        self.v = self.v + STEP_S * np.linalg.solve(mass, push)
        self.q = self.q + STEP_S * self.v

    def tool_height_m(self) -> float:
        pin.framesForwardKinematics(self.model, self.data, self.q)
        return float(self.data.oMf[self.model.getFrameId("tcp")].translation[2])


def test_arm_goes_to_its_start_pose_and_rests_there_without_reaching_lower() -> None:
    arm = Arm()
    lowest = np.inf
    for _ in range(round(3.0 / STEP_S)):
        arm.step(arm.start)
        lowest = min(lowest, arm.tool_height_m())
    np.testing.assert_allclose(arm.q, arm.start, atol=1e-4)
    np.testing.assert_allclose(arm.v, 0.0, atol=1e-3)
    assert lowest > arm.tool_height_m() - 0.02


@pytest.mark.parametrize("pose", ["start", "stretched"])
def test_arm_follows_the_fastest_motion_within_what_the_gate_allows(pose: str) -> None:
    arm = Arm()
    middle = arm.start.copy()
    if pose == "stretched":
        middle[:6] = [0.0, 0.9, 0.6, 0.0, 0.6, 0.0]
    arm.q = middle.copy()
    limits = [joint.operating for joint in PROFILE.joints]
    speed = np.array([limit.velocity_rad_s for limit in limits])
    beat = min(limit.acceleration_rad_s2 / limit.velocity_rad_s for limit in limits)
    recent: list[np.ndarray] = []
    for tick in range(300):
        swing = np.zeros(arm.model.nv)
        swing[:6] = speed / beat * np.sin(beat * (tick + 1) * TICK_S) * min(1.0, tick / 100)
        recent = [*recent[-WINDOW:], middle + swing]
        # Gazebo's controller begins each message at its first point, which was told before.
        oldest = recent[max(0, len(recent) - 1 - PAST_KNOTS)]
        for _ in range(TICK_STEPS):
            arm.step(oldest)
        away = np.abs(np.array(recent) - arm.q)[:, :6].min(axis=0)
        assert away.max() < PROFILE.thresholds.tracking_warn_rad


def test_fingers_are_no_faster_than_their_hardware_and_grip_with_all_their_force() -> None:
    arm = Arm()
    arm.q = arm.start.copy()
    fingers = [arm.at(name) for name in ("finger_joint", "finger_joint_mirror")]
    target = arm.start.copy()
    target[fingers] = PROFILE.gripper.closed
    for _ in range(round(0.5 / STEP_S)):
        arm.step(target)
        assert np.abs(arm.v[fingers]).max() <= 1.01 * arm.model.velocityLimit[fingers[0]]
    np.testing.assert_allclose(arm.q[fingers], PROFILE.gripper.closed, atol=1e-4)
    held_m = 0.02  # Half of a cube.
    assert (arm.stiffness[fingers] * held_m >= arm.force[fingers]).all()
