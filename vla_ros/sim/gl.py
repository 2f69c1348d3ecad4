# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Choice of the off-screen OpenGL backend, which MuJoCo makes once, while it is imported."""

import ctypes
import os

PACKAGES = (
    "libegl1 libegl-mesa0 libgl1-mesa-dri libgl1 libopengl0 (or libosmesa6 alone), "
    "for example: sudo apt-get install libegl1 libegl-mesa0 libgl1-mesa-dri libgl1 libopengl0"
)


def select_backend() -> str:
    """Set MUJOCO_GL unless the user did, and return it: egl, osmesa, or disable."""
    if not os.environ.get("MUJOCO_GL"):
        os.environ["MUJOCO_GL"] = _available_backend()
    return os.environ["MUJOCO_GL"]


def _available_backend() -> str:
    if _loads("libEGL.so.1") and (_loads("libOpenGL.so.0") or _loads("libGL.so.1")):
        return "egl"
    if _loads("libOSMesa.so.8") or _loads("libOSMesa.so.6"):
        return "osmesa"
    return "disable"


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True
