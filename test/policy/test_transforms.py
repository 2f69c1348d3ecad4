# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import math
from dataclasses import replace

import numpy as np
import pytest

from vla_ros.errors import ConfigError, PolicyError, UnreachableError
from vla_ros.policy.spec import (
    ActionSpace,
    GripperForm,
    PolicyProfile,
    RotationForm,
    load_policy_profile,
)
from vla_ros.policy.transforms import ChunkHeader, PolicyAdapter
from vla_ros.robot.profile import RobotProfile, load_robot_profile
from vla_ros.types import Gaze, JointSample, Observation, PolicyOutput

HEADER = ChunkHeader(goal_id="0" * 32, session=1, epoch=2, sequence=3)
STAMP = 5_000_000_000
GAZE = Gaze(camera="front", object_uv=(0.25, 0.5), goal_uv=(0.75, 0.5))


@pytest.fixture(scope="module")
def robot() -> RobotProfile:
    return load_robot_profile("sim_arm")


@pytest.fixture(scope="module")
def profile() -> PolicyProfile:
    return load_policy_profile("tabletop")


@pytest.fixture(scope="module")
def adapter(profile: PolicyProfile, robot: RobotProfile) -> PolicyAdapter:
    return PolicyAdapter(profile, robot)


@pytest.fixture
def observation(robot: RobotProfile) -> Observation:
    joints = JointSample(
        names=robot.joint_names, stamp_ns=STAMP, arrival_ns=STAMP, position=np.array(robot.home)
    )
    return Observation(stamp_ns=STAMP, frames=(), frozen=(), joints=joints, gripper=0.5)


def output(rows: np.ndarray) -> PolicyOutput:
    return PolicyOutput(
        rows=rows,
        gripper=np.full(len(rows), 1.2),
        confidence=0.6,
        done_probability=0.3,
        grounded_probability=0.9,
        gaze=(GAZE,),
    )


def test_state_is_the_measured_tool_and_gripper(
    adapter: PolicyAdapter, observation: Observation
) -> None:
    state = adapter.state(observation)
    assert np.allclose(state, [0.4, 0.0, 0.22, 0.0, 1.0, 0.5], atol=1e-4)


def test_rows_and_joint_positions_are_inverse(
    adapter: PolicyAdapter, observation: Observation
) -> None:
    rows = np.linspace(0.0, 1.0, 16)[:, np.newaxis] * (0.08, -0.1, -0.12, 0.5)
    joints = adapter.to_joints(rows, observation)
    assert joints.shape == (16, 6)
    assert np.allclose(adapter.from_joints(joints, observation), rows, atol=1e-5)


@pytest.mark.parametrize("space", list(ActionSpace))
def test_every_action_space_is_inverse(
    space: ActionSpace, profile: PolicyProfile, robot: RobotProfile, observation: Observation
) -> None:
    is_tool = space in (ActionSpace.EEF_POSE, ActionSpace.EEF_DELTA)
    width = 6
    action = profile.action.model_copy(
        update={
            "space": space,
            "rotation": RotationForm.ROTVEC if is_tool else None,
            "rows": (*"abcdef"[:width], "gripper"),
        }
    )
    adapter = PolicyAdapter(profile.model_copy(update={"action": action}), robot)
    joints = np.array(robot.home) + np.linspace(0.0, 0.1, 16)[:, np.newaxis]
    rows = adapter.from_joints(joints, observation)
    assert rows.shape == (16, width)
    assert np.allclose(adapter.to_joints(rows, observation), joints, atol=1e-4)
    chunk = adapter.make_chunk(PolicyOutput(rows=rows, gripper=np.ones(16)), observation, HEADER)
    assert chunk.cartesian is is_tool


def test_a_chunk_carries_stamps_joints_and_clipped_gripper(
    adapter: PolicyAdapter, observation: Observation
) -> None:
    chunk = adapter.make_chunk(output(np.zeros((16, 4))), observation, HEADER)
    assert (chunk.epoch, chunk.sequence, chunk.last) == (2, 3, False)
    assert chunk.observed_ns == STAMP
    lead_ns = round(adapter.profile.action.lead_s * 1e9)
    assert chunk.first_ns == STAMP - lead_ns
    assert chunk.position_rad.shape == (17, 6)
    np.testing.assert_array_equal(chunk.position_rad[0], observation.joints.position)
    assert np.allclose(chunk.position_rad, observation.joints.position, atol=1e-4)
    assert (chunk.gripper == 1.0).all()
    assert (chunk.confidence, chunk.done_probability) == (0.6, 0.3)
    assert (chunk.grounded_probability, chunk.gaze) == (0.9, (GAZE,))


def test_the_plan_ends_before_the_first_pose_out_of_reach(
    adapter: PolicyAdapter, observation: Observation
) -> None:
    rows = np.zeros((16, 4))
    rows[5:, 0] = 5.0
    chunk = adapter.make_chunk(output(rows), observation, HEADER)
    assert chunk.position_rad.shape == (6, 6)  # Where the arm is, and the five poses.
    assert chunk.gripper.shape == (6,)


def test_nothing_in_reach_is_an_error(adapter: PolicyAdapter, observation: Observation) -> None:
    with pytest.raises(UnreachableError, match="out of reach"):
        adapter.make_chunk(output(np.full((16, 4), 5.0)), observation, HEADER)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_not_finite_is_refused(
    bad: float, adapter: PolicyAdapter, observation: Observation
) -> None:
    rows = np.zeros((16, 4))
    rows[3, 2] = bad
    with pytest.raises(PolicyError, match="'tabletop' answered numbers that are not finite"):
        adapter.make_chunk(output(rows), observation, HEADER)
    wrong = replace(output(np.zeros((16, 4))), gripper=np.full(16, bad))
    with pytest.raises(PolicyError, match="not finite"):
        adapter.make_chunk(wrong, observation, HEADER)


def test_an_answer_of_another_size_is_named(
    adapter: PolicyAdapter, observation: Observation
) -> None:
    with pytest.raises(PolicyError, match=r"shape \(8, 4\), wanted \(16, 4\)"):
        adapter.make_chunk(output(np.zeros((8, 4))), observation, HEADER)


def test_an_unknown_state_key_is_named(profile: PolicyProfile, robot: RobotProfile) -> None:
    wrong = profile.model_copy(update={"state": ("tool_x", "joint9")})
    with pytest.raises(ConfigError, match="state = joint9: robot 'sim_arm' cannot give this"):
        PolicyAdapter(wrong, robot)


def test_the_gripper_is_read_as_the_profile_says(
    profile: PolicyProfile, robot: RobotProfile, observation: Observation
) -> None:
    form = GripperForm(closed=1.0, open=-1.0, binary=True)
    action = profile.action.model_copy(update={"gripper": form})
    adapter = PolicyAdapter(profile.model_copy(update={"action": action}), robot)
    said = replace(output(np.zeros((16, 4))), gripper=np.linspace(-1.0, 1.0, 16))
    chunk = adapter.make_chunk(said, observation, HEADER)
    assert chunk.gripper.tolist() == [1.0] * 9 + [0.0] * 8  # Row 0 is said twice.


def test_the_adapter_says_why_a_plan_is_short(
    adapter: PolicyAdapter, observation: Observation
) -> None:
    rows = np.zeros((16, 4))
    adapter.to_joints(rows, observation)
    assert adapter.shortfall == ""
    rows[5:, 0] = 5.0
    adapter.to_joints(rows, observation)
    assert adapter.shortfall.startswith("row 5: tool position (5.400, 0.000, 0.220) m is out of")
