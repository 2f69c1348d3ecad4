# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Fingers may touch the table of the profile, and nothing that is merely called so."""

from typing import Any

import numpy as np
import pytest

from vla_ros.gate.collision import CollisionModel, make_collision_model
from vla_ros.gate.state import Obstacle
from vla_ros.resources import urdf_path
from vla_ros.robot.kinematics import make_kinematics
from vla_ros.robot.profile import load_robot_profile

PROFILE = load_robot_profile("sim_arm")
HOME = tuple(PROFILE.home)


@pytest.fixture(scope="module")
def model() -> CollisionModel:
    found = make_collision_model(urdf_path(PROFILE.urdf), PROFILE)
    assert found is not None
    return found


def below_the_fingers(name: str, gap_m: float) -> Obstacle:
    """A small box below the finger tips at home."""
    x, y, z = make_kinematics(PROFILE).forward(PROFILE.home)[0].tolist()
    return Obstacle(
        name=name,
        size=(0.1, 0.2, 0.02),
        position=(x, y, z - 0.01 - gap_m),
        rotation=(0.0, 0.0, 0.0, 1.0),
    )


def test_the_table_of_the_profile_is_made_for_contact(model: CollisionModel) -> None:
    near = model.touching(HOME)
    assert near is not None
    assert (near.second, near.margin_m) == ("table", 0.002)


@pytest.mark.parametrize("name", ["table", "crate"])
def test_an_obstacle_is_not_made_for_contact_whatever_its_name(
    model: CollisionModel, name: str
) -> None:
    near = model.find_around(HOME, (below_the_fingers(name, 0.01),))
    assert near is not None
    assert (near.second, near.margin_m) == (name, 0.02)
    assert model.find_around(HOME, (below_the_fingers(name, 0.05),)) is None


@pytest.mark.parametrize(
    ("start_m", "end_m"),
    [((0.4, 0.0, 0.15), (0.4, 0.0, 0.02)), ((0.4, -0.1, 0.02), (0.4, 0.1, 0.02))],
)
def test_the_tool_is_slow_near_the_table_towards_it_and_along_it(
    make_arm_rig: Any, model: CollisionModel, start_m: Any, end_m: Any
) -> None:
    kinematics, down = make_kinematics(PROFILE), np.diag([1.0, -1.0, -1.0])
    rig = make_arm_rig()
    rig.position = kinematics.inverse(start_m, down, np.array(HOME))
    way = np.linspace(start_m, end_m, 8)
    rows = [rig.position]
    for place in way:
        rows.append(kinematics.inverse(place, down, rows[-1]))
    rig.tick()
    rig.arm().tick(chunks=(rig.chunk(np.array(rows[1:])),))
    rig.ticks(100)
    places = [np.array(kinematics.forward(q)[0]) for q in rig.commands]
    # Where a turning wrist lifts a finger it moves away, and then may be a little faster.
    fast = [
        (np.linalg.norm(now - was) / 0.01, model.touching(tuple(q.tolist())))
        for was, now, q in zip(places, places[1:], rig.commands[1:], strict=False)
    ]
    near = [speed for speed, pair in fast if pair is not None and pair.distance_m < 0.03]
    assert len(near) > 10
    assert max(near) <= 0.16
