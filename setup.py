# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Lets pip build the package: runs CMakeLists.txt into a stage and packs the stage as a wheel.

Metadata is in setup.cfg. Nothing is listed twice: what CMake installs is what the wheel holds.
"""

import os
import shutil
import subprocess
import sys
import zlib
from pathlib import Path

from setuptools import Distribution, setup
from setuptools.command.build_py import build_py

SOURCE = Path(__file__).absolute().parent
NOT_PACKED = (
    # Written by ament for overlays of workspaces; it holds paths of the building machine.
    "share/ament_index/resource_index/parent_prefix_path",
    # pip makes the command itself, for its own Python.
    "bin",
)


class BinaryDistribution(Distribution):
    """A distribution that is tied to a platform: it holds compiled interfaces."""

    def has_ext_modules(self) -> bool:
        return True

    def has_data(self) -> bool:
        """Answer what setuptools asks before it installs data files with an editable wheel."""
        return True


class BuildWithCMake(build_py):
    """Takes the Python package and every data file from what CMake installs."""

    def run(self) -> None:
        stage = install_with_cmake(SOURCE / "build")
        package = find_package(stage)
        skipped = [stage / path for path in NOT_PACKED]
        if self.editable_mode:
            super().run()
            # Our modules stay in the checkout; the generated ones go beside the other packages.
            skipped += [path for path in package.rglob("*") if is_ours(path, package)]
        else:
            target = Path(self.build_lib, "vla_ros")
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(package, target, ignore=shutil.ignore_patterns("*.c"))
            skipped.append(package)
        self.distribution.data_files[:] = list_data_files(stage, skipped)


def install_with_cmake(build_base: Path) -> Path:
    """Configure, build and install CMakeLists.txt; returns the stage it was installed into."""
    prefixes = ros_prefixes()
    environment = {
        **os.environ,
        "AMENT_PREFIX_PATH": prefixes,
        "CMAKE_PREFIX_PATH": prefixes,
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
    build = build_base / f"{sys.implementation.cache_tag}-{zlib.crc32(prefixes.encode()):08x}"
    stage = build / "stage"
    shutil.rmtree(stage, ignore_errors=True)

    def cmake(*arguments: str) -> None:
        subprocess.run(["cmake", *arguments], check=True, env=environment)

    cmake(
        *("-S", str(SOURCE), "-B", str(build)),
        *(("-G", "Ninja") if shutil.which("ninja") else ()),
        f"-DCMAKE_INSTALL_PREFIX={stage}",
        f"-DPython3_EXECUTABLE={sys.executable}",
        "-DCMAKE_BUILD_TYPE=Release",
        "-DBUILD_TESTING=OFF",
    )
    cmake("--build", str(build), "--parallel", str(os.cpu_count() or 1))
    cmake("--install", str(build))
    return stage


def ros_prefixes() -> str:
    """Prefixes that hold ROS packages, as a search path.

    A sourced ROS comes from the environment; ROS from pip lies in the prefix of each
    site-packages folder (also that of pip's isolated build environment).
    """
    if os.environ.get("AMENT_PREFIX_PATH"):
        return os.environ["AMENT_PREFIX_PATH"]
    candidates = [Path(sys.prefix)]
    candidates += [path.parents[2] for path in map(Path, sys.path) if len(path.parents) > 2]
    found = dict.fromkeys(
        str(prefix) for prefix in candidates if (prefix / "share/ament_cmake/cmake").is_dir()
    )
    if not found:
        raise SystemExit(
            "vla_ros: no ROS 2 found to build the interfaces with. Either source a ROS 2 "
            "(setup.bash), or install it from pip: pip install -r requirements/kilted.txt"
        )
    return os.pathsep.join(found)


def find_package(stage: Path) -> Path:
    """Folder of the Python package within the stage; its place depends on the distribution."""
    for marker in stage.glob("**/vla_ros/__init__.py"):
        return marker.parent
    raise SystemExit(f"vla_ros: CMake installed no Python package into {stage}")


def is_ours(path: Path, package: Path) -> bool:
    """True for a file of the package that lies in the checkout, False for a generated one."""
    return (SOURCE / "vla_ros" / path.relative_to(package)).is_file()


def list_data_files(stage: Path, skipped: list[Path]) -> list[tuple[str, list[str]]]:
    """Files of the stage by target folder, relative to the prefix of the installation."""
    folders: dict[str, list[str]] = {}
    for path in sorted(stage.rglob("*")):
        if path.is_dir() or any(path == skip or skip in path.parents for skip in skipped):
            continue
        folder = str(path.parent.relative_to(stage))
        folders.setdefault(folder, []).append(str(path.relative_to(SOURCE)))
    return list(folders.items())


setup(
    cmdclass={"build_py": BuildWithCMake},
    data_files=[("share/vla_ros", ["package.xml"])],  # Replaced by all that CMake installs.
    distclass=BinaryDistribution,
)
