# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What is said twice about the package is said alike, and every file names its licence."""

import ast
import configparser
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

import vla_ros
from vla_ros.params import NODE_PARAMS

ROOT = Path(__file__).parents[1]
MANIFEST = ET.parse(ROOT / "package.xml").getroot()
CMAKE = (ROOT / "CMakeLists.txt").read_text()
NODES = (
    *("perception_node", "inference_node", "executor_node", "sim_node"),
    *("blackbox_node", "view_node"),
)
SOURCES = sorted(
    path
    for folder in ("vla_ros", "test", "launch", "benchmarks", "resource", "cmake")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in {".py", ".in", ".cmake"}
)


def setup_cfg() -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg")
    return parser


def requirements(name: str) -> dict[str, str]:
    """Return the pins of a requirements file: name without extras -> line."""
    lines = (ROOT / "requirements" / f"{name}.txt").read_text().splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    return {re.split(r"[\[=;]", pin)[0].lower(): pin for pin in pins}


def test_version_is_the_same_everywhere() -> None:
    assert MANIFEST.findtext("version") == vla_ros.__version__
    assert setup_cfg()["metadata"]["version"] == "attr: vla_ros.__version__"


def test_name_and_licence_are_the_same_everywhere() -> None:
    assert MANIFEST.findtext("name") == setup_cfg()["metadata"]["name"] == "vla_ros"
    assert MANIFEST.findtext("license") == setup_cfg()["metadata"]["license"] == "Apache-2.0"
    assert "project(vla_ros " in CMAKE


def test_every_node_has_an_executable_a_module_and_parameters() -> None:
    installed = re.search(r"foreach\(node ([\w ]+)\)", CMAKE)
    assert installed is not None
    assert tuple(installed[1].split()) == NODES == tuple(NODE_PARAMS)
    shared = re.search(r"install_executable\((\w+) vla_ros\.nodes\.\1 lib", CMAKE)
    assert shared is not None
    for node in (*NODES, shared[1]):
        module = ast.parse((ROOT / "vla_ros" / "nodes" / f"{node}.py").read_text())
        assert "main" in {n.name for n in module.body if isinstance(n, ast.FunctionDef)}


def test_console_command_points_at_the_command_line() -> None:
    scripts = setup_cfg()["options.entry_points"]["console_scripts"]
    assert scripts.strip() == "vla_ros = vla_ros.cli.main:main"


def test_package_is_an_interface_package_that_cmake_builds() -> None:
    assert MANIFEST.findtext("member_of_group") == "rosidl_interface_packages"
    assert MANIFEST.findtext("export/build_type") == "ament_cmake"


def test_every_ros_package_that_is_imported_is_declared() -> None:
    declared = {e.text for tag in ("depend", "exec_depend") for e in MANIFEST.iter(tag)}
    imported = {
        name.split(".")[0]
        for path in [*(ROOT / "vla_ros").rglob("*.py"), *(ROOT / "launch").glob("*.py")]
        for name in imports_of(path)
        if re.match(r"rclpy|launch|cv_bridge|ament_index|.*_(msgs|srvs|interfaces)(\.|$)", name)
    }
    assert imported - declared == set()


def imports_of(path: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(path.read_text())))
    plain = {alias.name for n in nodes if isinstance(n, ast.Import) for alias in n.names}
    return plain | {str(n.module) for n in nodes if isinstance(n, ast.ImportFrom)}


def test_interfaces_of_messages_are_build_dependencies() -> None:
    used = {
        match[1]
        for folder in ("msg", "srv", "action")
        for path in (ROOT / folder).iterdir()
        for match in re.finditer(r"^(\w+)/\w+", path.read_text(), re.MULTILINE)
    }
    assert used <= {e.text for e in MANIFEST.iter("depend")}
    listed = re.search(r"DEPENDENCIES ([\w ]+)\)", CMAKE)
    assert listed is not None
    assert used <= set(listed[1].split())


@pytest.mark.parametrize("extra", ["sim", "learn", "test"])
def test_every_extra_has_a_file_of_pins(extra: str) -> None:
    wanted = setup_cfg()["options.extras_require"][extra].split("\n")
    names = {re.split(r"[<>=]", line)[0].lower() for line in wanted if line}
    assert names <= set(requirements(extra))


def test_every_requirement_of_the_package_is_pinned() -> None:
    wanted = setup_cfg()["options"]["install_requires"].split("\n")
    names = {re.split(r"[\[<>=]", line)[0].lower() for line in wanted if line}
    for distribution in ("kilted", "jazzy"):
        assert names <= set(requirements("runtime")) | set(requirements(distribution))


def test_isolated_builds_use_the_pins_of_kilted() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    pins = re.findall(r'"((?:ros-|catkin|setuptools)[\w\-]*==[\w.]+)"', text)
    known = {**requirements("kilted"), **requirements("build")}
    assert len(pins) > 10
    for pin in pins:
        assert known[pin.split("==")[0]].split(" ")[0] == pin


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_source_file_names_its_licence(path: Path) -> None:
    head = path.read_text().removeprefix("#!/usr/bin/env python3\n").splitlines()[:2]
    assert head == [
        "# Copyright 2026 The vla_ros authors",
        "# SPDX-License-Identifier: Apache-2.0",
    ]


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_source_file_stays_readable_in_one_go(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 400


@pytest.mark.parametrize(("body", "code"), [("raise KeyboardInterrupt", 130), ("main = bool", 0)])
def test_an_executable_that_is_interrupted_while_it_loads_says_nothing(
    tmp_path: Path, body: str, code: int
) -> None:
    template = (ROOT / "resource" / "executable.py.in").read_text()
    (tmp_path / "loading.py").write_text(body + "\n")
    script = tmp_path / "some_node"
    script.write_text(template.replace("@module@", "loading").replace("@name@", "some_node"))
    done = subprocess.run([sys.executable, str(script)], capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (code, b"", b"")
