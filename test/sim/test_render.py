# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures show the scene; skipped where no off-screen OpenGL exists."""

import dataclasses
import threading

import numpy as np
import pytest
from put_tasks import put_task

from vla_ros.errors import SimulationError
from vla_ros.sim import canvas
from vla_ros.sim.sample import sample_scene
from vla_ros.sim.strangers import Form, Stranger
from vla_ros.sim.things import COLORS, Kind
from vla_ros.sim.world import World, WorldOptions

try:
    _probe = World()
    _probe.reset(sample_scene(0))
    _probe.try_drawing()
except SimulationError as error:
    pytest.skip(str(error), allow_module_level=True)

HUES = ("red", "green", "blue", "yellow")  # Told apart whatever the light.


@pytest.fixture(scope="module")
def plain() -> World:
    """Return a world without pixel noise."""
    return World(WorldOptions(pixel_noise=0.0))


@pytest.mark.parametrize("size", [(96, 96), (640, 480)])
def test_picture_has_the_size_asked_for(plain: World, size: tuple[int, int]) -> None:
    plain.reset(sample_scene(0))
    image = plain.render("wrist", *size)
    assert image.shape == (size[1], size[0], 3)
    assert image.dtype == np.uint8


@pytest.mark.parametrize("seed", range(5))
def test_cube_is_seen_where_its_pixel_is(plain: World, seed: int) -> None:
    plain.reset(sample_scene(seed, put_task("red", "blue")))
    image = plain.render("front", 480, 480).astype(float)
    cubes = [item for item in plain.table().items if item.color in HUES]
    assert cubes
    for cube in cubes:
        x, y, z = cube.at_m
        u, v = plain.pixel("front", (x, y, z + 0.018))
        pixel = image[int((v + 0.5) * 480), int((u + 0.5) * 480)]
        hue = pixel / pixel.sum()
        nearest = min(
            HUES, key=lambda c: np.linalg.norm(hue - np.array(COLORS[c]) / sum(COLORS[c]))
        )
        assert nearest == cube.color


def test_what_no_sentence_names_is_seen_and_only_where_there_is_one(plain: World) -> None:
    scene = sample_scene(0)
    new = Stranger(form=Form.CROSS, color="turquoise", x_m=0.62, y_m=0.0, yaw_rad=0.3)
    pictures = []
    for strangers in ((), (new,), ()):
        plain.reset(dataclasses.replace(scene, strangers=strangers))
        pictures.append(plain.render("front", 96, 96).astype(int))
    u, v = plain.pixel("front", (new.x_m, new.y_m, 0.02))
    red, green, blue = pictures[1][int((v + 0.5) * 96), int((u + 0.5) * 96)]
    assert green > 2 * red
    assert blue > 2 * red
    assert (pictures[0] == pictures[2]).all()


def test_scene_of_other_things_is_drawn_too(plain: World) -> None:
    scene = sample_scene(0)
    plain.reset(scene)
    before = plain.render("front", 96, 96)
    tray = dataclasses.replace(scene.containers[0], kind=Kind.TRAY)
    plain.reset(dataclasses.replace(scene, containers=(tray,)))
    assert (plain.render("front", 96, 96) != before).any()
    plain.reset(scene)
    np.testing.assert_array_equal(plain.render("front", 96, 96), before)


@pytest.mark.parametrize(
    ("change", "darker"), [({"ambient": 0.5}, True), ({"light": 0.5}, True), ({}, False)]
)
def test_light_of_a_scene_is_seen(plain: World, change: dict[str, float], darker: bool) -> None:
    scene = sample_scene(0)
    plain.reset(scene)
    before = plain.render("front", 96, 96).mean()
    plain.reset(dataclasses.replace(scene, look=dataclasses.replace(scene.look, **change)))
    assert (plain.render("front", 96, 96).mean() < before - 5.0) == darker


def test_shadows_of_a_scene_are_seen(plain: World) -> None:
    scene = sample_scene(0)
    plain.reset(scene)
    before = plain.render("front", 96, 96).astype(int)
    plain.reset(dataclasses.replace(scene, look=dataclasses.replace(scene.look, shadows=True)))
    shaded = plain.render("front", 96, 96)
    assert ((before - shaded).max(axis=2) > 20).mean() > 0.02


def test_noise_keeps_a_still_scene_from_looking_frozen() -> None:
    world = World(WorldOptions(pixel_noise=2.0))
    world.reset(sample_scene(0))
    first, second = world.render("front", 96, 96), world.render("front", 96, 96)
    difference = first.astype(int) - second
    assert 1.5 < difference.std() < 4.0


def test_picture_is_the_same_for_the_same_state(plain: World) -> None:
    plain.reset(sample_scene(0))
    np.testing.assert_array_equal(plain.render("front", 96, 96), plain.render("front", 96, 96))


def test_snapshot_is_drawn_in_another_thread_as_it_was_taken(plain: World) -> None:
    plain.reset(sample_scene(0))
    expected = plain.render("front", 96, 96)
    snapshot = plain.snapshot()
    plain.reset(sample_scene(1))
    drawn = []

    def draw() -> None:
        renderer = plain.make_renderer()
        drawn.append(renderer.draw(snapshot, "front", 96, 96))
        renderer.close()

    thread = threading.Thread(target=draw)
    thread.start()
    thread.join()
    np.testing.assert_array_equal(drawn[0], expected)


def test_unknown_camera_is_named(plain: World) -> None:
    plain.reset(sample_scene(0))
    with pytest.raises(SimulationError, match="camera 'rear' does not exist"):
        plain.render("rear", 96, 96)


def test_missing_opengl_names_the_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canvas, "select_backend", lambda: "disable")
    world = World()
    world.reset(sample_scene(0))
    with pytest.raises(SimulationError, match=r"libegl1 libegl-mesa0 .* libosmesa6"):
        world.try_drawing()


def test_broken_opengl_names_the_packages_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(width: int, height: int) -> None:
        raise AttributeError("eglQueryString")

    monkeypatch.setattr(canvas.mujoco, "GLContext", broken)
    world = World()
    world.reset(sample_scene(0))
    with pytest.raises(SimulationError, match=r"failed: AttributeError.*libegl1"):
        world.try_drawing()


def test_picture_too_large_is_refused(plain: World) -> None:
    plain.reset(sample_scene(0))
    with pytest.raises(SimulationError, match="641x480 pixels; wanted at most 640x480"):
        plain.render("front", 641, 480)
