# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A world and a scene that the tests of the simulator share."""

import pytest

from vla_ros.sim.sample import sample_scene
from vla_ros.sim.world import World


@pytest.fixture(scope="module")
def world() -> World:
    """Return a world with a scene; tests reset it as they like."""
    world = World()
    world.reset(sample_scene(0))
    return world
