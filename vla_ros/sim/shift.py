# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How much scenes differ in what a task does not depend on: light, cameras, friction, delays.

A policy is measured under each shift of `SHIFTS` alone, on the same layouts: a look is drawn from
the scene's seed by itself, so that another randomisation moves nothing on the table.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from vla_ros.sim.parts import Vector
from vla_ros.sim.scene import CameraShift, Look, Placement, Scene
from vla_ros.sim.things import COLORS
from vla_ros.types import FloatArray

_CONTAINER_SHADE = 0.9  # Containers are painted a little darker than items.


@dataclass(frozen=True, slots=True, kw_only=True)
class Randomisation:
    """Widths of what is drawn for each scene.

    Attributes:
        shade: Standard deviation of each colour value of a thing, of 1.
        light: Least and largest factor on the lamp's brightness.
        ambient: The same for the light that comes from everywhere.
        lamp_m: How far the lamp is moved at most, per axis [m].
        shadows: Share of scenes with shadows.
        camera_m: Standard deviation of a camera's place, per axis [m].
        camera_rad: The same of its direction [rad].
        friction: Least and largest factor on sliding friction.
        latency_s: Shortest and longest time from an observation to the policy's answer [s].
    """

    shade: float = 0.03
    light: tuple[float, float] = (0.75, 1.25)
    ambient: tuple[float, float] = (1.0, 1.0)
    lamp_m: float = 0.15
    shadows: float = 0.0
    camera_m: float = 0.003
    camera_rad: float = math.radians(0.3)
    friction: tuple[float, float] = (1.0, 1.0)
    latency_s: tuple[float, float] = (0.02, 0.15)


USUAL = Randomisation()
SHIFTS: dict[str, Randomisation] = {
    "none": USUAL,
    "camera": replace(USUAL, camera_m=0.01),
    "light": replace(USUAL, light=(0.375, 0.625), ambient=(0.5, 0.5)),
    "shadows": replace(USUAL, shadows=1.0),
    "colors": replace(USUAL, shade=0.06),
    "friction": replace(USUAL, friction=(0.6, 1.4)),
    "delays": replace(USUAL, latency_s=(0.10, 0.25)),
    "haste": replace(USUAL, latency_s=(0.02, 0.05)),  # As on the robot, if nothing slows it down.
}
# To learn from: every shift at once. Camera and light vary a little more, friction and delays as
# much, shades a little less, and every other scene has shadows.
WIDE = Randomisation(
    shade=0.05,
    light=(0.3, 1.35),
    ambient=(0.45, 1.2),
    lamp_m=0.4,
    shadows=0.5,
    camera_m=0.012,
    camera_rad=math.radians(1.0),
    friction=(0.6, 1.4),
    latency_s=(0.02, 0.25),
)
RANDOMISATIONS: dict[str, Randomisation] = SHIFTS | {"wide": WIDE}


def with_look(scene: Scene, randomisation: Randomisation) -> Scene:
    """Return a scene with a look drawn from its seed; its things keep their places."""
    rng = np.random.default_rng([scene.seed, 17])
    look = Look(
        light=float(rng.uniform(*randomisation.light)),
        ambient=float(rng.uniform(*randomisation.ambient)),
        lamp_offset_m=_vector(rng.uniform(-1.0, 1.0, 3) * randomisation.lamp_m),
        shadows=bool(rng.random() < randomisation.shadows),
        front_camera=_draw_camera(rng, randomisation),
        wrist_camera=_draw_camera(rng, randomisation),
        friction=float(rng.uniform(*randomisation.friction)),
    )
    return replace(
        scene,
        look=look,
        items=tuple(_shaded(item, 1.0, rng, randomisation) for item in scene.items),
        containers=tuple(
            _shaded(container, _CONTAINER_SHADE, rng, randomisation)
            for container in scene.containers
        ),
    )


def _draw_camera(rng: np.random.Generator, randomisation: Randomisation) -> CameraShift:
    return CameraShift(
        offset_m=_vector(rng.normal(0.0, 1.0, 3) * randomisation.camera_m),
        turn_rad=_vector(rng.normal(0.0, 1.0, 3) * randomisation.camera_rad),
    )


def _shaded(
    thing: Placement, brightness: float, rng: np.random.Generator, randomisation: Randomisation
) -> Placement:
    shade = np.array(COLORS[thing.color]) * brightness
    shade += rng.normal(0.0, 1.0, 3) * randomisation.shade
    return replace(thing, rgb=_vector(np.clip(shade, 0.0, 1.0)))


def _vector(values: FloatArray) -> Vector:
    x, y, z = values.tolist()
    return x, y, z
