# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The closed-form inverse kinematics of the table agrees with the model."""

import dataclasses
import math

import numpy as np
import pytest

from vla_ros.errors import SimulationError
from vla_ros.robot.kinematics import make_kinematics
from vla_ros.robot.profile import load_robot_profile
from vla_ros.sim.arm import JOINT_NAMES, JOINTS, tool_down_joints
from vla_ros.sim.sample import sample_scene
from vla_ros.sim.scene import StartPose
from vla_ros.sim.world import World

CORNERS = [
    (x, y, z, yaw)
    for x in (0.30, 0.60)
    for y in (-0.26, 0.26)
    for z in (0.012, 0.24)
    for yaw in (-1.1, 0.0, 1.1)
]


@pytest.mark.parametrize(("x", "y", "z", "yaw"), CORNERS)
def test_tool_reaches_every_corner_of_the_workspace(
    world: World, x: float, y: float, z: float, yaw: float
) -> None:
    start = StartPose(position_m=(x, y, z), yaw_rad=yaw)
    world.reset(dataclasses.replace(sample_scene(0), start=start))
    c, s = math.cos(yaw), math.sin(yaw)
    arm = make_kinematics(load_robot_profile("sim_arm"))
    position, rotation = arm.forward(world.joint_state().position_rad)
    np.testing.assert_allclose(position, (x, y, z), atol=1e-6)
    np.testing.assert_allclose(rotation, [[c, s, 0], [s, -c, 0], [0, 0, -1]], atol=1e-6)


@pytest.mark.parametrize(("x", "y", "z", "yaw"), CORNERS)
def test_workspace_keeps_a_distance_from_joint_limits(
    x: float, y: float, z: float, yaw: float
) -> None:
    q = tool_down_joints((x, y, z), yaw)
    for value, joint in zip(q, JOINTS, strict=True):
        assert joint.lower + 0.2 < value < joint.upper - 0.2, joint.name


def test_workspace_keeps_a_distance_from_the_wrist_singularity() -> None:
    wrist = JOINT_NAMES.index("joint5")
    assert min(tool_down_joints((x, y, z), 0.0)[wrist] for x, y, z, _ in CORNERS) > 0.3


@pytest.mark.parametrize("bad", [(1.2, 0.0, 0.1), (math.nan, 0.0, 0.1), (0.4, math.inf, 0.1)])
def test_pose_out_of_reach_is_refused(bad: tuple[float, float, float]) -> None:
    with pytest.raises(SimulationError, match="out of reach"):
        tool_down_joints(bad, 0.0)


@pytest.mark.parametrize("yaw", [3.5, math.nan])
def test_yaw_beyond_the_last_joint_is_refused(yaw: float) -> None:
    with pytest.raises(SimulationError, match="outside the limits of joint6"):
        tool_down_joints((0.4, 0.0, 0.2), yaw)
