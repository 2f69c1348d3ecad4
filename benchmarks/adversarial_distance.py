# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How far an arm is from itself and from what stands around it, measured without the gate.

Exact distances between the shapes of the URDF, as it gives them: no hulls, no shortcuts.
"""

from dataclasses import dataclass

import coal
import numpy as np
import pinocchio
from adversarial_scene import Array

from vla_ros.resources import urdf_path
from vla_ros.robot.profile import RobotProfile

_DEPTH_M = 0.5  # Of the box that stands for the table.


@dataclass(frozen=True, slots=True)
class Nearness:
    """How near the arm is to something.

    Attributes:
        distance_m: Smallest distance [m].
        excess_m: Smallest of each pair's distance less its margin [m].
        pair: The names behind `excess_m`.
    """

    distance_m: float
    excess_m: float
    pair: str


class Distances:
    """Measures one arm; not for two threads at once."""

    def __init__(self, profile: RobotProfile) -> None:
        """Read the shapes of the arm and set up what stands around it."""
        path = str(urdf_path(profile.urdf))
        self._model = pinocchio.buildModelFromUrdf(path)
        self._data = self._model.createData()
        self._shapes = pinocchio.buildGeomFromUrdf(
            self._model, path, pinocchio.GeometryType.COLLISION
        )
        self._q = pinocchio.neutral(self._model)
        self._arm = [self._index(name) for name in profile.joint_names]
        self._open_gripper(profile)
        self._margins: list[float] = []
        self._is_self: list[bool] = []
        self._add_pairs(profile)
        self._results = pinocchio.GeometryData(self._shapes)

    def measure(self, position: Array) -> tuple[Nearness, Nearness]:
        """Return how near the arm is to itself, and to what stands around it."""
        self._q[self._arm] = position
        pinocchio.computeDistances(self._model, self._data, self._shapes, self._results, self._q)
        nearest = [Nearness(np.inf, np.inf, "")] * 2
        for k, result in enumerate(self._results.distanceResults):
            distance, margin, kind = result.min_distance, self._margins[k], not self._is_self[k]
            old = nearest[kind]
            if distance - margin < old.excess_m:
                names = self._names(self._shapes.collisionPairs[k])
                nearest[kind] = Nearness(min(distance, old.distance_m), distance - margin, names)
            elif distance < old.distance_m:
                nearest[kind] = Nearness(distance, old.excess_m, old.pair)
        return nearest[0], nearest[1]

    def _index(self, joint: str) -> int:
        return int(self._model.joints[self._model.getJointId(joint)].idx_q)

    def _open_gripper(self, profile: RobotProfile) -> None:
        """Leave the gripper as wide as it gets."""
        for name in list(self._model.names)[1:]:
            if name not in profile.joint_names:
                index = self._index(name)
                self._q[index] = self._model.upperPositionLimit[index]

    def _add_pairs(self, profile: RobotProfile) -> None:
        count = self._shapes.ngeoms
        objects = list(self._shapes.geometryObjects)
        for i in range(count):
            for j in range(i + 1, count):
                if self._may_touch(objects[i].parentFrame, objects[j].parentFrame):
                    continue
                self._add(i, j, 0.01, own=True)
        for name, lower, upper in self._boxes(profile):
            shape = coal.Box(*(np.array(upper) - np.array(lower)))
            middle = pinocchio.SE3(np.eye(3), (np.array(upper) + np.array(lower)) / 2.0)
            box = self._shapes.addGeometryObject(
                pinocchio.GeometryObject(name, 0, 0, middle, shape)
            )
            for i in range(count):
                if objects[i].parentJoint > 0:
                    self._add(i, box, 0.02, own=False)

    def _add(self, i: int, j: int, margin_m: float, *, own: bool) -> None:
        self._shapes.addCollisionPair(pinocchio.CollisionPair(i, j))
        self._margins.append(margin_m)
        self._is_self.append(own)

    def _boxes(self, profile: RobotProfile) -> list[tuple[str, Array, Array]]:
        table = ("table", np.array((-2.0, -2.0, -_DEPTH_M)), np.array((2.0, 2.0, 0.0)))
        boxes = [(b.name, np.array(b.lower_m), np.array(b.upper_m)) for b in profile.keep_out]
        return [table, *boxes]

    def _may_touch(self, first: int, second: int) -> bool:
        """Say whether two links share a joint."""
        a, b = (self._model.frames[frame].parentJoint for frame in (first, second))
        return a == b or self._model.parents[max(a, b)] == min(a, b)

    def _names(self, pair: pinocchio.CollisionPair) -> str:
        objects = self._shapes.geometryObjects
        return f"{objects[pair.first].name} and {objects[pair.second].name}"
