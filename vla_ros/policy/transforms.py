# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""From what was measured to what a policy is given, and from its rows to joint positions.

Rows go through a list of transforms; each has its inverse beside it, so that demonstrations in
joint positions can be written in any action space.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from vla_ros.errors import ConfigError, PolicyError, UnreachableError
from vla_ros.policy.rotation import from_matrix, to_matrix, turn_between, turn_by, yaw_of
from vla_ros.policy.spec import ActionSpace, ActionSpec, PolicyProfile, RotationForm
from vla_ros.robot.kinematics import Kinematics, make_kinematics
from vla_ros.robot.profile import RobotProfile
from vla_ros.types import ActionChunk, FloatArray, Observation, PolicyOutput

TOOL_KEYS = ("tool_x", "tool_y", "tool_z", "tool_sin_yaw", "tool_cos_yaw")
GRIPPER_KEY = "gripper"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Anchor:
    """Where the arm was when the observation was taken.

    Attributes:
        joints: Measured joint positions [rad]. Shape (J,).
        position_m: Tool frame in the base frame [m]. Shape (3,).
        rotation: Tool frame in the base frame. Shape (3, 3).
    """

    joints: FloatArray
    position_m: FloatArray
    rotation: FloatArray


class RowTransform(Protocol):
    """One step between a policy's rows and joint positions. Not thread-safe."""

    def forward(self, rows: FloatArray, anchor: Anchor) -> FloatArray:
        """Return rows one step closer to joint positions; may keep only the first rows."""

    def inverse(self, rows: FloatArray, anchor: Anchor) -> FloatArray:
        """Undo `forward`."""


class JointDelta:
    """Joint positions relative to the measured ones [rad], shape (T, J)."""

    def forward(self, rows: FloatArray, anchor: Anchor) -> FloatArray:
        """Return absolute joint positions [rad], shape (T, J)."""
        return rows + anchor.joints

    def inverse(self, rows: FloatArray, anchor: Anchor) -> FloatArray:
        """Return joint positions relative to the measured ones [rad], shape (T, J)."""
        return rows - anchor.joints


class EefDelta:
    """Tool poses relative to the measured one, in the base frame [m, rad]. Shape (T, 3 + R)."""

    def __init__(self, form: RotationForm) -> None:
        self._form = form

    def forward(self, rows: FloatArray, anchor: Anchor) -> FloatArray:
        """Return absolute tool poses in the base frame, same form."""
        turns = [turn_by(self._form, anchor.rotation, row[3:]) for row in rows]
        return np.column_stack((rows[:, :3] + anchor.position_m, np.array(turns)))

    def inverse(self, rows: FloatArray, anchor: Anchor) -> FloatArray:
        """Return tool poses relative to the measured one, same form."""
        turns = [turn_between(self._form, anchor.rotation, row[3:]) for row in rows]
        return np.column_stack((rows[:, :3] - anchor.position_m, np.array(turns)))


class EefPose:
    """Absolute tool poses in the base frame. Shape (T, 3 + R)."""

    def __init__(self, form: RotationForm, kinematics: Kinematics) -> None:
        self._form = form
        self._kinematics = kinematics

    def forward(self, rows: FloatArray, anchor: Anchor) -> FloatArray:
        """Return joint positions [rad], shape (n, J): the rows before the first unreachable one.

        Raises:
            UnreachableError: Row 0 is out of reach already.
        """
        solved: list[FloatArray] = []
        seed = anchor.joints
        for row in rows:
            try:
                seed = self._kinematics.inverse(row[:3], to_matrix(self._form, row[3:]), seed)
            except UnreachableError:
                if not solved:
                    raise
                break
            solved.append(seed)
        return np.array(solved)

    def inverse(self, rows: FloatArray, anchor: Anchor) -> FloatArray:  # noqa: ARG002
        """Return the tool poses of joint positions [rad] (T, J)."""
        return np.array([self._pose(q) for q in rows])

    def _pose(self, q: FloatArray) -> FloatArray:
        position, rotation = self._kinematics.forward(q)
        return np.concatenate((position, from_matrix(self._form, rotation)))


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkHeader:
    """Who a chunk belongs to; see `ActionChunk`."""

    goal_id: str
    session: int
    epoch: int
    sequence: int


class PolicyAdapter:
    """Fits one policy to one robot. Not thread-safe."""

    def __init__(self, profile: PolicyProfile, robot: RobotProfile) -> None:
        """Build the transforms.

        Raises:
            ConfigError: The policy's state keys or row width do not fit the robot.
        """
        self.profile = profile
        self._joint_names = robot.joint_names
        self._kinematics = make_kinematics(robot)
        self._transforms = _make_transforms(profile.action, self._kinematics)
        self._state_keys = profile.state
        _check_state_keys(profile, robot)
        _check_width(profile, robot)

    def anchor(self, observation: Observation) -> Anchor:
        """Return the measured pose that relative rows start from."""
        joints = observation.joints.position
        position, rotation = self._kinematics.forward(joints)
        return Anchor(joints=joints, position_m=position, rotation=rotation)

    def state(self, observation: Observation) -> FloatArray:
        """Return the measured numbers that the profile lists under `state`. Shape (S,)."""
        anchor = self.anchor(observation)
        yaw = yaw_of(anchor.rotation)
        tool = (*anchor.position_m, np.sin(yaw), np.cos(yaw))
        known = dict(zip(TOOL_KEYS, tool, strict=True))
        known |= dict(zip(self._joint_names, anchor.joints, strict=True))
        known[GRIPPER_KEY] = observation.gripper
        return np.array([known[key] for key in self._state_keys])

    def to_joints(self, rows: FloatArray, observation: Observation) -> FloatArray:
        """Return rows of the policy as joint positions [rad], shape (n, J).

        n is smaller than the number of rows when the arm cannot reach all: the plan ends
        before the first pose out of reach.

        Raises:
            UnreachableError: The arm cannot even reach row 0.
        """
        anchor = self.anchor(observation)
        for transform in self._transforms:
            rows = transform.forward(rows, anchor)
        return rows

    def from_joints(self, positions: FloatArray, observation: Observation) -> FloatArray:
        """Return joint positions [rad] (T, J) as rows of the policy; undoes `to_joints`."""
        anchor = self.anchor(observation)
        for transform in reversed(self._transforms):
            positions = transform.inverse(positions, anchor)
        return positions

    def make_chunk(
        self,
        output: PolicyOutput,
        observation: Observation,
        header: ChunkHeader,
        *,
        hop_ms: tuple[tuple[str, float], ...] = (),
    ) -> ActionChunk:
        """Return the chunk that carries out a policy's answer.

        Row 0 is where the observation saw the arm, row k where the tool shall be k steps later.
        Each is due `lead_s` before that, because an arm follows its commands late. Row 0 is
        there for plans that are slowed down: the way from it to row 1 is slowed down as well.

        Args:
            output: The answer.
            observation: What it answers.
            header: Who the chunk belongs to.
            hop_ms: Time spent per hop so far [ms].

        Raises:
            PolicyError: The answer has another size than the profile says, or is not finite.
            UnreachableError: The arm cannot reach row 0.
        """
        _check_output(output, self.profile)
        positions = self.to_joints(output.rows, observation)
        gripper = np.clip(output.gripper[: len(positions)], 0.0, 1.0)
        return ActionChunk(
            goal_id=header.goal_id,
            session=header.session,
            epoch=header.epoch,
            sequence=header.sequence,
            last=False,
            observed_ns=observation.stamp_ns,
            first_ns=observation.stamp_ns - round(self.profile.action.lead_s * 1e9),
            step_ns=round(self.profile.action.step_s * 1e9),
            joint_names=self._joint_names,
            position_rad=np.vstack((observation.joints.position, positions)),
            gripper=np.concatenate((gripper[:1], gripper)),
            confidence=output.confidence,
            progress=output.progress,
            done_probability=output.done_probability,
            grounded_probability=output.grounded_probability,
            gaze=output.gaze,
            camera_frozen=any(observation.frozen),
            cartesian=self.profile.action.space.is_cartesian,
            hop_ms=hop_ms,
        )


def _make_transforms(action: ActionSpec, kinematics: Kinematics) -> tuple[RowTransform, ...]:
    if action.space is ActionSpace.JOINT_POSITION:
        return ()
    if action.space is ActionSpace.JOINT_DELTA:
        return (JointDelta(),)
    if action.rotation is None:
        raise ValueError("an eef_ action space has a rotation form")
    pose = EefPose(action.rotation, kinematics)
    if action.space is ActionSpace.EEF_POSE:
        return (pose,)
    return (EefDelta(action.rotation), pose)


def _check_state_keys(profile: PolicyProfile, robot: RobotProfile) -> None:
    known = (*TOOL_KEYS, *robot.joint_names, GRIPPER_KEY)
    unknown = [key for key in profile.state if key not in known]
    if unknown:
        raise ConfigError(
            f"config/policies/{profile.name}.yaml: state = {', '.join(unknown)}: robot "
            f"'{robot.name}' cannot give this. Known: {', '.join(known)}"
        )


def _check_width(profile: PolicyProfile, robot: RobotProfile) -> None:
    if profile.action.rotation is None and profile.action_width != len(robot.joints):
        raise ConfigError(
            f"config/policies/{profile.name}.yaml: action.rows has {profile.action_width} joints, "
            f"robot '{robot.name}' has {len(robot.joints)}"
        )


def _check_output(output: PolicyOutput, profile: PolicyProfile) -> None:
    wanted = (profile.action.horizon, profile.action_width)
    if output.rows.shape != wanted:
        raise PolicyError(
            f"policy '{profile.name}' answered rows of shape {output.rows.shape}, wanted {wanted}"
            f"; check action.rows and .horizon in config/policies/{profile.name}.yaml"
        )
    if not (np.isfinite(output.rows).all() and np.isfinite(output.gripper).all()):
        raise PolicyError(f"policy '{profile.name}' answered numbers that are not finite")
