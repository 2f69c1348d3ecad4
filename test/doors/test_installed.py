# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""pip and colcon install the same package; `make doors` builds both and runs this on them."""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from vla_ros import __version__

ROOT = Path(__file__).parents[2]
NODES = (
    "perception_node",
    "inference_node",
    "executor_node",
    "sim_node",
    "blackbox_node",
    "view_node",
)
INTERFACES = [
    path for kind in ("msg", "srv", "action") for path in sorted((ROOT / kind).iterdir())
]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run every test once per installation that was named on the command line."""
    doors = metafunc.config.getoption("--door")
    prefixes = [pytest.param(Path(d.split("=")[1]).absolute(), id=d.split("=")[0]) for d in doors]
    skipped = pytest.param(None, marks=pytest.mark.skip(reason="no --door given; see make doors"))
    if "prefix" in metafunc.fixturenames:
        metafunc.parametrize("prefix", prefixes or [skipped])


def python_of(prefix: Path) -> Path:
    """Return the Python that belongs to a prefix; for colcon's it is the one running this."""
    own = prefix / "bin" / "python"
    return own if own.is_file() else Path(sys.prefix, "bin", "python")


def run_in(prefix: Path, *command: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder without sources, with nothing but one installation in front."""
    python = python_of(prefix)
    kept = {k: v for k, v in os.environ.items() if k in {"HOME", "LANG", "ROS_DOMAIN_ID"}}
    environment = {
        **kept,
        "PATH": f"{prefix / 'bin'}:{python.parent}:/usr/bin:/bin",
        "ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST",
    }
    if python.parent.parent != prefix:  # As colcon's setup file does.
        environment |= {
            "PYTHONPATH": str(next(prefix.glob("**/vla_ros/__init__.py")).parents[1]),
            "LD_LIBRARY_PATH": str(prefix / "lib"),
            "AMENT_PREFIX_PATH": f"{prefix}:{python.parent.parent}",
        }
    return subprocess.run(
        command, env=environment, cwd="/", capture_output=True, text=True, check=False, timeout=60
    )


def python_in(prefix: Path, code: str) -> str:
    """Return what some code prints in an installation."""
    result = run_in(prefix, python_of(prefix), "-c", code)
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


def test_modules_come_from_the_installation_and_not_from_the_checkout(prefix: Path) -> None:
    path = python_in(prefix, "import vla_ros.gate as m; print(m.__file__)")
    assert Path(path).is_relative_to(prefix)
    installed = Path(path).parents[1]
    ours = {p.relative_to(ROOT / "vla_ros") for p in (ROOT / "vla_ros").rglob("*.py")}
    assert {path for path in ours if not (installed / path).is_file()} == set()


@pytest.mark.parametrize("interface", INTERFACES, ids=lambda p: p.name)
def test_interface_is_importable_and_has_type_support(prefix: Path, interface: Path) -> None:
    code = (
        f"from vla_ros.{interface.parent.name} import {interface.stem} as I\n"
        "from rclpy import type_support as t\n"
        "checks = {'msg': t.check_for_type_support, 'srv': t.check_is_valid_srv_type}\n"
        f"checks.get({interface.parent.name!r}, t.check_for_type_support)(I)\n"
        "print(I.__name__)"
    )
    assert python_in(prefix, code) == interface.stem


def test_ament_index_knows_the_package_and_its_interfaces(prefix: Path) -> None:
    code = (
        "import vla_ros, ament_index_python as a\n"
        "print(a.get_package_prefix('vla_ros'))\n"
        "print(a.get_resource('rosidl_interfaces', 'vla_ros')[0])"
    )
    found, *listed = python_in(prefix, code).split("\n")
    assert Path(found) == prefix
    assert {f"{path.parent.name}/{path.name}" for path in INTERFACES} <= set(listed)


def test_data_files_of_the_checkout_are_installed(prefix: Path) -> None:
    share = Path(python_in(prefix, "from vla_ros.resources import share_dir as s; print(s())"))
    assert share == prefix / "share" / "vla_ros"
    for folder in ("config", "launch", "urdf", "worlds", "msg", "srv", "action"):
        wanted = {p.name for p in (ROOT / folder).rglob("*") if p.is_file() and p.suffix != ".pyc"}
        assert wanted <= {p.name for p in (share / folder).rglob("*")}
    assert (share / "package.xml").read_text() == (ROOT / "package.xml").read_text()


@pytest.mark.parametrize("node", NODES)
def test_executable_starts_and_refuses_a_wrong_parameter(prefix: Path, node: str) -> None:
    wrong = ("--ros-args", "-p", "robbot:=sim_arm")
    result = run_in(prefix, prefix / "lib" / "vla_ros" / node, *wrong)
    assert "robbot" in result.stderr + result.stdout
    assert result.returncode == 2


def test_command_line_is_installed(prefix: Path) -> None:
    result = run_in(prefix, prefix / "bin" / "vla_ros", "--version")
    assert result.stdout.strip() == f"vla_ros {__version__}", result.stderr


def test_interpreter_of_the_test_and_of_the_installation_agree(prefix: Path) -> None:
    version = python_in(prefix, "import sysconfig as s; print(s.get_python_version())")
    assert version == sysconfig.get_python_version()
