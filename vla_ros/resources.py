# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Finds the files that ship with the package: profiles, models, URDF, launch files.

They lie at the top of a source checkout, and in `share/vla_ros` of the prefix that pip or
colcon installed into.
"""

import difflib
import os
import sys
from collections.abc import Iterator, MutableMapping
from pathlib import Path

from vla_ros.errors import ConfigError

PACKAGE = "vla_ros"
_PROFILE_SUFFIXES = (".yaml", ".yml")
_PACKAGE_URI = "package://"
_XACRO = ".xacro"
_FASTDDS_VARIABLE = "FASTDDS_DEFAULT_PROFILES_FILE"
_FASTDDS_2_VARIABLE = "FASTRTPS_DEFAULT_PROFILES_FILE"  # Up to ROS 2 Jazzy; later ones warn.


def share_dir() -> Path:
    """Folder that holds `config/`, `urdf/`, `launch/` and package.xml.

    Raises:
        ConfigError: If the package is installed incompletely.
    """
    tried = []
    for folder in _candidates():
        if (folder / "package.xml").is_file():
            return folder
        tried.append(str(folder))
    raise ConfigError(
        f"the data files of {PACKAGE} (config, urdf, launch) are in none of: {', '.join(tried)}. "
        "Install the package again: pip install . or colcon build"
    )


def config_path(kind: str, name: str | Path) -> Path:
    """Path of a profile, given its name or its own path.

    Args:
        kind: Folder under `config/`: "robots" or "policies".
        name: Name of a shipped profile ("sim_arm"), or the path of any YAML file.

    Raises:
        ConfigError: If there is no such file; the text lists the names that exist.
    """
    folder = share_dir() / "config" / kind
    return _resolve(folder, name, _PROFILE_SUFFIXES, f"{kind} profile")


def urdf_path(name: str | Path) -> Path:
    """Path of a robot description.

    Args:
        name: Name of a shipped one, the path of a file (`~` is the home folder), or
            `package://PACKAGE/path/in/it` for a file of an installed ROS package.

    Raises:
        ConfigError: If there is no such file, or it is a xacro file; the text says what to do.
    """
    text = str(name)
    path = _in_package(text) if text.startswith(_PACKAGE_URI) else Path(text).expanduser()
    if path.suffix == _XACRO:
        made = f"{path.stem.removesuffix('.urdf')}.urdf"
        raise ConfigError(
            f"robot description '{name}' is a xacro file, from which a URDF has to be made "
            f"first. Run: xacro {path} > {made} (with the arguments of your arm, see "
            f"docs/how-to/add-your-arm.md), and name the path of {made}"
        )
    if len(path.parts) > 1 and path.suffix == ".urdf" and not path.is_file():
        raise ConfigError(
            f"robot description '{name}' is not a file; looked in {Path.cwd()}. If it is to be "
            "made with xacro, docs/how-to/add-your-arm.md says how"
        )
    return _resolve(share_dir() / "urdf", path, (".urdf",), "robot description")


def config_names(kind: str) -> tuple[str, ...]:
    """Names of the shipped profiles of one kind ("robots" or "policies"), sorted."""
    return _names(share_dir() / "config" / kind, _PROFILE_SUFFIXES)


def ensure_ament_prefix_path(environ: MutableMapping[str, str] = os.environ) -> None:
    """Point AMENT_PREFIX_PATH at this Python's prefix where no ROS setup file has set it.

    ROS installed by pip into a virtual environment has no setup file, and the middleware and
    the resource index raise without the variable.
    """
    if not environ.get("AMENT_PREFIX_PATH") and Path(sys.prefix, "share/ament_index").is_dir():
        environ["AMENT_PREFIX_PATH"] = sys.prefix


def ensure_fastdds_profile(environ: MutableMapping[str, str] = os.environ) -> None:
    """Make Fast DDS read `config/fastdds.xml`, unless the user chose a profile.

    Call it before `rclpy.init()`, or on the environment of a process about to start.
    """
    if environ.get(_FASTDDS_VARIABLE) or environ.get(_FASTDDS_2_VARIABLE):
        return
    prefixes = filter(None, environ.get("AMENT_PREFIX_PATH", "").split(os.pathsep))
    is_fastdds_2 = any(Path(prefix, "share/fastrtps").is_dir() for prefix in prefixes)
    variable = _FASTDDS_2_VARIABLE if is_fastdds_2 else _FASTDDS_VARIABLE
    environ[variable] = str(share_dir() / "config" / "fastdds.xml")


def _candidates() -> Iterator[Path]:
    """Folders that may hold the data files: the checkout, our own prefix, then every prefix."""
    package = Path(__file__).absolute().parent
    yield package.parent
    for prefix in package.parents:
        if (prefix / "share" / PACKAGE).is_dir():
            yield prefix / "share" / PACKAGE
    prefixes = [*os.environ.get("AMENT_PREFIX_PATH", "").split(os.pathsep), sys.prefix]
    for prefix_text in filter(None, prefixes):
        yield Path(prefix_text, "share", PACKAGE)


def _in_package(uri: str) -> Path:
    """Return the path of `package://PACKAGE/path/in/it`.

    Raises:
        ConfigError: No such package, or no such file in it.
    """
    package, _, inside = uri.removeprefix(_PACKAGE_URI).partition("/")
    for prefix in filter(None, os.environ.get("AMENT_PREFIX_PATH", "").split(os.pathsep)):
        share = Path(prefix, "share", package)
        if package and share.is_dir():
            if inside and (share / inside).is_file():
                return share / inside
            raise ConfigError(f"'{uri}': package '{package}' in {share} has no file '{inside}'")
    raise ConfigError(
        f"'{uri}': package '{package}' is not installed, or the setup file of its workspace is "
        f"not sourced. Install it, for example: sudo apt install "
        f"ros-$ROS_DISTRO-{package.replace('_', '-')}"
    )


def _resolve(folder: Path, name: str | Path, suffixes: tuple[str, ...], what: str) -> Path:
    path = Path(name)
    if path.suffix in suffixes or len(path.parts) > 1:
        if path.is_file():
            return path
        raise ConfigError(f"{what} '{name}' is not a file; looked in {Path.cwd()}")
    for suffix in suffixes:
        shipped = folder / f"{name}{suffix}"
        if shipped.is_file():
            return shipped
    names = _names(folder, suffixes)
    close = difflib.get_close_matches(str(name), names, n=1)
    hint = f" Did you mean '{close[0]}'?" if close else ""
    raise ConfigError(
        f"{what} '{name}' does not exist.{hint} Available: {', '.join(names) or 'none'}. "
        f"Give one of these names or the path of a {suffixes[0]} file."
    )


def _names(folder: Path, suffixes: tuple[str, ...]) -> tuple[str, ...]:
    if not folder.is_dir():
        return ()
    return tuple(sorted(p.stem for p in folder.iterdir() if p.suffix in suffixes))
