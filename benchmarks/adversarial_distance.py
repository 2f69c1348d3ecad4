# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How far an arm is from itself and from what stands around it, measured without the gate.

Exact distances between the shapes of the URDF, as it gives them: no hulls, no shortcuts.
"""

import os
from dataclasses import dataclass
from pathlib import Path

import coal
import numpy as np
import pinocchio
from adversarial_scene import Array

from vla_ros.gate.state import Obstacle
from vla_ros.robot.parts import CollisionProfile, KeepOutProfile, SceneBoxProfile
from vla_ros.robot.profile import RobotProfile
from vla_ros.robot.urdf import bounded_urdf, read_followers

CUBES = 2
CUBE_M = 0.15  # Edge of the obstacles that a topic reports.
_FAR = pinocchio.SE3(np.eye(3), np.array((0.0, 0.0, 50.0)))


def _folders() -> list[str]:
    """Return where the packages lie that meshes may be in."""
    prefixes = os.environ.get("AMENT_PREFIX_PATH", "").split(os.pathsep)
    return [str(Path(prefix) / "share") for prefix in prefixes if prefix]


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
        if profile.collision == "none":
            raise SystemExit(f"robot '{profile.name}' has no collision model: nothing to measure")
        urdf = bounded_urdf(profile.urdf_file(), profile.joint_names)
        self._model = pinocchio.buildModelFromXML(urdf)
        self._data = self._model.createData()
        self._shapes = pinocchio.buildGeomFromUrdfString(
            self._model, urdf, pinocchio.GeometryType.COLLISION, package_dirs=_folders()
        )
        for item in self._shapes.geometryObjects:  # Distances of whole meshes take minutes.
            if isinstance(item.geometry, coal.BVHModelBase):
                item.geometry.buildConvexHull(True, "Qt")  # noqa: FBT003 - not ours.
                item.geometry = item.geometry.convex
        self._q = pinocchio.neutral(self._model)
        self._arm = [self._index(name) for name in profile.joint_names]
        self._arm_joints = {int(self._model.getJointId(name)) for name in profile.joint_names}
        self._open_gripper(profile)
        self._margins: list[float] = []
        self._is_self: list[bool] = []
        self._add_own_pairs(profile.collision)
        self._add_boxes(profile, profile.collision)
        self._cubes = self._add_cubes(profile.collision)
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

    def place(self, obstacles: tuple[Obstacle, ...]) -> None:
        """Put so many of the cubes where obstacles are, and the others out of the way."""
        for k, number in enumerate(self._cubes):
            placement = _FAR
            if k < len(obstacles):
                turn = pinocchio.Quaternion(np.array(obstacles[k].rotation)).toRotationMatrix()
                placement = pinocchio.SE3(turn, np.array(obstacles[k].position))
            self._shapes.geometryObjects[number].placement = placement

    def _index(self, joint: str) -> int:
        return int(self._model.joints[self._model.getJointId(joint)].idx_q)

    def _open_gripper(self, profile: RobotProfile) -> None:
        """Leave the gripper as wide as it gets."""
        self._q[self._index(profile.gripper.joint)] = profile.gripper.open
        for follower in read_followers(profile.urdf_file()):
            lead = self._q[self._index(follower.leader)]
            self._q[self._index(follower.name)] = follower.multiplier * lead + follower.offset

    def _add_own_pairs(self, settings: CollisionProfile) -> None:
        """Pair all links with each other that share no joint and are not left out by name."""
        ignored = [set(pair) for pair in settings.ignored_pairs]
        objects = list(self._shapes.geometryObjects)
        for i, first in enumerate(objects):
            for j, second in enumerate(objects[:i]):
                share = self._share_a_joint(first.parentFrame, second.parentFrame)
                if not share and {self._link(i), self._link(j)} not in ignored:
                    self._add(i, j, settings.self_stop_m, own=True)

    def _add_boxes(self, profile: RobotProfile, settings: CollisionProfile) -> None:
        """Pair every link that moves with every box."""
        moving = [i for i, shape in enumerate(self._shapes.geometryObjects) if shape.parentJoint]
        links = [self._link(i) for i in range(self._shapes.ngeoms)]
        contact = settings.contact
        boxes: tuple[SceneBoxProfile | KeepOutProfile, ...]
        boxes = (*settings.scene, *profile.keep_out)
        for box in boxes:
            low, high = np.array(box.lower_m), np.array(box.upper_m)
            middle = pinocchio.SE3(np.eye(3), (low + high) / 2.0)
            shape = pinocchio.GeometryObject(box.name, 0, 0, middle, coal.Box(*(high - low)))
            number = self._shapes.addGeometryObject(shape)
            for i in moving:
                margin_m = settings.environment_stop_m
                if contact and links[i] in contact.links and box.name in contact.surfaces:
                    margin_m = contact.margin_m
                self._add(i, number, margin_m, own=False)

    def _add_cubes(self, settings: CollisionProfile) -> list[int]:
        """Pair every link that moves with cubes that have no place yet."""
        moving = [i for i, shape in enumerate(self._shapes.geometryObjects) if shape.parentJoint]
        numbers = []
        for k in range(CUBES):
            cube = pinocchio.GeometryObject(f"box{k}", 0, 0, _FAR, coal.Box(*[CUBE_M] * 3))
            numbers.append(self._shapes.addGeometryObject(cube))
            for i in moving:
                self._add(i, numbers[k], settings.environment_stop_m, own=False)
        return numbers

    def _add(self, i: int, j: int, margin_m: float, *, own: bool) -> None:
        self._shapes.addCollisionPair(pinocchio.CollisionPair(i, j))
        self._margins.append(margin_m)
        self._is_self.append(own)

    def _link(self, shape: int) -> str:
        return str(self._model.frames[self._shapes.geometryObjects[shape].parentFrame].name)

    def _share_a_joint(self, first: int, second: int) -> bool:
        a, b = sorted(self._arm_joint(frame) for frame in (first, second))
        return a == b or self._arm_parent(b) == a

    def _arm_joint(self, frame: int) -> int:
        """Return the joint that carries a link; fingers count to the hand that carries them."""
        joint = int(self._model.frames[frame].parentJoint)
        return joint if joint in self._arm_joints or joint == 0 else self._arm_parent(joint)

    def _arm_parent(self, joint: int) -> int:
        parent = int(self._model.parents[joint])
        return parent if parent in self._arm_joints or parent == 0 else self._arm_parent(parent)

    def _names(self, pair: pinocchio.CollisionPair) -> str:
        objects = self._shapes.geometryObjects
        return f"{objects[pair.first].name} and {objects[pair.second].name}"
