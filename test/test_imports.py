# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Imports point down only, and heavy libraries stay where they belong.

Checked twice: in the source of every module (also imports inside functions), and by importing
in a clean interpreter and looking at what came along.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "vla_ros"
MODULES = sorted(path.relative_to(PACKAGE).with_suffix("") for path in PACKAGE.rglob("*.py"))

ROS = {
    *("rclpy", "launch", "launch_ros", "ament_index_python", "cv_bridge", "tf2_ros"),
    *("action_msgs", "builtin_interfaces", "diagnostic_msgs", "geometry_msgs", "lifecycle_msgs"),
    *("rcl_interfaces", "rosgraph_msgs", "sensor_msgs", "std_msgs", "std_srvs"),
    *("trajectory_msgs", "unique_identifier_msgs", "visualization_msgs"),
    *("vla_ros.msg", "vla_ros.srv", "vla_ros.action"),
}
TORCH_BACKEND = "policy/backends/torch"  # The one file for networks of the user's own.
# Which folders, or files, may import a library. Whoever is not listed may not.
HOMES: dict[str, tuple[str, ...]] = {
    # The command line is a shell, as the nodes are; its verbs import ROS when they run.
    **dict.fromkeys(ROS, ("ros", "nodes", "cli", "faults")),
    "torch": ("model", "learn", "serve", TORCH_BACKEND),
    "safetensors": ("learn", TORCH_BACKEND),
    "onnx": ("learn",),
    "pyarrow": ("learn",),
    "onnxruntime": ("policy/backends", "learn", "evaluate"),
    "mujoco": ("sim",),
    "pinocchio": ("robot", "policy", "gate"),
    "ruckig": ("gate",),
}
# What a folder may not import from vla_ros, beside the layers.
FORBIDDEN: dict[str, tuple[str, ...]] = {
    "gate": ("policy", "observe", "sim", "model", "learn", "evaluate", "serve"),
    "chunk": ("policy", "gate", "observe", "robot", "sim", "model", "learn", "evaluate", "serve"),
    "observe": ("policy", "gate", "chunk", "sim", "model", "learn", "evaluate", "serve"),
    "robot": ("policy", "gate", "chunk", "observe", "sim", "model", "learn", "evaluate", "serve"),
    "policy": ("observe", "sim", "model", "learn", "evaluate", "serve"),
    "doctor": ("sim", "model", "learn", "evaluate", "serve"),
    "timing": ("policy", "observe", "sim", "model", "learn", "evaluate", "serve"),
    "model": ("policy", "gate", "chunk", "observe", "sim", "learn", "evaluate", "serve"),
    "sim": ("learn", "evaluate"),
    "learn": ("evaluate",),
}
# It rebuilds a network from the weights that `vla_ros train` saved.
EXEMPT = {TORCH_BACKEND: ("model", "learn")}
LAYERS = {"ros": 1, "nodes": 2, "cli": 3, "faults": 3}  # Everything else is core, 0.
PURE = ("chunk", "doctor", "gate", "observe", "robot", "timing")
CLOCKS = {"time", "datetime"}


def imports_of(module: Path) -> Iterator[str]:
    """Yield the dotted name of everything a module imports, wherever in it."""
    for node in ast.walk(ast.parse((PACKAGE / module).with_suffix(".py").read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: relative import"
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def layer_of(name: str) -> int:
    return LAYERS.get(name, 0)


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_module_imports_only_what_its_layer_may(module: Path) -> None:
    folder = module.parts[0]
    for name in imports_of(module):
        parts = name.split(".")
        if parts[0] == "vla_ros" and len(parts) > 1:
            assert layer_of(parts[1]) <= layer_of(folder), (
                f"{module} imports {name}, which is above"
            )
            allowed = EXEMPT.get(str(module), ())
            forbidden = set(FORBIDDEN.get(folder, ())).difference(allowed)
            assert parts[1] not in forbidden, f"{module} imports {name}"
        for library in (parts[0], ".".join(parts[:2])):
            homes = HOMES.get(library)
            at_home = homes is None or any(f"{module}/".startswith(f"{home}/") for home in homes)
            assert at_home, f"{module} imports {library}, which only {homes} may"


@pytest.mark.parametrize("module", [m for m in MODULES if m.parts[0] in PURE], ids=str)
def test_pure_module_has_no_clock(module: Path) -> None:
    assert not CLOCKS & set(imports_of(module)), f"{module}: the time is an argument, now_ns"


def loaded_by(*modules: str) -> set[str]:
    """Return the libraries of `HOMES` that importing the modules brings in."""
    code = (
        f"import importlib, sys\n"
        f"for name in {modules!r}: importlib.import_module(name)\n"
        f"print(*({set(HOMES)!r} & set(sys.modules)))\n"
    )
    command = [sys.executable, "-c", code]
    result = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=PACKAGE.parent
    )
    assert result.returncode == 0, result.stderr
    return set(result.stdout.split())


def dotted(*folders: str) -> list[str]:
    """Return the names of all modules in some folders of the package."""
    chosen = [m for m in MODULES if m.parts[0] in folders]
    names = [".".join(("vla_ros", *m.parts)) for m in chosen]
    return [name.removesuffix(".__init__") for name in names]


def test_core_brings_in_neither_ros_nor_a_learning_framework() -> None:
    core = dotted("types", "errors", "params", "resources", "chunk", "gate", "observe", "robot")
    assert loaded_by(*core) <= {"pinocchio", "ruckig"}


def test_checks_of_the_doctor_bring_in_neither_ros_nor_a_learning_framework() -> None:
    assert loaded_by(*dotted("doctor")) <= {"pinocchio", "ruckig"}


def test_policy_layer_brings_in_neither_ros_nor_a_learning_framework() -> None:
    policy = [name for name in dotted("policy") if ".backends." not in name]
    assert loaded_by(*policy) <= {"pinocchio", "ruckig"}


def test_executor_process_holds_no_learning_framework_and_no_simulator() -> None:
    pytest.importorskip("rclpy", reason="rclpy is not installed")
    loaded = loaded_by("vla_ros.nodes.executor_node")
    assert not loaded & {"torch", "onnx", "onnxruntime", "mujoco"}


def test_help_of_the_command_line_is_instant() -> None:
    assert loaded_by("vla_ros.cli.main") == set()
