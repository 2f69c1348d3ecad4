# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The scenes that the shipped policy was trained on: `put` only, cubes and bowls, four colours.

The same seed always gives the same scene; figures in the model card name their seeds.
"""

import math

import numpy as np

from vla_ros.sim.arm import HOME_TCP
from vla_ros.sim.parts import Vector
from vla_ros.sim.scene import BASIC_LAYOUT, CameraShift, Look, Placement, Scene, StartPose
from vla_ros.sim.task import Noun, Task
from vla_ros.sim.things import COLORS, Kind
from vla_ros.types import FloatArray

FAMILY = "put"
BASIC_COLORS = ("red", "green", "blue", "yellow")
TEMPLATES: tuple[str, ...] = (
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
_AREA = ((0.33, -0.24), (0.58, 0.24))  # Where things lie, x and y in base_link [m].
_CUBE_CLEARANCE_M = 0.040
_BOWL_CLEARANCE_M = 0.080
_CUBES, _BOWLS = len(BASIC_LAYOUT.items), len(BASIC_LAYOUT.containers)
_CUBE_YAW_RAD = 0.6
_START_JITTER_M = (0.06, 0.10, 0.04)
_START_YAW_RAD = 0.3
_CAMERA_SIGMA_M = 0.003
_CAMERA_SIGMA_RAD = math.radians(0.3)


def put_task(cube_color: str, bowl_color: str) -> Task:
    """Return the task of putting a cube into a bowl."""
    return Task(
        family=FAMILY,
        object=Noun(color=cube_color, kind=Kind.CUBE),
        target=Noun(color=bowl_color, kind=Kind.BOWL),
    )


def is_basic(task: Task) -> bool:
    """Tell whether basic scenes can hold a task."""
    return task in _TASKS


def phrase(task: Task, variant: int = 0) -> str:
    """Return a basic task in words; `variant` picks the template, modulo their number.

    Raises:
        ValueError: The task is none of these scenes.
    """
    if task.object is None or task.target is None or not is_basic(task):
        raise ValueError(f"{task} is not a task of basic scenes")
    return TEMPLATES[variant % len(TEMPLATES)].format(
        object=task.object.color, target=task.target.color
    )


def tasks_in(scene: Scene) -> list[Task]:
    """Return every task that a basic scene allows."""
    return [put_task(c.color, b.color) for c in scene.items for b in scene.containers]


def sample_basic(seed: int, task: Task | None = None, sentence: str | None = None) -> Scene:
    """Draw a scene.

    Args:
        seed: Any non-negative number; scenes of different seeds differ.
        task: The basic task to make possible; None draws one.
        sentence: The task in words; None draws one.
    """
    rng = np.random.default_rng([seed, 7])
    drawn, words = _draw_task(rng)
    if sentence is not None and task is not None:
        drawn, words = task, sentence
    elif task is not None:
        drawn, words = task, phrase(task, int(rng.integers(100)))
    if drawn.object is None or drawn.target is None or not is_basic(drawn):
        raise ValueError(f"{drawn} is not a task of basic scenes")
    places = _draw_places(rng)
    return Scene(
        seed=seed,
        task=drawn,
        instruction=words,
        items=_draw_cubes(rng, str(drawn.object.color), places[_BOWLS:]),
        containers=_draw_bowls(rng, str(drawn.target.color), places[:_BOWLS]),
        start=_draw_start(rng),
        look=Look(
            light=float(rng.uniform(0.75, 1.25)),
            lamp_offset_m=_vector(rng.uniform(-0.15, 0.15, 3)),
            front_camera=_draw_shift(rng),
            wrist_camera=_draw_shift(rng),
        ),
    )


_TASKS = frozenset(put_task(a, b) for a in BASIC_COLORS for b in BASIC_COLORS)


def _draw_task(rng: np.random.Generator) -> tuple[Task, str]:
    rng.choice([FAMILY])
    task = put_task(str(rng.choice(BASIC_COLORS)), str(rng.choice(BASIC_COLORS)))
    return task, phrase(task, int(rng.integers(1000)))


def _draw_places(rng: np.random.Generator) -> list[tuple[float, float]]:
    """Bowls first, then cubes; far enough apart for an open gripper around each cube."""
    clearance = np.array([_BOWL_CLEARANCE_M] * _BOWLS + [_CUBE_CLEARANCE_M] * _CUBES)
    needed = clearance[:, None] + clearance[None, :]
    np.fill_diagonal(needed, 0.0)
    while True:
        points = rng.uniform(*_AREA, (len(clearance), 2))
        apart = np.linalg.norm(points[:, None] - points[None, :], axis=-1)
        if (apart >= needed).all():
            return [(float(x), float(y)) for x, y in points]


def _draw_colors(rng: np.random.Generator, wanted: str, count: int) -> list[str]:
    """Different colours in random order, the wanted one among them."""
    others = [color for color in BASIC_COLORS if color != wanted]
    chosen = [wanted, *rng.choice(others, count - 1, replace=False).tolist()]
    return [str(color) for color in rng.permutation(chosen)]


def _shade(rng: np.random.Generator, color: str, brightness: float) -> Vector:
    shade = np.array(COLORS[color]) * brightness + rng.normal(0.0, 0.03, 3)
    return _vector(np.clip(shade, 0.0, 1.0))


def _draw_cubes(
    rng: np.random.Generator, wanted: str, places: list[tuple[float, float]]
) -> tuple[Placement, ...]:
    colors = _draw_colors(rng, wanted, _CUBES)
    return tuple(
        Placement(
            kind=Kind.CUBE,
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
) -> tuple[Placement, ...]:
    colors = _draw_colors(rng, wanted, _BOWLS)
    return tuple(
        Placement(kind=Kind.BOWL, color=color, rgb=_shade(rng, color, 0.9), x_m=x, y_m=y)
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
