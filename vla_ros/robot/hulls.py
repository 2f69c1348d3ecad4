# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The shape of an arm: one convex hull a link, which holds all of its collision geometry.

Hulls are conservative: round shapes are circumscribed, a mesh with too many corners is thinned
out and grown by what that cuts off, and what the gripper moves is swept over its whole stroke.
"""

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import coal
import numpy as np
import pinocchio

from vla_ros.errors import ConfigError
from vla_ros.robot.urdf import Follower, bounded_urdf, read_followers
from vla_ros.types import FloatArray

_SIDES = 16
_ROUND = 1.0 / math.cos(math.pi / _SIDES)  # From the corners of a polygon to the circle inside.
_MOST_CORNERS = 256
_STROKES = 9


@dataclass(frozen=True, slots=True)
class LinkHull:
    """What a link fills.

    Attributes:
        link: Its name.
        joint: The joint of the model that carries it; 0 for what does not move.
        shape: In the frame of that joint.
    """

    link: str
    joint: int
    shape: coal.Convex


def load_hulls(
    urdf: Path, joint_names: Sequence[str]
) -> tuple[pinocchio.Model, tuple[LinkHull, ...]]:
    """Return the kinematic model of the arm joints and the hulls of all links.

    Args:
        urdf: Path of the URDF.
        joint_names: The arm joints; every other one is the gripper's.

    Raises:
        ConfigError: The URDF or a mesh cannot be read, or a moving link has no collision geometry.
    """
    model, shapes = _read(urdf, joint_names)
    others = [model.getJointId(name) for name in list(model.names)[1:] if name not in joint_names]
    followers = read_followers(urdf)
    links = [model.frames[item.parentFrame].name for item in shapes.geometryObjects]
    outlines = [
        _corners(item.geometry, f"{urdf}: link '{link}'")
        for item, link in zip(shapes.geometryObjects, links, strict=True)
    ]
    corners: dict[str, list[FloatArray]] = {}
    joints: dict[str, int] = {}
    for part in np.linspace(0.0, 1.0, _STROKES if others else 1):
        stroke = _stroke(model, part, followers)
        reduced, placed = pinocchio.buildReducedModel(model, shapes, others, stroke)
        for link, outline, item in zip(links, outlines, placed.geometryObjects, strict=True):
            points = outline @ item.placement.rotation.T + item.placement.translation
            corners.setdefault(link, []).append(points)
            joints[link] = item.parentJoint
    for index, name in enumerate(list(reduced.names)[1:], start=1):
        if index not in joints.values():
            raise ConfigError(
                f"{urdf}: nothing that joint '{name}' carries has a <collision> shape, so nobody "
                "can prove that it stays clear. Add one, or write 'collision: none'"
            )
    hulls = (LinkHull(link, joints[link], _hull(np.vstack(p))) for link, p in corners.items())
    return reduced, tuple(hulls)


def _read(
    urdf: Path, joint_names: Sequence[str]
) -> tuple[pinocchio.Model, pinocchio.GeometryModel]:
    prefixes = os.environ.get("AMENT_PREFIX_PATH", "").split(os.pathsep)
    folders = [str(urdf.parent), *(str(Path(prefix) / "share") for prefix in prefixes if prefix)]
    text = bounded_urdf(urdf, joint_names)
    try:
        model = pinocchio.buildModelFromXML(text)
        shapes = pinocchio.buildGeomFromUrdfString(
            model, text, pinocchio.GeometryType.COLLISION, package_dirs=folders
        )
    except (ValueError, RuntimeError) as e:
        raise ConfigError(f"{urdf}: its collision geometry cannot be read: {e}") from e
    return model, shapes


def _stroke(model: pinocchio.Model, part: float, followers: Sequence[Follower]) -> FloatArray:
    """Return joint positions with every joint at a part of its range, or at 0 without one.

    A joint that follows another one is where that one leads it: fingers stay parallel.
    """
    low, high = model.lowerPositionLimit, model.upperPositionLimit
    limited = np.isfinite(low) & np.isfinite(high) & (np.abs(low) < 1e3) & (np.abs(high) < 1e3)
    q = np.where(limited, low + part * (high - low), pinocchio.neutral(model))
    joints = zip(model.names, model.joints, strict=True)
    index = {name: joint.idx_q for name, joint in joints if joint.nq == 1}
    for follower in followers:
        if {follower.name, follower.leader} <= index.keys():
            lead = q[index[follower.leader]]
            q[index[follower.name]] = follower.multiplier * lead + follower.offset
    return np.asarray(q)


def _corners(shape: coal.CollisionGeometry, what: str) -> FloatArray:
    """Return points whose hull holds a shape, shape (N, 3)."""
    if isinstance(shape, coal.Box):
        signs = np.array(np.meshgrid((-1, 1), (-1, 1), (-1, 1))).reshape(3, 8).T
        return np.asarray(signs * shape.halfSide)
    if isinstance(shape, coal.Sphere):
        return _ball(shape.radius)
    if isinstance(shape, coal.Capsule):
        ball, end = _ball(shape.radius), np.array((0.0, 0.0, shape.halfLength))
        return np.vstack((ball - end, ball + end))
    if isinstance(shape, coal.Cylinder):
        ring = _ring() * (shape.radius * _ROUND)
        low, high = (np.full((_SIDES, 1), z) for z in (-shape.halfLength, shape.halfLength))
        return np.vstack((np.hstack((ring, low)), np.hstack((ring, high))))
    if isinstance(shape, coal.BVHModelBase):
        points = np.unique(np.asarray(shape.vertices()), axis=0)
        # A mesh of a maker has 100,000 corners, most of them inside of its hull.
        return points if len(points) <= _MOST_CORNERS else np.asarray(_convex(points).points())
    if isinstance(shape, coal.ConvexBase):
        return np.asarray(shape.points())
    raise ConfigError(f"{what} has a collision shape of an unknown kind: {type(shape).__name__}")


def _ring() -> FloatArray:
    turn = np.arange(_SIDES) * (2.0 * math.pi / _SIDES)
    return np.stack((np.cos(turn), np.sin(turn)), axis=1)


def _ball(radius: float) -> FloatArray:
    """Return the corners of a polyhedron around a ball: rings of equal latitude."""
    ring, rows = _ring(), []
    for k in range(_SIDES // 2 + 1):
        latitude = -math.pi / 2.0 + k * 2.0 * math.pi / _SIDES
        height = np.full((_SIDES, 1), math.sin(latitude))
        rows.append(np.hstack((ring * math.cos(latitude), height)))
    return np.vstack(rows) * (radius * _ROUND**2)


def _hull(points: FloatArray) -> coal.Convex:
    hull = _convex(points)
    if hull.num_points <= _MOST_CORNERS:
        return hull
    outer = np.asarray(hull.points())
    thin = _convex(outer[np.unique(np.argmax(outer @ _directions().T, axis=0))])
    speck, here = coal.Sphere(1e-9), coal.Transform3s()
    grown = 0.0
    for corner in outer:
        there = coal.Transform3s(np.eye(3), corner)
        request, result = coal.DistanceRequest(), coal.DistanceResult()
        grown = max(grown, coal.distance(thin, here, speck, there, request, result))
    thin.setSweptSphereRadius(grown + 1e-6)
    return thin


def _convex(points: FloatArray) -> coal.Convex:
    corners = coal.StdVec_Vec3s()
    for point in points:
        corners.append(point)
    return coal.Convex.convexHull(corners, True, "Qt")  # noqa: FBT003 - not ours.


def _directions() -> FloatArray:
    """Return directions spread evenly over the sphere, shape (N, 3)."""
    k = np.arange(_MOST_CORNERS) + 0.5
    z, turn = 1.0 - 2.0 * k / _MOST_CORNERS, k * (math.pi * (3.0 - math.sqrt(5.0)))
    flat = np.sqrt(1.0 - z * z)
    return np.stack((flat * np.cos(turn), flat * np.sin(turn), z), axis=1)
