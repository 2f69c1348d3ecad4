# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Lower bounds of distances: what has been far away cannot be near after a small motion.

A revolute joint that turns by an angle moves no point behind it further than the angle times the
point's distance from the joint, and that distance has a largest value whatever the posture. So the
distances measured once bound those of all postures nearby, at a fraction of the cost.
"""

from collections.abc import Sequence

import numpy as np
import pinocchio

from vla_ros.gate.limits import Vector
from vla_ros.gate.pairs import Pairs, Shape
from vla_ros.types import FloatArray

_ROUNDING_M = 1e-5  # More than two measurements of the same distance differ.


class DistanceBounds:
    """Lower bounds of the distances of pairs of shapes. Not safe for use from two threads."""

    def __init__(self, model: pinocchio.Model, joint_names: Sequence[str], pairs: Pairs) -> None:
        """Prepare; nothing is far away before the first `measure`.

        Args:
            model: Kinematic model of the arm.
            joint_names: The order of joint positions.
            pairs: Whose distances are meant.
        """
        self._pairs = pairs
        self._reach = reaches(model, joint_names, pairs)
        self._q = np.zeros(len(joint_names))
        self.forget()

    def forget(self) -> None:
        """Know nothing any more, since something moved that does not move with the arm."""
        self._distance = np.full(self._reach.shape[1], -np.inf)

    def measure(self, q: Vector, model: pinocchio.Model, data: pinocchio.Data) -> None:
        """Measure all distances where forward kinematics put the arm: at `q` [rad]."""
        self._q = np.array(q)
        self._distance = np.array(self._pairs.distances(model, data)) - _ROUNDING_M

    def least(self, places: Sequence[Vector]) -> FloatArray:
        """Return what each pair's distance [m] is not below at any of some places.

        Args:
            places: Joint positions [rad].

        Returns:
            Shape (K,), in the order of the pairs. NaN if a place is no number.
        """
        moved = np.abs(np.array(places) - self._q)
        least: FloatArray = self._distance - (moved @ self._reach).max(axis=0)
        return least


def reaches(model: pinocchio.Model, joint_names: Sequence[str], pairs: Pairs) -> FloatArray:
    """Return by how much each pair may come nearer per motion of each joint.

    Returns:
        Shape (J, K) [m/rad]; infinite for joints that are not revolute.
    """
    joints = [model.getJointId(name) for name in joint_names]
    table = np.zeros((len(joints), len(pairs)))
    for k, (first, second) in enumerate(pairs.shapes()):
        levers = (_levers(model, first), _levers(model, second))
        for row, joint in enumerate(joints):
            if all(joint in lever for lever in levers):
                continue  # It moves both alike.
            table[row, k] = sum(lever.get(joint, 0.0) for lever in levers)
    return table


def _levers(model: pinocchio.Model, shape: Shape) -> dict[int, float]:
    """Return the joints that move a shape, and how far from each a point of it can be at most."""
    shape.shape.computeLocalAABB()
    middle = shape.placement.act(shape.shape.aabb_center)
    far_m = float(np.linalg.norm(middle)) + float(shape.shape.aabb_radius)
    levers, joint = {}, shape.joint
    while joint > 0:
        if not model.joints[joint].shortname().startswith("JointModelR"):
            far_m = np.inf
        levers[joint] = far_m
        far_m += float(np.linalg.norm(model.jointPlacements[joint].translation))
        joint = model.parents[joint]
    return levers
