# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The task family `put`: a cube goes into a bowl and stays there."""

import itertools
import math

from vla_ros.sim.scene import BOWL_RIM_M, COLORS
from vla_ros.sim.world import World

PUT_TEMPLATES: tuple[str, ...] = (
    "put the {object} cube in the {target} bowl",
    "put the {object} block into the {target} bowl",
    "place the {object} cube in the {target} bowl",
    "place the {object} block into the {target} bowl",
    "move the {object} cube to the {target} bowl",
    "move the {object} block into the {target} bowl",
    "drop the {object} cube into the {target} bowl",
    "drop the {object} block in the {target} bowl",
    "pick up the {object} cube and put it in the {target} bowl",
    "pick up the {object} block and place it in the {target} bowl",
    "pick the {object} cube and drop it into the {target} bowl",
    "take the {object} block and move it to the {target} bowl",
)
_THINGS = ("cube", "block")
PUT_WORDS: frozenset[str] = frozenset(
    word for template in PUT_TEMPLATES for word in template.split() if not word.startswith("{")
) | {"please", "a", "inside"}

INSIDE_M = 0.048  # Cube centre to bowl centre; the inner wall stands at 0.055.
_REST_HEIGHT_M = BOWL_RIM_M + 0.008
_REST_SPEED_M_S = 0.03
_HAND_AWAY_M = 0.06
_RELEASED_OPENING = 0.6
_VERBS = ("put", "place", "move", "drop", "pick", "take")


def put_colors(words: list[str]) -> tuple[str, str] | None:
    """Return (cube colour, bowl colour) of a `put` sentence, or None if it is none."""
    cubes = [a for a, b in itertools.pairwise(words) if a in COLORS and b in _THINGS]
    bowls = [a for a, b in itertools.pairwise(words) if a in COLORS and b == "bowl"]
    colors = sum(word in COLORS for word in words)
    if len(cubes) != 1 or len(bowls) != 1 or colors != 2:
        return None
    if not any(verb in words for verb in _VERBS):
        return None
    return cubes[0], bowls[0]


def missing_for_put(world: World, cube_color: str, bowl_color: str) -> str:
    """Say what is missing until the cube rests in the bowl, released; empty if nothing."""
    cube = world.cube(cube_color)
    bowl_x, bowl_y = world.bowl(bowl_color)
    x, y, z = cube.position_m
    apart = math.hypot(x - bowl_x, y - bowl_y)
    if not (apart <= INSIDE_M and z <= _REST_HEIGHT_M):
        return (
            f"the {cube_color} cube is not in the {bowl_color} bowl: "
            f"{apart * 100:.1f} cm from its centre, {z * 100:.1f} cm high"
        )
    opening = world.joint_state().opening
    if not (opening >= _RELEASED_OPENING and _distance(world, x, y, z) >= _HAND_AWAY_M):
        return f"the {cube_color} cube is in the bowl, but the hand has not let go and left"
    if not cube.speed_m_s <= _REST_SPEED_M_S:
        return f"the {cube_color} cube still moves at {cube.speed_m_s:.2f} m/s"
    return ""


def _distance(world: World, x: float, y: float, z: float) -> float:
    tool = world.tool().position_m
    return math.dist(tool, (x, y, z))
