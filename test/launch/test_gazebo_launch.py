# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""gazebo.launch.py starts Gazebo, the bridge and the bringup, and says what is missing."""

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("launch_ros", reason="launch_ros is not installed (it comes with ROS 2)")

from launch import LaunchContext
from launch.actions import DeclareLaunchArgument, IncludeLaunchDescription, OpaqueFunction
from launch.launch_description_sources.python_launch_file_utilities import (
    load_python_launch_file_as_module,
)

ROOT = Path(__file__).parents[2]
FILE = ROOT / "launch" / "gazebo.launch.py"


class Started:
    """What the launch file would start, with every ROS package installed that is named."""

    def __init__(self, module: ModuleType, patch: pytest.MonkeyPatch, log_dir: Path) -> None:
        self.module = module
        self.installed = {*module.GAZEBO, *module.ROS2_CONTROL}
        self.nodes: dict[str, dict[str, Any]] = {}
        self.gazebo: dict[str, str] = {}
        patch.setattr(module, "is_installed", lambda name: name in self.installed)
        patch.setattr(module, "get_package_share_directory", lambda name: f"/share/{name}")
        patch.setattr(module, "Node", self._node)
        patch.setattr(module, "IncludeLaunchDescription", self._include)
        patch.setattr(module, "PythonLaunchDescriptionSource", str)
        patch.setattr(module, "PYTHON", sys.executable)
        patch.chdir(ROOT)
        patch.setattr(module, "launch_config", SimpleNamespace(log_dir=str(log_dir)))

    def start(self, **arguments: str) -> list[Any]:
        context = LaunchContext()
        context.launch_configurations.update({"gui": "true", "ros2_control": "false", **arguments})
        return list(self.module.start_gazebo(context))

    def _node(self, **options: Any) -> str:
        self.nodes[options["executable"]] = options
        return str(options["executable"])

    def _include(self, source: str, launch_arguments: Any) -> str:
        self.gazebo = dict(launch_arguments)
        return source


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Started:
    return Started(load_python_launch_file_as_module(str(FILE)), monkeypatch, tmp_path)


def test_gazebo_runs_our_world_and_the_bridge_has_its_topics(started: Started) -> None:
    names = started.start()
    assert names == [
        "/share/ros_gz_sim/launch/gz_sim.launch.py",
        "parameter_bridge",
        "robot_state_publisher",
    ]
    assert started.gazebo["gz_args"] == f"-r {ROOT}/worlds/table.sdf"
    (parameters,) = started.nodes["parameter_bridge"]["parameters"]
    assert parameters == {"config_file": f"{ROOT}/config/gazebo/bridge.yaml"}


def test_without_a_window_gazebo_still_renders(started: Started) -> None:
    started.start(gui="false")
    assert started.gazebo["gz_args"].startswith("-r -s --headless-rendering ")


def test_frames_are_published_only_where_their_publisher_is_installed(started: Started) -> None:
    started.installed.remove("robot_state_publisher")
    assert "robot_state_publisher" not in started.start()


def test_ros2_control_gets_its_controllers(started: Started, tmp_path: Path) -> None:
    names = started.start(ros2_control="true")
    assert names[1:] == ["parameter_bridge", "robot_state_publisher", "spawner"]
    world = tmp_path / "table.sdf"
    assert started.gazebo["gz_args"] == f"-r {world}"
    controllers = ROOT / "config" / "gazebo" / "controllers.yaml"
    assert f"<parameters>{controllers}</parameters>" in world.read_text(encoding="utf-8")
    assert controllers.is_file()
    (bridge,) = started.nodes["parameter_bridge"]["parameters"]
    assert bridge["config_file"].endswith("/bridge_ros2_control.yaml")
    assert set(started.nodes["spawner"]["arguments"]) == {
        "joint_state_broadcaster",
        "arm_trajectory_controller",
        "gripper_trajectory_controller",
    }
    (frames,) = started.nodes["robot_state_publisher"]["parameters"]
    assert "<ros2_control" in frames["robot_description"].value


def test_a_path_with_a_blank_reaches_gazebo_whole(started: Started, tmp_path: Path) -> None:
    started.module.simulator(tmp_path / "my world.sdf", gui=True)
    assert started.gazebo["gz_args"] == f"-r '{tmp_path}/my world.sdf'"


@pytest.mark.parametrize(
    ("ros2_control", "missing", "text"),
    [
        ("false", "ros_gz_bridge", r"ros_gz_bridge\. On Ubuntu: .* ros-jazzy-ros-gz-bridge\. See"),
        ("true", "gz_ros2_control", r"gz_ros2_control\. .*install ros-jazzy-gz-ros2-control\."),
        ("true", "robot_state_publisher", r"not installed: robot_state_publisher\."),
    ],
)
def test_missing_packages_are_named_with_how_to_install_them(
    started: Started, monkeypatch: pytest.MonkeyPatch, ros2_control: str, missing: str, text: str
) -> None:
    monkeypatch.setenv("ROS_DISTRO", "jazzy")
    started.installed.remove(missing)
    with pytest.raises(RuntimeError, match=text):
        started.start(ros2_control=ros2_control)
    assert started.nodes == {}


def test_every_package_that_is_needed_is_declared() -> None:
    module = load_python_launch_file_as_module(str(FILE))
    manifest = (ROOT / "package.xml").read_text(encoding="utf-8")
    for package in (*module.GAZEBO, *module.ROS2_CONTROL):
        assert f"<exec_depend>{package}</exec_depend>" in manifest


def test_bringup_follows_the_simulated_clock_and_nothing_arms() -> None:
    module = load_python_launch_file_as_module(str(FILE))
    entities = module.generate_launch_description().entities
    (include,) = (e for e in entities if isinstance(e, IncludeLaunchDescription))
    given = {str(name): value for name, value in include.launch_arguments}
    assert given["use_sim_time"] == "true"
    assert set(given) == {"robot", "use_sim_time"}
    # What is missing is said before any node has started.
    (opaque,) = (e for e in entities if isinstance(e, OpaqueFunction))
    assert entities.index(opaque) < entities.index(include)


def test_robot_is_the_one_in_the_world() -> None:
    module = load_python_launch_file_as_module(str(FILE))
    arguments = [
        e
        for e in module.generate_launch_description().entities
        if isinstance(e, DeclareLaunchArgument) and e.name == "robot"
    ]
    (default,) = arguments[0].default_value
    assert default.perform(LaunchContext()) == "gazebo_arm"
