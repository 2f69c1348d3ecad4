# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The steps between a policy's rows and joint positions, each with its inverse beside it."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from vla_ros.policy.rotation import from_matrix, to_matrix, turn_between, turn_by
from vla_ros.policy.spec import (
    ActionSpace,
    ActionSpec,
    DeltaFrame,
    DeltaStart,
    Posture,
    RotationForm,
)
from vla_ros.robot.follow import PathFollower
from vla_ros.robot.kinematics import Kinematics
from vla_ros.robot.profile import RobotProfile
from vla_ros.types import FloatArray

_HURRY = 4.0  # A row may ask for this times the operating velocity: the gate slows it down.
_LARGEST_RAD = 1.0  # More than this in one row is a swing, however fast the arm is.
_DRIFT = 0.1  # Share of the operating velocity that the elbow may use for its posture.


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


class Scaled:
    """Numbers that are shares of a largest step, shape (T, D).

    Args:
        scale: The largest steps, in SI units. Length D.
    """

    def __init__(self, scale: tuple[float, ...]) -> None:
        self._scale = np.array(scale)

    def forward(self, rows: FloatArray, anchor: Anchor) -> FloatArray:  # noqa: ARG002
        """Return the rows in SI units."""
        si: FloatArray = rows * self._scale
        return si

    def inverse(self, rows: FloatArray, anchor: Anchor) -> FloatArray:  # noqa: ARG002
        """Return the rows as shares."""
        shares: FloatArray = rows / self._scale
        return shares


class JointDelta:
    """Joint positions relative to others [rad], shape (T, J).

    Args:
        start: To which others.
    """

    def __init__(self, start: DeltaStart = DeltaStart.MEASURED) -> None:
        self._adds_up = start is DeltaStart.PREVIOUS

    def forward(self, rows: FloatArray, anchor: Anchor) -> FloatArray:
        """Return absolute joint positions [rad], shape (T, J)."""
        return (np.cumsum(rows, axis=0) if self._adds_up else rows) + anchor.joints

    def inverse(self, rows: FloatArray, anchor: Anchor) -> FloatArray:
        """Return relative joint positions [rad], shape (T, J)."""
        if self._adds_up:
            return np.diff(rows, axis=0, prepend=anchor.joints[np.newaxis])
        return rows - anchor.joints


class EefDelta:
    """Tool poses relative to others [m, rad]. Shape (T, 3 + R).

    In the base frame a pose (p, R) moved by (d, D) is (p + d, D R), in the tool frame it is
    (p + R d, R D).

    Args:
        form: How rotations are written.
        start: What the poses are relative to.
        frame: Whose axes they are written in.
    """

    def __init__(
        self,
        form: RotationForm,
        start: DeltaStart = DeltaStart.MEASURED,
        frame: DeltaFrame = DeltaFrame.BASE,
    ) -> None:
        self._form = form
        self._adds_up = start is DeltaStart.PREVIOUS
        self._frame = frame

    def forward(self, rows: FloatArray, anchor: Anchor) -> FloatArray:
        """Return absolute tool poses in the base frame, same form."""
        position, rotation = anchor.position_m, anchor.rotation
        poses = np.empty_like(rows)
        for row, pose in zip(rows, poses, strict=True):
            way = rotation @ row[:3] if self._frame is DeltaFrame.TOOL else row[:3]
            pose[:3] = position + way
            pose[3:] = turn_by(self._form, rotation, row[3:], self._frame)
            if self._adds_up:
                position, rotation = pose[:3], to_matrix(self._form, pose[3:])
        return poses

    def inverse(self, rows: FloatArray, anchor: Anchor) -> FloatArray:
        """Return relative tool poses, same form."""
        position, rotation = anchor.position_m, anchor.rotation
        deltas = np.empty_like(rows)
        for pose, delta in zip(rows, deltas, strict=True):
            way = pose[:3] - position
            delta[:3] = rotation.T @ way if self._frame is DeltaFrame.TOOL else way
            delta[3:] = turn_between(self._form, rotation, pose[3:], self._frame)
            if self._adds_up:
                position, rotation = pose[:3], to_matrix(self._form, pose[3:])
        return deltas


class EefPose:
    """Absolute tool poses in the base frame. Shape (T, 3 + R).

    Args:
        form: How rotations are written.
        kinematics: Of the arm.
        follower: Of the same arm.
        posture: Of a redundant arm [rad], shape (J,); what was measured if None.

    Attributes:
        shortfall: Why the last `forward` kept only the first rows; empty if it kept all.
    """

    def __init__(
        self,
        form: RotationForm,
        kinematics: Kinematics,
        follower: PathFollower,
        posture: FloatArray | None,
    ) -> None:
        self._form = form
        self._kinematics = kinematics
        self._follower = follower
        self._posture = posture
        self.shortfall = ""

    def forward(self, rows: FloatArray, anchor: Anchor) -> FloatArray:
        """Return joint positions [rad], shape (n, J): the rows before the first unreachable one.

        Raises:
            UnreachableError: Row 0 is out of reach already.
        """
        poses = ((row[:3], to_matrix(self._form, row[3:])) for row in rows)
        posture = anchor.joints if self._posture is None else self._posture
        solved, self.shortfall = self._follower.follow(poses, anchor.joints, posture)
        return solved

    def inverse(self, rows: FloatArray, anchor: Anchor) -> FloatArray:  # noqa: ARG002
        """Return the tool poses of joint positions [rad] (T, J)."""
        return np.array([self._pose(q) for q in rows])

    def _pose(self, q: FloatArray) -> FloatArray:
        position, rotation = self._kinematics.forward(q)
        return np.concatenate((position, from_matrix(self._form, rotation)))


def make_row_transforms(
    action: ActionSpec, robot: RobotProfile, kinematics: Kinematics
) -> tuple[RowTransform, ...]:
    """Return the steps from a policy's rows to joint positions, the first one first."""
    scaled = () if action.scale is None else (Scaled(action.scale),)
    if action.space is ActionSpace.JOINT_POSITION:
        return ()
    if action.space is ActionSpace.JOINT_DELTA:
        return (*scaled, JointDelta(action.deltas))
    if action.rotation is None:
        raise ValueError("an eef_ action space has a rotation form")
    speed = np.array([joint.operating.velocity_rad_s for joint in robot.joints])
    follower = PathFollower(
        kinematics,
        bound_rad=np.minimum(_HURRY * speed * action.step_s, _LARGEST_RAD),
        drift_rad=_DRIFT * speed * action.step_s,
        start_rad=_LARGEST_RAD,
    )
    posture = np.array(robot.home) if action.posture is Posture.HOME else None
    pose = EefPose(action.rotation, kinematics, follower, posture)
    if action.space is ActionSpace.EEF_POSE:
        return (pose,)
    return (*scaled, EefDelta(action.rotation, action.deltas, action.delta_frame), pose)
