# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Off-screen pictures of a world, taken from snapshots so that physics never waits for them."""

import copy
from dataclasses import dataclass

import mujoco
import numpy as np
from numpy.typing import NDArray

from vla_ros.errors import SimulationError
from vla_ros.sim.canvas import Canvas, open_canvas
from vla_ros.sim.scene import DEFAULT_LAYOUT, CameraShift, Layout, Scene
from vla_ros.sim.strangers import SHADES
from vla_ros.sim.world_mjcf import container_name, item_name, stranger_name, world_model
from vla_ros.types import ImageArray


@dataclass(frozen=True, kw_only=True, eq=False)
class Snapshot:
    """State of a world at one instant, enough to draw it.

    Attributes:
        time_ns: Simulated time.
        scene: The scene that is laid out.
        positions: MuJoCo `qpos`.
        mocap_m: Positions of the containers [m]. Shape (C, 3).
    """

    time_ns: int
    scene: Scene
    positions: NDArray[np.float64]
    mocap_m: NDArray[np.float64]


class Renderer:
    """Draws snapshots with its own copy of the model.

    Not thread-safe, and bound to the thread that first draws: an OpenGL context belongs to one.
    """

    def __init__(self, *, samples: int, shadows: bool, pixel_noise: float) -> None:
        """Draw nothing yet.

        Args:
            samples: Anti-aliasing samples per pixel.
            shadows: Draw shadows (three times slower), also where the scene has none.
            pixel_noise: Standard deviation of the noise on each colour value, of 255.
        """
        self._samples = samples
        self._scene: Scene | None = None
        self._shadows = shadows
        self._noise_sigma = pixel_noise
        self._noise: NDArray[np.int16] = np.zeros(0, np.int16)
        self._rng = np.random.default_rng(0)
        self._canvas: Canvas | None = None
        self._build(DEFAULT_LAYOUT)

    def draw(self, snapshot: Snapshot, camera: str, width: int, height: int) -> ImageArray:
        """Return the RGB picture of one camera, shape (height, width, 3).

        Raises:
            SimulationError: There is no such camera, or no off-screen OpenGL on this machine.
        """
        index = mujoco.mj_name2id(self._model, mujoco.mjtObj.mjOBJ_CAMERA, camera)
        if index < 0:
            raise SimulationError(f"camera '{camera}' does not exist in the simulated world")
        canvas = self.open()
        self._pose(snapshot)
        shadows = self._shadows or snapshot.scene.look.shadows
        image = canvas.draw(self._model, self._data, index, (width, height), shadows=shadows)
        return self._with_noise(image)

    def open(self) -> Canvas:
        """Open the OpenGL context in this thread now; else the first picture does, in 0.2 s.

        Raises:
            SimulationError: No off-screen OpenGL on this machine.
        """
        if self._canvas is None:
            self._canvas = open_canvas(self._model)
        return self._canvas

    def close(self) -> None:
        """Free the OpenGL context; call it in the thread that drew."""
        if self._canvas is not None:
            self._canvas.close()
            self._canvas = None

    def _build(self, layout: Layout) -> None:
        self._layout = layout
        self._pristine = world_model(layout, self._samples)
        self._model = copy.deepcopy(self._pristine)
        self._data = mujoco.MjData(self._model)

    def _pose(self, snapshot: Snapshot) -> None:
        if snapshot.scene is not self._scene:
            if snapshot.scene.layout != self._layout:
                self._build(snapshot.scene.layout)
            apply_look(self._model, self._pristine, snapshot.scene)
            self._scene = snapshot.scene
            self._rng = np.random.default_rng(snapshot.scene.seed)
        self._data.qpos[:] = snapshot.positions
        self._data.mocap_pos[:] = snapshot.mocap_m
        mujoco.mj_kinematics(self._model, self._data)
        mujoco.mj_comPos(self._model, self._data)
        mujoco.mj_camlight(self._model, self._data)

    def _with_noise(self, image: ImageArray) -> ImageArray:
        if not self._noise_sigma > 0:
            return image
        if self._noise.size < 2 * image.size:
            # Not from the scene's seed: a scene looks the same whatever was drawn before it.
            values = np.random.default_rng(0).normal(0.0, self._noise_sigma, 2 * image.size)
            self._noise = np.rint(values).astype(np.int16)
        start = int(self._rng.integers(self._noise.size - image.size + 1))
        noise = self._noise[start : start + image.size].reshape(image.shape)
        noisy: ImageArray = np.clip(image + noise, 0, 255).astype(np.uint8)
        return noisy


def apply_look(model: mujoco.MjModel, pristine: mujoco.MjModel, scene: Scene) -> None:
    """Set colours, light, camera mounts and friction of a model to those of a scene."""
    for index, item in enumerate(scene.items):
        model.geom_rgba[model.geom(item_name(index)).id, :3] = item.rgb
    for index, container in enumerate(scene.containers):
        body = model.body(container_name(index)).id
        model.geom_rgba[model.geom_bodyid == body, :3] = container.rgb
    for index, stranger in enumerate(scene.strangers):
        body = model.body(stranger_name(index)).id
        model.geom_rgba[model.geom_bodyid == body, :3] = SHADES[stranger.color]
    look = scene.look
    model.light_diffuse[:] = pristine.light_diffuse * look.light
    model.light_pos[:] = pristine.light_pos + np.array(look.lamp_offset_m)
    head, usual = model.vis.headlight, pristine.vis.headlight
    head.ambient[:] = usual.ambient * look.ambient
    head.diffuse[:] = usual.diffuse * look.ambient
    model.geom_friction[:, 0] = pristine.geom_friction[:, 0] * look.friction
    for name, shift in (("front", look.front_camera), ("wrist", look.wrist_camera)):
        _shift_camera(model, pristine, model.camera(name).id, shift)


def _shift_camera(
    model: mujoco.MjModel, pristine: mujoco.MjModel, camera: int, shift: CameraShift
) -> None:
    model.cam_pos[camera] = pristine.cam_pos[camera] + np.array(shift.offset_m)
    quaternion = pristine.cam_quat[camera].copy()
    mujoco.mju_quatIntegrate(quaternion, np.array(shift.turn_rad), 1.0)
    model.cam_quat[camera] = quaternion
