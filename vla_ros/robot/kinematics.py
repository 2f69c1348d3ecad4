# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Where the tool is for given joint positions, and the joint positions for a given tool pose."""

import math
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pinocchio
from numpy.typing import ArrayLike

from vla_ros.errors import ConfigError, UnreachableError
from vla_ros.robot.profile import RobotProfile
from vla_ros.robot.urdf import bounded_urdf
from vla_ros.types import FloatArray

_ITERATIONS = 60
_SOLVED = 1e-5  # |error| in [m] and [rad] together; far below what the arm can repeat.
_POSITION_TOLERANCE_M = 1e-3
_ROTATION_TOLERANCE_RAD = 5e-3
_STEP_RAD = 0.3  # Per iteration, so that no step leaves the range where the Jacobian holds.


class Kinematics:
    """Forward and inverse kinematics of an arm from its URDF.

    Poses are of the tool frame in the base frame: position [m], shape (3,), and rotation
    matrix, shape (3, 3). Joint positions `q` [rad] have shape (J,), in the order of
    `joint_names`. Not safe for use from two threads at once.
    """

    def __init__(
        self,
        urdf: Path,
        joint_names: Iterable[str],
        tool_frame: str,
        *,
        base_frame: str | None = None,
        lower_rad: ArrayLike | None = None,
        upper_rad: ArrayLike | None = None,
    ) -> None:
        """Load the URDF; joints that are not in `joint_names` stay at zero.

        Args:
            urdf: Path of the URDF.
            joint_names: The arm joints.
            tool_frame: Link or fixed frame whose pose is meant.
            base_frame: Link the poses are given in; the root of the URDF if None.
            lower_rad: Smallest positions [rad], shape (J,); the URDF's if None.
            upper_rad: Largest positions [rad], shape (J,); the URDF's if None.

        Raises:
            ConfigError: The URDF cannot be read or lacks a joint or frame.
        """
        self.joint_names = tuple(joint_names)
        model = _reduced_model(urdf, self.joint_names)
        self._model = model
        self._data = model.createData()
        self._order = np.array([model.joints[model.getJointId(n)].idx_q for n in self.joint_names])
        self._tool = _frame_id(model, urdf, tool_frame)
        self._X_WB = self._fixed_base(urdf, base_frame)
        self._at_root = self._X_WB.isIdentity()
        self._q, self._v = np.zeros(model.nq), np.zeros(model.nv)
        # Then joints and axes are pinocchio's own, and a Jacobian costs a third.
        self._is_plain = self._X_WB.rotation.trace() == 3.0 and bool(
            (self._order == np.arange(len(self.joint_names))).all()
        )
        self.lower_rad = self._limit(lower_rad, model.lowerPositionLimit)
        self.upper_rad = self._limit(upper_rad, model.upperPositionLimit)

    def forward(self, q: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return position [m] (3,) and rotation (3, 3) of the tool frame in the base frame."""
        pose = self._X_WB.actInv(self._placement(self._ordered(q)))
        return pose.translation.copy(), pose.rotation.copy()

    def tool_position(self, q: Sequence[float]) -> tuple[float, float, float]:
        """Return the position of the tool frame [m] as `forward` does, but cheaper."""
        self._q[self._order] = q
        placed = self._placement(self._q)
        x, y, z = (
            placed.translation if self._at_root else self._X_WB.actInv(placed).translation
        ).tolist()
        return x, y, z

    def tool_speed(self, q: Sequence[float], velocity: Sequence[float]) -> float:
        """Return the speed of the tool frame [m/s] at joint velocities [rad/s], length J."""
        self._q[self._order], self._v[self._order] = q, velocity
        pinocchio.forwardKinematics(self._model, self._data, self._q, self._v)
        moved = pinocchio.getFrameVelocity(
            self._model, self._data, self._tool, pinocchio.ReferenceFrame.LOCAL
        )
        return math.hypot(*moved.linear.tolist())

    def jacobian(self, q: FloatArray) -> FloatArray:
        """Return d(linear, angular velocity of the tool in the base frame)/dq, shape (6, J)."""
        world = pinocchio.computeFrameJacobian(
            self._model,
            self._data,
            self._ordered(q),
            self._tool,
            pinocchio.ReferenceFrame.LOCAL_WORLD_ALIGNED,
        )
        if self._is_plain:
            return world  # type: ignore[no-any-return]
        turn = self._X_WB.rotation.T
        jacobian = np.vstack((turn @ world[:3], turn @ world[3:]))
        return np.ascontiguousarray(jacobian[:, self._order])

    def inverse(
        self,
        position: ArrayLike,
        rotation: ArrayLike,
        seed: FloatArray,
        *,
        swing_rad: float | FloatArray = 1.0,
    ) -> FloatArray:
        """Return the joint positions near `seed` that bring the tool to a pose.

        Damped least squares from the seed, within the joint limits.

        Args:
            position: Wanted position in the base frame [m], shape (3,).
            rotation: Wanted rotation matrix in the base frame, shape (3, 3).
            seed: Where the arm is [rad], shape (J,).
            swing_rad: Largest change from the seed [rad], of any joint or of each, shape (J,).

        Raises:
            UnreachableError: No such joint positions; the message names the residual.
        """
        start = self._ordered(seed)
        target = self._target(position, rotation)
        q, error = self._solve(target, start)
        if not (
            np.linalg.norm(error[:3]) <= _POSITION_TOLERANCE_M
            and np.linalg.norm(error[3:]) <= _ROTATION_TOLERANCE_RAD
        ):
            raise UnreachableError(self._residual(position, error, q))
        change = np.abs(q - start)[self._order]
        if not (change <= swing_rad).all():
            limit = np.broadcast_to(swing_rad, change.shape)
            j = int(np.argmax(change / limit))
            raise UnreachableError(
                f"tool position {_text(position)} m needs {self.joint_names[j]} to turn by "
                f"{change[j]:.2f} rad, limit {limit[j]:.2f} rad: that would be a swing"
            )
        found: FloatArray = q[self._order]
        return found

    def _solve(self, target: pinocchio.SE3, start: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the best joint positions and the tool's error there, in pinocchio's order."""
        lower, upper = self._to_model(self.lower_rad), self._to_model(self.upper_rad)
        q = np.clip(start, lower, upper)
        error = self._error(target, q)
        size, damping = float(error @ error), 1e-4
        for _ in range(_ITERATIONS):
            if size <= _SOLVED**2:
                break
            trial = np.clip(q + self._step(q, error, damping), lower, upper)
            trial_error = self._error(target, trial)
            trial_size = float(trial_error @ trial_error)
            if trial_size < size:
                q, error, size = trial, trial_error, trial_size
                damping = max(damping * 0.1, 1e-8)
            else:
                damping = min(damping * 10.0, 1e2)
        return q, error

    def _step(self, q: FloatArray, error: FloatArray, damping: float) -> FloatArray:
        jacobian = pinocchio.computeFrameJacobian(
            self._model, self._data, q, self._tool, pinocchio.ReferenceFrame.LOCAL
        )
        square = jacobian @ jacobian.T
        square.flat[::7] += damping
        step: FloatArray = jacobian.T @ np.linalg.solve(square, error)
        largest = float(np.abs(step).max())
        return step * (_STEP_RAD / largest) if largest > _STEP_RAD else step

    def _error(self, target: pinocchio.SE3, q: FloatArray) -> FloatArray:
        """Return the twist from the tool to the target in the tool frame, shape (6,)."""
        error: FloatArray = pinocchio.log6(self._placement(q).actInv(target)).vector
        return error

    def _placement(self, q: FloatArray) -> pinocchio.SE3:
        pinocchio.forwardKinematics(self._model, self._data, q)
        return pinocchio.updateFramePlacement(self._model, self._data, self._tool)

    def _target(self, position: ArrayLike, rotation: ArrayLike) -> pinocchio.SE3:
        p, turn = np.asarray(position, dtype=float), np.asarray(rotation, dtype=float)
        if not (np.isfinite(p).all() and np.isfinite(turn).all()):
            raise UnreachableError(
                f"tool position {_text(position)} m or its rotation is not finite"
            )
        return self._X_WB * pinocchio.SE3(turn, p)

    def _residual(self, position: ArrayLike, error: FloatArray, q: FloatArray) -> str:
        found = zip(self.joint_names, q[self._order], self.lower_rad, self.upper_rad, strict=True)
        at_limit = [
            f"{name} ({'lower' if value <= lower else 'upper'}, {value:.2f} rad)"
            for name, value, lower, upper in found
            if not lower < value < upper
        ]
        which = f"at its limit: {', '.join(at_limit)}" if at_limit else "no joint is at a limit"
        return (
            f"tool position {_text(position)} m is out of reach: closest is "
            f"{1e3 * np.linalg.norm(error[:3]):.1f} mm and "
            f"{np.linalg.norm(error[3:]):.3f} rad away; {which}"
        )

    def _ordered(self, q: FloatArray) -> FloatArray:
        """Return `q` in pinocchio's order."""
        if np.shape(q) != (len(self.joint_names),):
            raise ValueError(f"q has shape {np.shape(q)}, wanted ({len(self.joint_names)},)")
        return self._to_model(q)

    def _to_model(self, values: FloatArray) -> FloatArray:
        model_order = np.empty(len(self.joint_names))
        model_order[self._order] = values
        return model_order

    def _limit(self, given: ArrayLike | None, of_urdf: FloatArray) -> FloatArray:
        limit = of_urdf[self._order] if given is None else np.array(given, dtype=float)
        if limit.shape != (len(self.joint_names),):
            raise ValueError(f"limit has shape {limit.shape}, wanted ({len(self.joint_names)},)")
        limit.setflags(write=False)
        return limit

    def _fixed_base(self, urdf: Path, base_frame: str | None) -> pinocchio.SE3:
        if base_frame is None:
            return pinocchio.SE3.Identity()
        frame = _frame_id(self._model, urdf, base_frame)
        if self._model.frames[frame].parentJoint != 0:
            raise ConfigError(f"{urdf}: base frame '{base_frame}' moves with a joint of the arm")
        pinocchio.forwardKinematics(self._model, self._data, pinocchio.neutral(self._model))
        placement = pinocchio.updateFramePlacement(self._model, self._data, frame)
        return pinocchio.SE3(placement)


def make_kinematics(profile: RobotProfile) -> Kinematics:
    """Return the kinematics of a robot, within its position limits less the margin.

    Raises:
        ConfigError: The URDF cannot be read or does not fit the profile.
    """
    margin = profile.position_margin_rad
    return Kinematics(
        profile.urdf_file(),
        profile.joint_names,
        profile.tool_frame,
        base_frame=profile.base_frame,
        lower_rad=[joint.lower_rad + margin for joint in profile.joints],
        upper_rad=[joint.upper_rad - margin for joint in profile.joints],
    )


def _reduced_model(urdf: Path, joint_names: tuple[str, ...]) -> pinocchio.Model:
    """Load a URDF and fix every joint but the arm's."""
    try:
        model = pinocchio.buildModelFromXML(bounded_urdf(urdf, joint_names))
    except (ValueError, RuntimeError) as e:
        raise ConfigError(f"{urdf}: is not a URDF that can be read: {e}") from e
    known = list(model.names)[1:]
    for name in joint_names:
        if name not in known:
            raise ConfigError(f"{urdf}: has no joint '{name}'. It has: {', '.join(known)}")
    others = [model.getJointId(name) for name in known if name not in joint_names]
    reduced = pinocchio.buildReducedModel(model, others, pinocchio.neutral(model))
    if reduced.nq != len(joint_names):
        raise ConfigError(f"{urdf}: a joint without limits (continuous) is not supported")
    return reduced


def _frame_id(model: pinocchio.Model, urdf: Path, name: str) -> int:
    if not model.existFrame(name):
        raise ConfigError(f"{urdf}: has no frame '{name}'")
    return int(model.getFrameId(name))


def _text(vector: ArrayLike) -> str:
    return "(" + ", ".join(f"{x:.3f}" for x in np.asarray(vector, dtype=float)) + ")"
