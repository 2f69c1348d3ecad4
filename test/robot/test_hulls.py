# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The hull of a link holds all of its collision geometry, and not much more."""

from pathlib import Path

import coal
import numpy as np
import pytest

from vla_ros.errors import ConfigError
from vla_ros.resources import urdf_path
from vla_ros.robot.hulls import LinkHull, load_hulls

ARM = """<robot name="arm">
  <link name="base"/>
  <link name="rod">{shape}</link>
  <joint name="hip" type="revolute">
    <parent link="base"/><child link="rod"/><axis xyz="0 0 1"/>
    <limit lower="-1" upper="1" velocity="1" effort="1"/>
  </joint>
  <link name="finger">
    <collision><geometry><box size="0.02 0.02 0.1"/></geometry></collision>
  </link>
  <joint name="grip" type="prismatic">
    <parent link="rod"/><child link="finger"/><axis xyz="0 1 0"/>
    <limit lower="0" upper="0.06" velocity="1" effort="1"/>
  </joint>
</robot>"""


def hulls_of(folder: Path, shape: str) -> dict[str, LinkHull]:
    path = folder / "arm.urdf"
    text = f"<collision><geometry>{shape}</geometry></collision>" if shape else ""
    path.write_text(ARM.format(shape=text))
    return {hull.link: hull for hull in load_hulls(path, ("hip",))[1]}


def distance_to(hull: LinkHull, point: tuple[float, float, float]) -> float:
    """Return how far a point is outside a hull [m]; negative inside."""
    there = coal.Transform3s(np.eye(3), np.array(point))
    request, result = coal.DistanceRequest(), coal.DistanceResult()
    speck, here = coal.Sphere(1e-9), coal.Transform3s()
    return float(coal.distance(hull.shape, here, speck, there, request, result))


def directions() -> np.ndarray:
    towards = np.random.default_rng(5).normal(size=(500, 3))
    return np.asarray(towards / np.linalg.norm(towards, axis=1)[:, None])


def test_a_ball_is_inside_its_hull(tmp_path: Path) -> None:
    hull = hulls_of(tmp_path, '<sphere radius="0.05"/>')["rod"]
    out = [distance_to(hull, tuple(0.05 * towards)) for towards in directions()]
    assert max(out) <= 1e-6
    assert min(out) >= -0.05 * 0.06


def test_a_cylinder_is_inside_its_hull(tmp_path: Path) -> None:
    hull = hulls_of(tmp_path, '<cylinder radius="0.05" length="0.2"/>')["rod"]
    turns = np.linspace(0.0, 2.0 * np.pi, 200)
    rim = [(0.05 * np.cos(turn), 0.05 * np.sin(turn), 0.1) for turn in turns]
    out = [distance_to(hull, point) for point in rim]
    assert max(out) <= 1e-6
    assert distance_to(hull, (0.0, 0.0, 0.11)) == pytest.approx(0.01, abs=1e-6)


def test_a_box_is_its_own_hull(tmp_path: Path) -> None:
    hull = hulls_of(tmp_path, '<box size="0.1 0.2 0.3"/>')["rod"]
    assert hull.shape.num_points == 8
    assert distance_to(hull, (0.06, 0.0, 0.0)) == pytest.approx(0.01, abs=1e-6)


def test_what_the_gripper_moves_is_swept_over_its_stroke(tmp_path: Path) -> None:
    finger = hulls_of(tmp_path, '<box size="0.1 0.1 0.1"/>')["finger"]
    for way in np.linspace(0.0, 0.06, 7):
        assert distance_to(finger, (0.0, float(way), 0.04)) < 0.0
    assert distance_to(finger, (0.0, 0.08, 0.0)) == pytest.approx(0.01, abs=1e-6)
    assert distance_to(finger, (0.0, -0.02, 0.0)) == pytest.approx(0.01, abs=1e-6)


def test_a_mesh_with_many_corners_is_thinned_out_and_grown(tmp_path: Path) -> None:
    points = directions() * 0.05
    hull = hulls_of(tmp_path, f'<mesh filename="{write_mesh(tmp_path, points)}"/>')["rod"]
    assert hull.shape.num_points <= 256
    assert max(distance_to(hull, tuple(point)) for point in points) <= 1e-6
    assert distance_to(hull, (0.06, 0.0, 0.0)) == pytest.approx(0.01, abs=1.5e-3)


def write_mesh(folder: Path, points: np.ndarray) -> Path:
    """Write a mesh whose corners are the given points."""
    path = folder / "rod.stl"
    corners = coal.StdVec_Vec3s()
    for point in points:
        corners.append(point)
    hull = coal.Convex.convexHull(corners, True, "Qt")
    lines = ["solid rod"]
    for k in range(hull.num_polygons):
        triangle = hull.polygons(k)
        lines += ["facet normal 0 0 0", "outer loop"]
        for corner in range(3):
            x, y, z = hull.points()[triangle[corner]]
            lines.append(f"vertex {x} {y} {z}")
        lines += ["endloop", "endfacet"]
    path.write_text("\n".join([*lines, "endsolid rod", ""]))
    return path


def test_a_moving_link_without_a_shape_is_named(tmp_path: Path) -> None:
    path = tmp_path / "arm.urdf"
    path.write_text(ARM.format(shape="").split('<link name="finger">')[0] + "</robot>")
    with pytest.raises(ConfigError, match=r"joint 'hip' carries has a <collision> shape.*none'"):
        load_hulls(path, ("hip",))


def test_a_mesh_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"collision geometry cannot be read.*gone\.stl"):
        hulls_of(tmp_path, '<mesh filename="package://nowhere/gone.stl"/>')


def test_every_link_of_the_simulated_arm_has_a_hull() -> None:
    names = tuple(f"joint{k}" for k in range(1, 7))
    model, hulls = load_hulls(urdf_path("sim_arm"), names)
    assert model.nq == 6
    assert {hull.joint for hull in hulls} == set(range(7))


JAW = """<robot name="jaw">
  <link name="base"/>
  <link name="rod"><collision><geometry><box size="0.1 0.1 0.1"/></geometry></collision></link>
  <joint name="hip" type="revolute">
    <parent link="base"/><child link="rod"/><axis xyz="0 0 1"/>
    <limit lower="-1" upper="1" velocity="1" effort="1"/>
  </joint>
  <link name="knuckle"/>
  <joint name="grip" type="revolute">
    <parent link="rod"/><child link="knuckle"/><axis xyz="0 1 0"/>
    <limit lower="0" upper="0.8" velocity="1" effort="1"/>
  </joint>
  <link name="tip">
    <collision><geometry><box size="0.01 0.01 0.1"/></geometry></collision>
  </link>
  <joint name="tip_joint" type="revolute">
    <parent link="knuckle"/><child link="tip"/><axis xyz="0 1 0"/><origin xyz="0 0 0.06"/>
    <limit lower="-0.8" upper="0" velocity="1" effort="1"/>
    <mimic joint="grip" multiplier="-1"/>
  </joint>
</robot>"""


def test_a_finger_that_mimics_another_joint_is_swept_where_that_one_leads_it(
    tmp_path: Path,
) -> None:
    path = tmp_path / "jaw.urdf"
    path.write_text(JAW)
    tip = next(hull for hull in load_hulls(path, ("hip",))[1] if hull.link == "tip")
    for turn in np.linspace(0.0, 0.8, 9):  # It stays parallel while it moves on a circle.
        center = 0.06 * np.array((np.sin(turn), 0.0, np.cos(turn)))
        for end in (-0.0499, 0.0499):
            assert distance_to(tip, (center[0], 0.0, center[2] + end)) < 0.0
    assert distance_to(tip, (-0.02, 0.0, 0.1)) == pytest.approx(0.015, abs=1e-4)
