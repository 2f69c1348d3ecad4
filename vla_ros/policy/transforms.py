# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""From what was measured to what a policy is given, and from its rows to joint positions.

Rows go through a list of transforms (`rows.py`); each has its inverse beside it, so that
demonstrations in joint positions can be written in any action space.
"""

from dataclasses import dataclass

import numpy as np

from vla_ros.errors import ConfigError, PolicyError
from vla_ros.policy.rows import Anchor, EefPose, make_row_transforms
from vla_ros.policy.spec import PolicyProfile
from vla_ros.policy.state import GRIPPER_KEY, TOOL_KEYS, StateReader
from vla_ros.robot.kinematics import make_kinematics
from vla_ros.robot.profile import RobotProfile
from vla_ros.types import ActionChunk, FloatArray, Observation, PolicyOutput


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
        self._transforms = make_row_transforms(profile.action, robot, self._kinematics)
        self._state = StateReader(profile, robot.joint_names)
        _check_state_keys(profile, robot)
        _check_width(profile, robot)

    def anchor(self, observation: Observation) -> Anchor:
        """Return the measured pose that relative rows start from."""
        joints = observation.joints.position
        position, rotation = self._kinematics.forward(joints)
        return Anchor(joints=joints, position_m=position, rotation=rotation)

    def state(self, observation: Observation) -> FloatArray:
        """Return the measured numbers that the profile lists under `state`. Shape (S,)."""
        return self._state.read(self.anchor(observation), observation.gripper)

    @property
    def shortfall(self) -> str:
        """Why the last `to_joints` kept only the first rows; empty if it kept all."""
        last = self._transforms[-1] if self._transforms else None
        return last.shortfall if isinstance(last, EefPose) else ""

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
        opening = self.profile.action.gripper.opening_of(output.gripper[: len(positions)])
        gripper = np.clip(opening, 0.0, 1.0)
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
            joining=self.profile.joining,
            hop_ms=hop_ms,
        )


def _check_state_keys(profile: PolicyProfile, robot: RobotProfile) -> None:
    known = (*TOOL_KEYS, *robot.joint_names, GRIPPER_KEY)
    unknown = [key for key in profile.state if key not in known]
    if unknown:
        raise ConfigError(
            f"config/policies/{profile.name}.yaml: state = {', '.join(unknown)}: robot "
            f"'{robot.name}' cannot give this. Known: {', '.join(known)}"
        )


def _check_width(profile: PolicyProfile, robot: RobotProfile) -> None:
    if not profile.action.space.is_cartesian and profile.action_width != len(robot.joints):
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
