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
from vla_ros.sim.scene import CameraShift, Scene
from vla_ros.types import ImageArray


@dataclass(frozen=True, kw_only=True, eq=False)
class Snapshot:
    """State of a world at one instant, enough to draw it.

    Attributes:
        time_ns: Simulated time.
        scene: The scene that is laid out.
        positions: MuJoCo `qpos`.
        mocap_m: Positions of the bowls [m]. Shape (B, 3).
    """

    time_ns: int
    scene: Scene
    positions: NDArray[np.float64]
    mocap_m: NDArray[np.float64]


class Renderer:
    """Draws snapshots with its own copy of the model.

    Not thread-safe, and bound to the thread that first draws: an OpenGL context belongs to one.
    """

    def __init__(self, model: mujoco.MjModel, *, shadows: bool, pixel_noise: float) -> None:
        """Copy a pristine model.

        Args:
            model: Model before any scene was applied to it.
            shadows: Draw shadows (three times slower).
            pixel_noise: Standard deviation of the noise on each colour value, of 255.
        """
        self._pristine = model
        self._model = copy.deepcopy(model)
        self._data = mujoco.MjData(self._model)
        self._scene: Scene | None = None
        self._shadows = shadows
        self._noise_sigma = pixel_noise
        self._noise: NDArray[np.int16] = np.zeros(0, np.int16)
        self._rng = np.random.default_rng(0)
        self._canvas: Canvas | None = None

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
        return self._with_noise(canvas.draw(self._data, index, width, height))

    def open(self) -> Canvas:
        """Open the OpenGL context in this thread now; else the first picture does, in 0.2 s.

        Raises:
            SimulationError: No off-screen OpenGL on this machine.
        """
        if self._canvas is None:
            self._canvas = open_canvas(self._model, shadows=self._shadows)
        return self._canvas

    def close(self) -> None:
        """Free the OpenGL context; call it in the thread that drew."""
        if self._canvas is not None:
            self._canvas.close()
            self._canvas = None

    def _pose(self, snapshot: Snapshot) -> None:
        if snapshot.scene is not self._scene:
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
            values = self._rng.normal(0.0, self._noise_sigma, 2 * image.size)
            self._noise = np.rint(values).astype(np.int16)
        start = int(self._rng.integers(self._noise.size - image.size + 1))
        noise = self._noise[start : start + image.size].reshape(image.shape)
        noisy: ImageArray = np.clip(image + noise, 0, 255).astype(np.uint8)
        return noisy


def apply_look(model: mujoco.MjModel, pristine: mujoco.MjModel, scene: Scene) -> None:
    """Set colours, lamp and camera mounts of a model to those of a scene."""
    for index, cube in enumerate(scene.cubes):
        model.geom_rgba[model.geom(f"cube{index}").id, :3] = cube.rgb
    for index, bowl in enumerate(scene.bowls):
        model.geom_rgba[model.geom_bodyid == model.body(f"bowl{index}").id, :3] = bowl.rgb
    model.light_diffuse[:] = pristine.light_diffuse * scene.light
    model.light_pos[:] = pristine.light_pos + np.array(scene.lamp_offset_m)
    for name, shift in (("front", scene.front_camera), ("wrist", scene.wrist_camera)):
        _shift_camera(model, pristine, model.camera(name).id, shift)


def _shift_camera(
    model: mujoco.MjModel, pristine: mujoco.MjModel, camera: int, shift: CameraShift
) -> None:
    model.cam_pos[camera] = pristine.cam_pos[camera] + np.array(shift.offset_m)
    quaternion = pristine.cam_quat[camera].copy()
    mujoco.mju_quatIntegrate(quaternion, np.array(shift.turn_rad), 1.0)
    model.cam_quat[camera] = quaternion
