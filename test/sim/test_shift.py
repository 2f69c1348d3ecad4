# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Each shift changes what it names, and nothing else."""

import dataclasses
from typing import Any

import numpy as np
import pytest

from vla_ros.sim.sample import Wishes, sample_scene, sample_task_scene
from vla_ros.sim.scene import Scene
from vla_ros.sim.shift import SHIFTS, USUAL, WIDE, Randomisation, with_look

CHANGES = {
    "none": set(),
    "camera": {"front_camera", "wrist_camera"},
    "light": {"light", "ambient"},
    "shadows": {"shadows"},
    "colors": set(),
    "friction": {"friction"},
    "delays": set(),
    "haste": set(),
}


def changed(a: Scene, b: Scene) -> set[str]:
    fields = (field.name for field in dataclasses.fields(a.look))
    return {name for name in fields if getattr(a.look, name) != getattr(b.look, name)}


@pytest.mark.parametrize("name", SHIFTS)
def test_a_shift_changes_what_it_names(name: str) -> None:
    scene = sample_task_scene(5, Wishes())
    shifted = with_look(scene, SHIFTS[name])
    assert changed(with_look(scene, USUAL), shifted) == CHANGES[name]
    shades = [(p.rgb, q.rgb) for p, q in zip(scene.items, shifted.items, strict=True)]
    assert all(a != b for a, b in shades) == (name == "colors")
    assert (SHIFTS[name].latency_s != USUAL.latency_s) == (name in ("delays", "haste"))


def test_a_scene_of_the_shipped_policy_can_be_shifted_too() -> None:
    scene = sample_scene(3)
    shifted = with_look(scene, SHIFTS["shadows"])
    assert shifted.look.shadows
    assert [(p.x_m, p.y_m) for p in shifted.items] == [(p.x_m, p.y_m) for p in scene.items]


def test_a_moved_camera_is_moved_by_a_centimetre() -> None:
    offsets = np.array(
        [
            with_look(sample_scene(seed), SHIFTS["camera"]).look.front_camera.offset_m
            for seed in range(100)
        ]
    )
    assert 0.008 < offsets.std() < 0.012


def test_wide_scenes_cover_every_shift() -> None:
    looks = [with_look(sample_scene(seed), WIDE).look for seed in range(100)]
    assert {look.shadows for look in looks} == {True, False}
    short = {
        (name, field.name)
        for name, shift in SHIFTS.items()
        for field in dataclasses.fields(Randomisation)
        if not covers(getattr(WIDE, field.name), getattr(shift, field.name))
    }
    assert short == {("colors", "shade"), ("shadows", "shadows")}  # Of both it has some.


def covers(wide: Any, other: Any) -> bool:
    """Tell whether a width, or a range, holds another one."""
    if isinstance(wide, float):
        return wide >= other
    return wide[0] <= other[0] and other[1] <= wide[1]
