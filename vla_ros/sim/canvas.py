# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""One off-screen OpenGL context that draws pictures of any size up to the model's largest."""

import mujoco
import numpy as np

from vla_ros.errors import SimulationError
from vla_ros.sim.gl import PACKAGES, select_backend
from vla_ros.types import ImageArray

_MAX_SOLIDS = 500


class Canvas:
    """Draws models of one kind: the same textures and lights. Belongs to the thread that made it.

    MuJoCo's own renderer is made for one size; opening a second context takes 0.2 s, during
    which no other Python thread runs.
    """

    def __init__(self, model: mujoco.MjModel) -> None:
        self._largest = (model.vis.global_.offwidth, model.vis.global_.offheight)
        self._gl = mujoco.GLContext(*self._largest)
        self._gl.make_current()
        self._context = mujoco.MjrContext(model, mujoco.mjtFontScale.mjFONTSCALE_50)
        mujoco.mjr_setBuffer(mujoco.mjtFramebuffer.mjFB_OFFSCREEN, self._context)
        self._scene = mujoco.MjvScene(model, maxgeom=_MAX_SOLIDS)
        self._scene.flags[mujoco.mjtRndFlag.mjRND_REFLECTION] = False
        self._option = mujoco.MjvOption()
        self._camera = mujoco.MjvCamera()
        self._camera.type = mujoco.mjtCamera.mjCAMERA_FIXED

    def draw(
        self,
        model: mujoco.MjModel,
        data: mujoco.MjData,
        camera: int,
        size: tuple[int, int],
        *,
        shadows: bool,
    ) -> ImageArray:
        """Return the RGB picture of a camera of a model, shape (height, width, 3).

        Args:
            model: What is drawn.
            data: Its state.
            camera: Which of its cameras.
            size: Width and height [pixels].
            shadows: The lamp casts shadows.

        Raises:
            SimulationError: The picture is larger than the model allows.
        """
        width, height = size
        if not (0 < width <= self._largest[0] and 0 < height <= self._largest[1]):
            raise SimulationError(
                f"picture of {width}x{height} pixels; wanted at most "
                f"{self._largest[0]}x{self._largest[1]}"
            )
        self._gl.make_current()
        self._camera.fixedcamid = camera
        self._scene.flags[mujoco.mjtRndFlag.mjRND_SHADOW] = shadows
        every = mujoco.mjtCatBit.mjCAT_ALL
        mujoco.mjv_updateScene(model, data, self._option, None, self._camera, every, self._scene)
        area = mujoco.MjrRect(0, 0, width, height)
        upside_down = np.empty((height, width, 3), np.uint8)
        mujoco.mjr_render(area, self._scene, self._context)
        mujoco.mjr_readPixels(upside_down, None, area, self._context)
        return np.ascontiguousarray(upside_down[::-1])

    def close(self) -> None:
        """Free the context."""
        self._gl.make_current()
        self._context.free()
        self._gl.free()


def open_canvas(model: mujoco.MjModel) -> Canvas:
    """Open an off-screen context.

    Raises:
        SimulationError: There is no off-screen OpenGL; the text names the packages to install.
    """
    backend = select_backend()
    if backend == "disable":
        raise SimulationError(f"no off-screen OpenGL to draw camera images. Install {PACKAGES}")
    try:
        return Canvas(model)
    except Exception as error:
        raise SimulationError(
            f"off-screen OpenGL ({backend}) failed: {error!r}. Install {PACKAGES}"
        ) from error
