# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Pairs of shapes, each with a margin of its own, and how near they are to each other."""

import math
from dataclasses import dataclass

import coal
import numpy as np
import pinocchio

from vla_ros.types import BoolArray, FloatArray


@dataclass(frozen=True, slots=True)
class Nearness:
    """The pair that is nearest to its margin.

    Attributes:
        first: Name of a link.
        second: Name of a link, a box or an obstacle.
        distance_m: Between the two [m]; negative: how deep they are in each other.
        margin_m: What the pair has to keep [m].
    """

    first: str
    second: str
    distance_m: float
    margin_m: float

    @property
    def excess_m(self) -> float:
        """By how much the distance is above the margin [m]."""
        return self.distance_m - self.margin_m


@dataclass(frozen=True, slots=True)
class Gap:
    """A pair that is near, and where.

    Attributes:
        near: Which, how near, and what the pair has to keep.
        slow_m: Nearer than this the arm slows down [m].
        ends_m: The two nearest points, of the first and of the second [m].
    """

    near: Nearness
    slow_m: float
    ends_m: tuple[tuple[float, float, float], tuple[float, float, float]]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two shapes, as numbers in a list of shapes, and the margin between them [m]."""

    first: int
    second: int
    margin_m: float


@dataclass(frozen=True, slots=True)
class Shape:
    """A shape and where it is, relative to a joint of the arm; joint 0 is the world."""

    name: str
    joint: int
    shape: coal.CollisionGeometry
    placement: pinocchio.SE3


class Pairs:
    """Pairs of shapes, each with its margin. It has buffers, hence one user at a time."""

    def __init__(self, shapes: list[Shape], pairs: list[Pair]) -> None:
        """Prepare.

        Args:
            shapes: All there are.
            pairs: Which of them.
        """
        self._shapes = shapes
        self._pairs = pairs
        self._model = pinocchio.GeometryModel()
        for shape in shapes:
            self._model.addGeometryObject(
                pinocchio.GeometryObject(
                    f"{shape.name}#{self._model.ngeoms}",
                    shape.joint,
                    0,
                    shape.placement,
                    shape.shape,
                )
            )
        for pair in pairs:
            self._model.addCollisionPair(pinocchio.CollisionPair(pair.first, pair.second))
        self._data = pinocchio.GeometryData(self._model)
        self._watched = np.ones(len(pairs), dtype=bool)
        for request, pair in zip(self._data.collisionRequests, pairs, strict=True):
            request.security_margin = pair.margin_m

    def move(self, shape: int, placement: pinocchio.SE3) -> None:
        """Put a shape that does not move with the arm elsewhere."""
        self._model.geometryObjects[shape].placement = placement

    def __len__(self) -> int:
        """Return how many pairs there are."""
        return len(self._pairs)

    def shapes(self) -> list[tuple[Shape, Shape]]:
        """Return the two shapes of each pair."""
        return [(self._shapes[pair.first], self._shapes[pair.second]) for pair in self._pairs]

    def margins(self) -> FloatArray:
        """Return the margin of each pair [m], shape (K,)."""
        return np.array([pair.margin_m for pair in self._pairs])

    def watch(self, wanted: BoolArray) -> None:
        """Look from now on at some of the pairs only.

        Args:
            wanted: Which, shape (K,).
        """
        for k in np.flatnonzero(wanted != self._watched).tolist():
            if wanted[k]:
                self._data.activateCollisionPair(k)
            else:
                self._data.deactivateCollisionPair(k)
        self._watched = wanted

    def any_near(self, model: pinocchio.Model, data: pinocchio.Data) -> bool:
        """Say whether a pair is nearer than its margin, where forward kinematics put the arm."""
        if not self._pairs:
            return False
        pinocchio.updateGeometryPlacements(model, data, self._model, self._data)
        return bool(pinocchio.computeCollisions(self._model, self._data, True))  # noqa: FBT003

    def nearest(self, model: pinocchio.Model, data: pinocchio.Data) -> Nearness | None:
        """Return the pair nearest to its margin; None without pairs."""
        return min(self._all(model, data), key=lambda near: near.excess_m, default=None)

    def excesses(self, model: pinocchio.Model, data: pinocchio.Data) -> tuple[float, ...]:
        """Return by how much the distance of each pair is above its margin [m]."""
        return tuple(near.excess_m for near in self._all(model, data))

    def distances(self, model: pinocchio.Model, data: pinocchio.Data) -> list[float]:
        """Return the distance of each pair [m]; look at all of them before."""
        return [near.distance_m for near in self._all(model, data)]

    def gaps(
        self, model: pinocchio.Model, data: pinocchio.Data, slow_m: float, base: pinocchio.SE3
    ) -> list[Gap]:
        """Return the pairs nearer than `slow_m` [m], with their nearest points in a base frame.

        Shapes that are in each other may have no nearest points; such a pair is left out.
        """
        found = []
        for near, result in zip(self._all(model, data), self._data.distanceResults, strict=True):
            if not near.distance_m <= slow_m:
                continue
            first, second = (
                tuple(base.actInv(point).tolist())
                for point in (result.getNearestPoint1(), result.getNearestPoint2())
            )
            if all(map(math.isfinite, (*first, *second))):
                found.append(Gap(near, slow_m, (first, second)))
        return found

    def least_m(self, model: pinocchio.Model, data: pinocchio.Data) -> float:
        """Return the smallest distance whatever its margin [m]; infinite without pairs."""
        return min((near.distance_m for near in self._all(model, data)), default=math.inf)

    def _all(self, model: pinocchio.Model, data: pinocchio.Data) -> list[Nearness]:
        if not self._pairs:
            return []
        pinocchio.updateGeometryPlacements(model, data, self._model, self._data)
        pinocchio.computeDistances(self._model, self._data)
        shapes = self._shapes
        return [
            Nearness(
                shapes[pair.first].name,
                shapes[pair.second].name,
                result.min_distance,
                pair.margin_m,
            )
            for pair, result in zip(self._pairs, self._data.distanceResults, strict=True)
        ]
