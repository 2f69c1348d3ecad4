# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

import numpy as np
import pinocchio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vla_ros.policy.rotation import to_matrix, tool_down
from vla_ros.policy.rows import (
    Anchor,
    EefDelta,
    JointDelta,
    RowTransform,
    Scaled,
    make_row_transforms,
)
from vla_ros.policy.spec import (
    ActionSpace,
    ActionSpec,
    DeltaFrame,
    DeltaStart,
    Posture,
    RotationForm,
)
from vla_ros.robot.kinematics import make_kinematics
from vla_ros.robot.profile import RobotProfile, load_robot_profile
from vla_ros.types import FloatArray

SEVEN = Path(__file__).parents[2] / "benchmarks" / "robots" / "seven_joint.yaml"
ROBOTS = {"sim_arm": load_robot_profile("sim_arm"), "seven_joint": load_robot_profile(SEVEN)}
FORMS = [form for form in RotationForm if form is not RotationForm.YAW]
KINEMATICS = {name: make_kinematics(robot) for name, robot in ROBOTS.items()}
ROWS = 5


def spec(space: ActionSpace, robot: RobotProfile, **changes: object) -> ActionSpec:
    form = changes.get("rotation")
    names = robot.joint_names
    if isinstance(form, RotationForm):
        names = ("x", "y", "z", *(f"r{k}" for k in range(form.width)))
    return ActionSpec(
        space=space, rows=(*names, "gripper"), step_s=0.1, horizon=ROWS, lead_s=0.0, **changes
    )


def anchor_of(robot: RobotProfile, q: FloatArray) -> Anchor:
    position, rotation = KINEMATICS[robot.name].forward(q)
    return Anchor(joints=q, position_m=position, rotation=rotation)


def forward(steps: tuple[RowTransform, ...], rows: FloatArray, anchor: Anchor) -> FloatArray:
    for step in steps:
        rows = step.forward(rows, anchor)
    return rows


def inverse(steps: tuple[RowTransform, ...], rows: FloatArray, anchor: Anchor) -> FloatArray:
    for step in reversed(steps):
        rows = step.inverse(rows, anchor)
    return rows


@settings(max_examples=5, deadline=None)
@pytest.mark.parametrize("frame", list(DeltaFrame))
@pytest.mark.parametrize("start", list(DeltaStart))
@pytest.mark.parametrize("form", FORMS)
@given(seed=st.integers(0, 2**32 - 1))
def test_every_way_to_write_a_tool_delta_comes_back_from_joint_positions(
    form: RotationForm, start: DeltaStart, frame: DeltaFrame, seed: int
) -> None:
    robot = ROBOTS["sim_arm"]
    action = spec(ActionSpace.EEF_DELTA, robot, rotation=form, deltas=start, delta_frame=frame)
    steps = make_row_transforms(action, robot, KINEMATICS[robot.name])
    rng = np.random.default_rng(seed)
    anchor = anchor_of(robot, np.array(robot.home) + rng.uniform(-0.3, 0.3, 6))
    joints = anchor.joints + np.cumsum(rng.uniform(-0.05, 0.05, (ROWS, 6)), axis=0)
    rows = inverse(steps, joints, anchor)
    assert rows.shape == (ROWS, 3 + form.width)
    assert np.abs(forward(steps, rows, anchor) - joints).max() < 5e-4


@settings(max_examples=5, deadline=None)
@pytest.mark.parametrize("robot", list(ROBOTS.values()), ids=list(ROBOTS))
@pytest.mark.parametrize("form", FORMS)
@given(seed=st.integers(0, 2**32 - 1))
def test_tool_poses_of_either_arm_come_back(
    form: RotationForm, robot: RobotProfile, seed: int
) -> None:
    action = spec(ActionSpace.EEF_POSE, robot, rotation=form, posture=Posture.MEASURED)
    kinematics = KINEMATICS[robot.name]
    steps = make_row_transforms(action, robot, kinematics)
    rng = np.random.default_rng(seed)
    anchor = anchor_of(robot, np.array(robot.home))
    width = len(robot.joints)
    joints = anchor.joints + np.cumsum(rng.uniform(-0.04, 0.04, (ROWS, width)), axis=0)
    rows = inverse(steps, joints, anchor)
    again = inverse(steps, forward(steps, rows, anchor), anchor)
    # A redundant arm may hold its elbow elsewhere; the tool is where it was.
    assert np.abs(again[:, :3] - rows[:, :3]).max() < 1e-4
    for one, other in zip(again, rows, strict=True):
        assert np.abs(to_matrix(form, one[3:]) - to_matrix(form, other[3:])).max() < 1e-3


@settings(max_examples=15, deadline=None)
@pytest.mark.parametrize("scale", [None, tuple(0.05 * k for k in range(1, 7))])
@pytest.mark.parametrize("start", list(DeltaStart))
@given(seed=st.integers(0, 2**32 - 1))
def test_joint_deltas_come_back(
    start: DeltaStart, scale: tuple[float, ...] | None, seed: int
) -> None:
    robot = ROBOTS["sim_arm"]
    action = spec(ActionSpace.JOINT_DELTA, robot, deltas=start, scale=scale)
    steps = make_row_transforms(action, robot, KINEMATICS[robot.name])
    anchor = anchor_of(robot, np.array(robot.home))
    rows = np.random.default_rng(seed).uniform(-1.0, 1.0, (ROWS, 6))
    assert np.allclose(inverse(steps, forward(steps, rows, anchor), anchor), rows, atol=1e-12)


def test_deltas_from_what_was_measured_hold_the_whole_way() -> None:
    anchor = anchor_of(ROBOTS["sim_arm"], np.array(ROBOTS["sim_arm"].home))
    rows = np.array([[0.1] * 6, [0.1] * 6])
    assert np.allclose(JointDelta().forward(rows, anchor) - anchor.joints, 0.1)


def test_deltas_from_the_row_before_add_up() -> None:
    anchor = anchor_of(ROBOTS["sim_arm"], np.array(ROBOTS["sim_arm"].home))
    rows = np.array([[0.1] * 6, [0.1] * 6])
    moved = JointDelta(DeltaStart.PREVIOUS).forward(rows, anchor) - anchor.joints
    assert np.allclose(moved, [[0.1] * 6, [0.2] * 6])
    step = np.array([[0.01, 0.0, 0.0, 0.0, 0.0, 0.1]] * 3)
    poses = EefDelta(RotationForm.ROTVEC, DeltaStart.PREVIOUS).forward(step, anchor)
    assert np.allclose(poses[:, 0] - anchor.position_m[0], [0.01, 0.02, 0.03])
    turned = to_matrix(RotationForm.ROTVEC, poses[2, 3:])
    assert np.allclose(turned, pinocchio.exp3(np.array([0, 0, 0.3])) @ anchor.rotation)


def test_a_step_in_the_tool_frame_follows_the_tool_as_it_turns() -> None:
    """Forward and a quarter turn, four times: a square."""
    start = Anchor(joints=np.zeros(6), position_m=np.zeros(3), rotation=tool_down(0.0))
    step = np.array([[0.1, 0.0, 0.0, 0.0, 0.0, np.pi / 2]] * 4)
    delta = EefDelta(RotationForm.ROTVEC, DeltaStart.PREVIOUS, DeltaFrame.TOOL)
    corners = delta.forward(step, start)[:, :3]
    # The tool looks down, so that its own turn to the left is one to the right from above.
    wanted = [[0.1, 0, 0], [0.1, -0.1, 0], [0, -0.1, 0], [0, 0, 0]]
    assert np.allclose(corners, wanted, atol=1e-12)
    assert np.allclose(delta.inverse(delta.forward(step, start), start), step, atol=1e-9)


def test_yaw_deltas_add_up_past_half_a_turn() -> None:
    start = Anchor(joints=np.zeros(6), position_m=np.zeros(3), rotation=tool_down(2.9))
    step = np.array([[0.0, 0.0, 0.01, 0.3]] * 4)
    delta = EefDelta(RotationForm.YAW, DeltaStart.PREVIOUS)
    poses = delta.forward(step, start)
    assert np.allclose(to_matrix(RotationForm.YAW, poses[3, 3:]), tool_down(2.9 + 1.2))
    assert np.allclose(delta.inverse(poses, start), step)


def test_shares_become_si_units() -> None:
    rows = np.array([[1.0, -0.5]])
    anchor = anchor_of(ROBOTS["sim_arm"], np.array(ROBOTS["sim_arm"].home))
    assert Scaled((0.05, 0.5)).forward(rows, anchor) == pytest.approx(np.array([[0.05, -0.25]]))
