# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Names every system package that is missing before an installation begins.

Runs with the Python that will make the virtual environment; the standard library is enough.
"""

import ctypes
import importlib.util
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

OLDEST_PYTHON = (3, 10)
NEWEST_PYTHON = (3, 13)
OLDEST_CMAKE = (3, 20)


def main() -> int:
    """Print what is missing and how to install it; the exit code is 1 if anything is."""
    problems = list(missing())
    if not problems:
        return 0
    say = sys.stderr.write
    say("vla_ros cannot be set up on this machine yet:\n")
    for what, _ in problems:
        say(f"  - {what}\n")
    packages = " ".join(dict.fromkeys(package for _, package in problems if package))
    if packages:
        say("On Debian or Ubuntu this installs what is missing:\n")
        say(f"  sudo apt-get update && sudo apt-get install {packages}\n")
    return 1


def missing() -> Iterator[tuple[str, str]]:
    """Yield what is missing, and the package that brings it."""
    version = sys.version_info[:2]
    if not OLDEST_PYTHON <= version <= NEWEST_PYTHON:
        yield (
            f"Python {version[0]}.{version[1]} at {sys.executable}: 3.10 to 3.13 is needed. "
            "Choose another one with: make PYTHON=python3.12 ...",
            "",
        )
    if importlib.util.find_spec("ensurepip") is None:
        yield "the Python module venv with ensurepip", "python3-venv"
    if not Path(sysconfig.get_path("include"), "Python.h").is_file():
        yield "the Python headers (Python.h)", "python3-dev"
    if shutil.which("cc") is None or shutil.which("c++") is None:
        yield "a C and C++ compiler (cc, c++)", "build-essential"
    if shutil.which("make") is None and shutil.which("ninja") is None:
        yield "make or ninja", "build-essential"
    yield from missing_cmake()
    if not can_render():
        yield (
            "OpenGL without a screen (libEGL.so.1 and libOpenGL.so.0), for the simulated cameras",
            "libegl1 libegl-mesa0 libgl1-mesa-dri libgl1 libopengl0",
        )


def missing_cmake() -> Iterator[tuple[str, str]]:
    """Yield CMake, if it is absent or too old."""
    cmake = shutil.which("cmake")
    if cmake is None:
        yield "CMake", "cmake"
        return
    result = subprocess.run([cmake, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    match = re.search(r"version (\d+)\.(\d+)", result.stdout)
    version = (int(match[1]), int(match[2])) if match else (0, 0)
    if version < OLDEST_CMAKE:
        yield f"CMake 3.20 or newer; {cmake} is {version[0]}.{version[1]}", "cmake"


def can_render() -> bool:
    """Tell whether MuJoCo has a library to render with: EGL, or OSMesa in its place."""
    egl = loads("libEGL.so.1") and (loads("libOpenGL.so.0") or loads("libGL.so.1"))
    return egl or loads("libOSMesa.so.8") or loads("libOSMesa.so.6")


def loads(library: str) -> bool:
    """Tell whether the dynamic linker finds a library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
