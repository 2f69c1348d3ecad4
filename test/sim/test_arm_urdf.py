# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The committed URDF is what the table gives, and says the same as the MuJoCo model."""

from pathlib import Path

import mujoco
import numpy as np
import pytest

from vla_ros.sim.arm import CAMERAS, JOINT_NAMES, LINKS, TCP
from vla_ros.sim.arm_urdf import arm_urdf
from vla_ros.sim.solids import link_inertial
from vla_ros.sim.world_mjcf import world_model

pin = pytest.importorskip("pinocchio")

URDF = Path(__file__).parents[2] / "urdf" / "sim_arm.urdf"


def test_committed_urdf_is_generated_from_the_table() -> None:
    assert URDF.read_text(encoding="utf-8") == arm_urdf(), (
        "run: python -m vla_ros.sim.arm_urdf urdf/sim_arm.urdf"
    )


def test_pinocchio_on_the_urdf_agrees_with_mujoco() -> None:
    model = world_model()
    data = mujoco.MjData(model)
    robot = pin.buildModelFromUrdf(str(URDF))
    robot_data = robot.createData()
    at = [int(model.joint(name).qposadr[0]) for name in JOINT_NAMES]
    lower, upper = model.jnt_range[[model.joint(name).id for name in JOINT_NAMES]].T
    rng = np.random.default_rng(0)
    for _ in range(200):
        q = rng.uniform(lower, upper)
        data.qpos[at] = q
        mujoco.mj_kinematics(model, data)
        mujoco.mj_comPos(model, data)
        mujoco.mj_camlight(model, data)
        pin.framesForwardKinematics(robot, robot_data, np.concatenate([q, [0.0, 0.0]]))
        _check_frame(robot, robot_data, TCP.name, data.site_xpos[0], data.site_xmat[0])
        for camera in CAMERAS:
            index = model.camera(camera.name).id
            # MuJoCo's cameras look along -z with y up.
            turned = data.cam_xmat[index].reshape(3, 3) @ np.diag([1, -1, -1])
            _check_frame(robot, robot_data, camera.frame.name, data.cam_xpos[index], turned)


def _check_frame(
    robot: "pin.Model", data: "pin.Data", name: str, position: np.ndarray, rotation: np.ndarray
) -> None:
    pose = data.oMf[robot.getFrameId(name)]
    np.testing.assert_allclose(pose.translation, position, atol=1e-6, err_msg=name)
    np.testing.assert_allclose(pose.rotation, rotation.reshape(3, 3), atol=1e-6, err_msg=name)


def test_urdf_limits_are_those_of_the_table() -> None:
    robot = pin.buildModelFromUrdf(str(URDF))
    for joint in (link.joint for link in LINKS if link.joint is not None):
        index = robot.joints[robot.getJointId(joint.name)].idx_q
        assert robot.lowerPositionLimit[index] == pytest.approx(joint.lower)
        assert robot.upperPositionLimit[index] == pytest.approx(joint.upper)
        assert robot.velocityLimit[index] == pytest.approx(joint.velocity)
        assert robot.effortLimit[index] == pytest.approx(joint.effort)


@pytest.mark.parametrize("link", LINKS[1:], ids=lambda link: link.name)
def test_mass_properties_agree_with_mujoco(link) -> None:
    model = world_model()
    body = model.body(link.name).id
    ours = link_inertial(link)
    turn = np.zeros(9)
    mujoco.mju_quat2Mat(turn, model.body_iquat[body])
    axes = turn.reshape(3, 3)
    theirs = axes @ np.diag(model.body_inertia[body]) @ axes.T
    assert ours.mass_kg == pytest.approx(model.body_mass[body])
    np.testing.assert_allclose(ours.center_m, model.body_ipos[body], atol=1e-9)
    np.testing.assert_allclose(ours.inertia, theirs, atol=1e-9)
