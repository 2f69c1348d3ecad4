# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Joint positions for one tool pose after the other, without a swing in between.

Each pose is solved exactly where that takes no joint further than it may go in one row. Where it
would (through a singularity, at the edge of the workspace), the arm goes to the closest pose that
it can get to: a little off the path, which it meets again behind the singularity. Where even that
is too far away, the path ends, with a reason.
"""

import math
from collections.abc import Iterable

import numpy as np
import pinocchio

from vla_ros.errors import UnreachableError
from vla_ros.robot.kinematics import Kinematics
from vla_ros.types import FloatArray

LAG_M = 0.005  # How far the tool may be from a pose that takes more than a row's motion.
LAG_RAD = 0.1
_ITERATIONS = 40
_SETTLED = 1e-10  # Change of a squared error that is none.
_WEIGHTS = np.array([1.0, 1.0, 1.0, 0.05, 0.05, 0.05])  # LAG_RAD counts as much as LAG_M.
_NULL_DAMPING = 1e-6
_POSTURE_SHARE = 0.5  # Of the way to the posture in one row; less than what would overshoot.
_POSTURE_NEAR_RAD = 1e-4


class PathFollower:
    """Follows tool poses with an arm. Not safe for use from two threads at once.

    Args:
        kinematics: Of the arm; its limits are kept.
        bound_rad: Furthest that each joint may turn from one row to the next. Shape (J,).
        drift_rad: Furthest that each joint of a redundant arm may turn for the posture's sake
            from one row to the next, while the tool keeps its pose. Shape (J,).
        start_rad: Furthest that any joint may turn to the first row, where that cannot be had
            with less: whether the arm may begin there, the gate judges. None: as the others.
    """

    def __init__(
        self,
        kinematics: Kinematics,
        bound_rad: FloatArray,
        drift_rad: FloatArray,
        *,
        start_rad: float | None = None,
    ) -> None:
        self._kinematics = kinematics
        self._bound_rad = bound_rad
        self._drift_rad = drift_rad
        self._start_rad = start_rad
        self._is_redundant = len(kinematics.joint_names) > len(_WEIGHTS)

    def follow(
        self,
        poses: Iterable[tuple[FloatArray, FloatArray]],
        seed: FloatArray,
        posture: FloatArray,
    ) -> tuple[FloatArray, str]:
        """Return the joint positions of the poses before the first one out of reach.

        Args:
            poses: Position [m], shape (3,), and rotation matrix, in the base frame.
            seed: Where the arm is [rad], shape (J,).
            posture: Where the elbow of a redundant arm shall drift to [rad], shape (J,).

        Returns:
            Joint positions [rad], shape (n, J), and why there are no more; empty if all are there.

        Raises:
            UnreachableError: The first pose is out of reach already; the message has numbers.
        """
        solved: list[FloatArray] = []
        for k, (position, rotation) in enumerate(poses):
            try:
                seed = self._next(position, rotation, seed, posture)
            except UnreachableError as e:
                if solved:
                    return np.array(solved), f"row {k}: {e}"
                if self._start_rad is None:
                    raise
                seed = self._kinematics.inverse(
                    position, rotation, seed, swing_rad=self._start_rad
                )
            solved.append(seed)
        return np.array(solved), ""

    def _next(
        self, position: FloatArray, rotation: FloatArray, seed: FloatArray, posture: FloatArray
    ) -> FloatArray:
        try:
            q = self._kinematics.inverse(position, rotation, seed, swing_rad=self._bound_rad)
        except UnreachableError as e:
            return self._closest(position, rotation, seed, e)
        if self._is_redundant:
            return self._drifted(position, rotation, q, seed, posture)
        return q

    def _closest(
        self, position: FloatArray, rotation: FloatArray, seed: FloatArray, why: UnreachableError
    ) -> FloatArray:
        """Return the joint positions within the bound whose pose is closest.

        Raises:
            UnreachableError: It is too far away; `why` the exact one is out of reach.
        """
        if not (np.isfinite(position).all() and np.isfinite(rotation).all()):
            raise why
        arm = self._kinematics
        lower = np.maximum(arm.lower_rad, seed - self._bound_rad)
        upper = np.minimum(arm.upper_rad, seed + self._bound_rad)
        if not (lower <= upper).all():  # The arm is outside of its limits, further than a row.
            raise why
        q = self._settle(position, rotation, np.clip(seed, lower, upper), lower, upper)
        error = self._error(position, rotation, q)
        away_m, away_rad = math.hypot(*error[:3]), math.hypot(*error[3:])
        if away_m <= LAG_M and away_rad <= LAG_RAD:
            return q
        raise UnreachableError(
            f"{why}; the closest that one row of motion gets to is {1e3 * away_m:.1f} mm and "
            f"{away_rad:.3f} rad away, limits {1e3 * LAG_M:.0f} mm and {LAG_RAD:.1f} rad"
        ) from why

    def _settle(
        self,
        position: FloatArray,
        rotation: FloatArray,
        q: FloatArray,
        lower: FloatArray,
        upper: FloatArray,
    ) -> FloatArray:
        """Return where damped least squares within a box come to rest."""
        error = _WEIGHTS * self._error(position, rotation, q)
        size, damping = float(error @ error), 1e-3
        for _ in range(_ITERATIONS):
            jacobian = _WEIGHTS[:, None] * self._kinematics.jacobian(q)
            pull = jacobian.T @ error
            # A joint that is pulled against its bound stays there and leaves the rest to others.
            free = ~(((q <= lower) & (pull < 0.0)) | ((q >= upper) & (pull > 0.0)))
            if not free.any():
                break
            part = jacobian[:, free]
            square = part @ part.T
            square.flat[::7] += damping
            trial = q.copy()
            trial[free] += part.T @ np.linalg.solve(square, error)
            trial = np.clip(trial, lower, upper)
            trial_error = _WEIGHTS * self._error(position, rotation, trial)
            gained = size - float(trial_error @ trial_error)
            if not gained > 0.0:
                damping *= 10.0
                if damping > 1.0:
                    break
                continue
            q, error, size, damping = trial, trial_error, size - gained, damping * 0.3
            if gained < _SETTLED:
                break
        return q

    def _drifted(
        self,
        position: FloatArray,
        rotation: FloatArray,
        q: FloatArray,
        seed: FloatArray,
        posture: FloatArray,
    ) -> FloatArray:
        """Return joint positions a little closer to the posture, for the same pose."""
        jacobian = self._kinematics.jacobian(q)
        square = jacobian @ jacobian.T
        square.flat[::7] += _NULL_DAMPING
        away = posture - q
        drift = away - jacobian.T @ np.linalg.solve(square, jacobian @ away)
        if not np.abs(drift).max() > _POSTURE_NEAR_RAD:
            return q
        share = min(_POSTURE_SHARE, float((self._drift_rad / np.abs(drift).clip(1e-12)).min()))
        try:
            found = self._kinematics.inverse(
                position, rotation, q + share * drift, swing_rad=self._bound_rad
            )
        except UnreachableError:
            return q
        return found if (np.abs(found - seed) <= self._bound_rad).all() else q

    def _error(self, position: FloatArray, rotation: FloatArray, q: FloatArray) -> FloatArray:
        """Return the way [m] and the turn [rad] to a pose in the base frame. Shape (6,)."""
        p, r = self._kinematics.forward(q)
        return np.concatenate((position - p, pinocchio.log3(rotation @ r.T)))
