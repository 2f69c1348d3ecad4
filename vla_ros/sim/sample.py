# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Random scenes: the same seed and instruction always give the same scene."""

import math

import numpy as np

from vla_ros.sim.arm import HOME_TCP
from vla_ros.sim.parts import Vector
from vla_ros.sim.scene import (
    BOWL_COUNT,
    COLORS,
    CUBE_COUNT,
    BowlPlacement,
    CameraShift,
    CubePlacement,
    Scene,
    StartPose,
)
from vla_ros.sim.tasks import FAMILIES, Task, parse_instruction, phrase
from vla_ros.types import FloatArray

_AREA = ((0.33, -0.24), (0.58, 0.24))  # Where objects lie, x and y in base_link [m].
_CUBE_CLEARANCE_M = 0.040
_BOWL_CLEARANCE_M = 0.080
_CUBE_YAW_RAD = 0.6
_START_JITTER_M = (0.06, 0.10, 0.04)
_START_YAW_RAD = 0.3
_CAMERA_SIGMA_M = 0.003
_CAMERA_SIGMA_RAD = math.radians(0.3)


def sample_scene(seed: int, instruction: str | Task | None = None) -> Scene:
    """Draw a scene in which a task can be done.

    Args:
        seed: Any non-negative number; scenes of different seeds differ.
        instruction: The task to make possible; None draws one.

    Raises:
        SimulationError: The instruction is not understood.
    """
    rng = np.random.default_rng([seed, 7])
    drawn, sentence = _draw_task(rng)
    if isinstance(instruction, str):
        drawn, sentence = parse_instruction(instruction), instruction
    elif instruction is not None:
        drawn, sentence = instruction, phrase(instruction, int(rng.integers(100)))
    places = _draw_places(rng)
    return Scene(
        seed=seed,
        instruction=sentence,
        cubes=_draw_cubes(rng, drawn.object, places[BOWL_COUNT:]),
        bowls=_draw_bowls(rng, drawn.target, places[:BOWL_COUNT]),
        start=_draw_start(rng),
        light=float(rng.uniform(0.75, 1.25)),
        lamp_offset_m=_vector(rng.uniform(-0.15, 0.15, 3)),
        front_camera=_draw_shift(rng),
        wrist_camera=_draw_shift(rng),
    )


def _draw_task(rng: np.random.Generator) -> tuple[Task, str]:
    names = list(COLORS)
    family = str(rng.choice(list(FAMILIES)))
    task = Task(family=family, object=str(rng.choice(names)), target=str(rng.choice(names)))
    return task, phrase(task, int(rng.integers(1000)))


def _draw_places(rng: np.random.Generator) -> list[tuple[float, float]]:
    """Bowls first, then cubes; far enough apart for an open gripper around each cube."""
    clearance = np.array([_BOWL_CLEARANCE_M] * BOWL_COUNT + [_CUBE_CLEARANCE_M] * CUBE_COUNT)
    needed = clearance[:, None] + clearance[None, :]
    np.fill_diagonal(needed, 0.0)
    while True:
        points = rng.uniform(*_AREA, (len(clearance), 2))
        apart = np.linalg.norm(points[:, None] - points[None, :], axis=-1)
        if (apart >= needed).all():
            return [(float(x), float(y)) for x, y in points]


def _draw_colors(rng: np.random.Generator, wanted: str, count: int) -> list[str]:
    """Different colours in random order, the wanted one among them."""
    others = [color for color in COLORS if color != wanted]
    chosen = [wanted, *rng.choice(others, count - 1, replace=False).tolist()]
    return [str(color) for color in rng.permutation(chosen)]


def _shade(rng: np.random.Generator, color: str, brightness: float) -> Vector:
    shade = np.array(COLORS[color]) * brightness + rng.normal(0.0, 0.03, 3)
    return _vector(np.clip(shade, 0.0, 1.0))


def _draw_cubes(
    rng: np.random.Generator, wanted: str, places: list[tuple[float, float]]
) -> tuple[CubePlacement, ...]:
    colors = _draw_colors(rng, wanted, CUBE_COUNT)
    return tuple(
        CubePlacement(
            color=color,
            rgb=_shade(rng, color, 1.0),
            x_m=x,
            y_m=y,
            yaw_rad=float(rng.uniform(-_CUBE_YAW_RAD, _CUBE_YAW_RAD)),
        )
        for color, (x, y) in zip(colors, places, strict=True)
    )


def _draw_bowls(
    rng: np.random.Generator, wanted: str, places: list[tuple[float, float]]
) -> tuple[BowlPlacement, ...]:
    colors = _draw_colors(rng, wanted, BOWL_COUNT)
    return tuple(
        BowlPlacement(color=color, rgb=_shade(rng, color, 0.9), x_m=x, y_m=y)
        for color, (x, y) in zip(colors, places, strict=True)
    )


def _draw_start(rng: np.random.Generator) -> StartPose:
    offset = rng.uniform(-1.0, 1.0, 3) * _START_JITTER_M
    return StartPose(
        position_m=_vector(np.array(HOME_TCP) + offset),
        yaw_rad=float(rng.uniform(-_START_YAW_RAD, _START_YAW_RAD)),
    )


def _draw_shift(rng: np.random.Generator) -> CameraShift:
    return CameraShift(
        offset_m=_vector(rng.normal(0.0, _CAMERA_SIGMA_M, 3)),
        turn_rad=_vector(rng.normal(0.0, _CAMERA_SIGMA_RAD, 3)),
    )


def _vector(values: FloatArray) -> Vector:
    x, y, z = values.tolist()
    return x, y, z
