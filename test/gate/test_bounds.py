# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What is not looked at cannot be near: bounds of distances hold, and hide nothing."""

import math
from pathlib import Path

import coal
import numpy as np
import pinocchio
import pytest

from vla_ros.gate.bounds import DistanceBounds, reaches
from vla_ros.gate.collision import CollisionModel, make_collision_model
from vla_ros.gate.pairs import Pair, Pairs, Shape
from vla_ros.gate.state import Obstacle
from vla_ros.resources import urdf_path
from vla_ros.robot.profile import RobotProfile, load_robot_profile

ROBOTS = Path(__file__).parents[2] / "benchmarks" / "robots"
PROFILES = [load_robot_profile(r) for r in ("sim_arm", str(ROBOTS / "seven_joint.yaml"))]
MOTIONS = 400


@pytest.fixture(params=PROFILES, ids=lambda profile: profile.name)
def profile(request: pytest.FixtureRequest) -> RobotProfile:
    found: RobotProfile = request.param
    return found


@pytest.fixture
def model(profile: RobotProfile) -> CollisionModel:
    found = make_collision_model(urdf_path(profile.urdf), profile)
    assert found is not None
    return found


def somewhere(profile: RobotProfile, rng: np.random.Generator) -> np.ndarray:
    return np.array([rng.uniform(joint.lower_rad, joint.upper_rad) for joint in profile.joints])


def crate(rng: np.random.Generator) -> Obstacle:
    return Obstacle(
        name="crate",
        size=(0.1, 0.2, 0.3),
        position=tuple(rng.uniform((-0.5, -0.5, 0.0), (0.7, 0.5, 0.8)).tolist()),
        rotation=(0.0, 0.0, 0.0, 1.0),
    )


def test_no_distance_falls_below_its_bound(profile: RobotProfile, model: CollisionModel) -> None:
    rng = np.random.default_rng(1)
    arm, data, pairs = model._model, model._data, model._all
    bounds = DistanceBounds(arm, profile.joint_names, pairs)
    tight = 0.0
    for _ in range(MOTIONS):
        start = somewhere(profile, rng)
        model._place(tuple(start.tolist()))
        bounds.measure(tuple(start.tolist()), arm, data)
        measured = np.array(pairs.distances(arm, data))
        place = start + rng.normal(0.0, rng.choice([1e-3, 0.05, 0.5]), len(start))
        least = bounds.least([tuple(place.tolist())])
        model._place(tuple(place.tolist()))
        found = np.array(pairs.distances(arm, data))
        apart = (measured > 0.0) & (found > 0.0)  # A depth is not exact, nor ever asked for.
        assert (found >= least)[apart].all()
        lost = measured - least
        tight = max(tight, float(((measured - found) / lost)[apart].max()))
    assert tight > 0.5  # The bounds are no looser than they have to be.


def test_a_quick_look_finds_what_looking_at_all_pairs_finds(
    profile: RobotProfile, model: CollisionModel
) -> None:
    rng = np.random.default_rng(2)
    clear = 0
    obstacles: tuple[Obstacle, ...] = ()
    q = np.array(profile.home)
    for k in range(MOTIONS):
        if k % 25 == 0:
            q = somewhere(profile, rng)
        if k % 7 == 0:
            obstacles = () if k % 3 else (crate(rng),)
        step = rng.normal(0.0, rng.choice([1e-3, 0.02]), len(q))
        q = q + step
        places = [tuple((q + part * 5.0 * step).tolist()) for part in np.linspace(0.0, 1.0, 7)]
        finds = (
            find
            for place in places
            for find in (
                model.find_own(place),
                model.find_around(place, obstacles),
                model.find_keep_out(place),
            )
        )
        found = any(near is not None for near in finds)
        assert model.is_clear_along(places, obstacles) is not found
        clear += not found
    assert 0.1 * MOTIONS < clear < 0.9 * MOTIONS


def test_a_look_at_places_that_are_no_numbers_is_not_clear(
    profile: RobotProfile, model: CollisionModel
) -> None:
    home = tuple(profile.home)
    assert model.is_clear_along([home])
    for bad in (math.nan, math.inf):
        assert not model.is_clear_along([home, (bad, *home[1:])])
    assert model.is_clear_along([home])


def test_a_joint_that_slides_is_no_reason_to_believe_in_a_distance() -> None:
    model = pinocchio.Model()
    slide = model.addJoint(0, pinocchio.JointModelPX(), pinocchio.SE3.Identity(), "slide")
    offset = pinocchio.SE3(np.eye(3), np.array([0.0, 0.0, 1.0]))
    model.addJoint(slide, pinocchio.JointModelRZ(), offset, "turn")
    here = pinocchio.SE3.Identity()
    shapes = [Shape(name, k, coal.Sphere(0.1), here) for k, name in enumerate(("a", "b", "c"))]
    pairs = Pairs(shapes, [Pair(0, 2, 0.0), Pair(1, 2, 0.0)])
    table = reaches(model, ("slide", "turn"), pairs)
    assert np.isinf(table[0, 0])
    assert table[0, 1] == 0.0  # It moves both alike.
    assert table[1] == pytest.approx([math.sqrt(3) * 0.1] * 2, rel=0.8)
