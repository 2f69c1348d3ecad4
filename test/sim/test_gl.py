# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The OpenGL backend is the user's choice, else the best that can be loaded."""

import ctypes

import pytest

from vla_ros.sim import gl


def test_choice_of_the_user_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUJOCO_GL", "glfw")
    assert gl.select_backend() == "glfw"


@pytest.mark.parametrize(
    ("present", "backend"),
    [
        ({"libEGL.so.1", "libGL.so.1", "libOSMesa.so.8"}, "egl"),
        ({"libEGL.so.1", "libOpenGL.so.0"}, "egl"),
        ({"libEGL.so.1", "libOSMesa.so.8"}, "osmesa"),
        ({"libOSMesa.so.6"}, "osmesa"),
        (set(), "disable"),
    ],
)
def test_best_loadable_backend_is_selected(
    monkeypatch: pytest.MonkeyPatch, present: set[str], backend: str
) -> None:
    def load(name: str) -> None:
        if name not in present:
            raise OSError(name)

    monkeypatch.setattr(ctypes, "CDLL", load)
    monkeypatch.setenv("MUJOCO_GL", "")
    assert gl.select_backend() == backend
