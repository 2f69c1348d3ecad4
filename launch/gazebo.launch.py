# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Start Gazebo with the simulated arm on its table, and the nodes that move it.

Gazebo's own systems drive the arm, or, with ros2_control:=true, ros2_control's controllers.
"""

import os
import shlex
import subprocess
from pathlib import Path

from ament_index_python.packages import (
    PackageNotFoundError,
    get_package_prefix,
    get_package_share_directory,
)
from launch import LaunchContext, LaunchDescription, LaunchDescriptionEntity
from launch.actions import DeclareLaunchArgument, IncludeLaunchDescription, OpaqueFunction
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.logging import launch_config
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue

SHARE = Path(__file__).absolute().parents[1]
SETTINGS = SHARE / "config" / "gazebo"
PYTHON = "python3"
BRINGUP = str(Path(__file__).with_name("bringup.launch.py"))
FLAGS = ["true", "false"]
GAZEBO = ("ros_gz_sim", "ros_gz_bridge")
ROS2_CONTROL = (
    *("robot_state_publisher", "gz_ros2_control", "controller_manager"),
    *("joint_state_broadcaster", "joint_trajectory_controller"),
)
CONTROLLERS = [
    *("joint_state_broadcaster", "arm_trajectory_controller", "gripper_trajectory_controller"),
]


def generate_launch_description() -> LaunchDescription:
    """Describe the arguments of the simulation; those of the bringup come with it."""
    return LaunchDescription(
        [
            DeclareLaunchArgument(
                "robot",
                default_value="gazebo_arm",
                description="Robot profile: a name in config/robots or the path of a YAML file.",
            ),
            DeclareLaunchArgument(
                "ros2_control",
                default_value="false",
                choices=FLAGS,
                description="Drive the arm with gz_ros2_control and the controllers of "
                "config/gazebo/controllers.yaml instead of Gazebo's own systems.",
            ),
            DeclareLaunchArgument(
                "gui",
                default_value="true",
                choices=FLAGS,
                description="Open Gazebo's window; false simulates and renders without a screen.",
            ),
            OpaqueFunction(function=start_gazebo),
            IncludeLaunchDescription(
                PythonLaunchDescriptionSource(BRINGUP),
                launch_arguments={
                    "robot": LaunchConfiguration("robot"),
                    "use_sim_time": "true",
                }.items(),
            ),
        ]
    )


def start_gazebo(context: LaunchContext) -> list[LaunchDescriptionEntity]:
    """Return Gazebo with the arm, the bridge, and what publishes the frames of the arm.

    Raises:
        RuntimeError: Packages are missing; the text names them and how to install them.
    """
    gui = flag(context, "gui")
    if flag(context, "ros2_control"):
        require(GAZEBO + ROS2_CONTROL)
        return [
            simulator(write("world_sdf", "table.sdf", SETTINGS / "controllers.yaml"), gui=gui),
            bridge("bridge_ros2_control.yaml"),
            frames(write("arm_ros2_control", "sim_arm.urdf")),
            Node(package="controller_manager", executable="spawner", arguments=CONTROLLERS),
        ]
    require(GAZEBO)
    urdf = SHARE / "urdf" / "sim_arm.urdf"
    return [
        simulator(SHARE / "worlds" / "table.sdf", gui=gui),
        bridge("bridge.yaml"),
        *([frames(urdf)] if is_installed("robot_state_publisher") else []),
    ]


def simulator(world: Path, *, gui: bool) -> IncludeLaunchDescription:
    """Return Gazebo, running; the launch ends when its window is closed."""
    launch = Path(get_package_share_directory("ros_gz_sim"), "launch", "gz_sim.launch.py")
    options = "-r" if gui else "-r -s --headless-rendering"
    arguments = {"gz_args": f"{options} {shlex.quote(str(world))}", "on_exit_shutdown": "true"}
    return IncludeLaunchDescription(
        PythonLaunchDescriptionSource(str(launch)), launch_arguments=arguments.items()
    )


def write(module: str, name: str, *arguments: Path) -> Path:
    """Let a module of vla_ros.sim write a file beside the logs, and return its path.

    The module runs in the Python that is first in PATH, as the nodes do: that of ros2 launch need
    not have the libraries of vla_ros.
    """
    path = Path(launch_config.log_dir, name)
    command = [PYTHON, "-m", f"vla_ros.sim.{module}", str(path), *map(str, arguments)]
    subprocess.run(command, check=True)  # noqa: S603 - all of it is ours
    return path


def bridge(config: str) -> Node:
    """Return the bridge between Gazebo's topics and those of ROS 2."""
    return Node(
        package="ros_gz_bridge",
        executable="parameter_bridge",
        name="gazebo_bridge",
        parameters=[{"config_file": str(SETTINGS / config)}],
        output="screen",
    )


def frames(urdf: Path) -> Node:
    """Return the publisher of the arm's frames and of its description."""
    text = urdf.read_text(encoding="utf-8")
    return Node(
        package="robot_state_publisher",
        executable="robot_state_publisher",
        parameters=[
            {
                "robot_description": ParameterValue(text, value_type=str),
                "use_sim_time": True,
            }
        ],
        output="screen",
    )


def require(packages: tuple[str, ...]) -> None:
    """Raise if ROS packages are missing, and say how to install them."""
    missing = [package for package in packages if not is_installed(package)]
    if missing:
        distro = os.environ.get("ROS_DISTRO", "<distro>")
        debs = " ".join(f"ros-{distro}-{package.replace('_', '-')}" for package in missing)
        raise RuntimeError(
            f"gazebo.launch.py needs ROS packages that are not installed: {', '.join(missing)}. "
            f"On Ubuntu: sudo apt-get install {debs}. See docs/how-to/gazebo.md"
        )


def is_installed(package: str) -> bool:
    """Tell whether a ROS package is there."""
    try:
        get_package_prefix(package)
    except PackageNotFoundError:
        return False
    return True


def flag(context: LaunchContext, argument: str) -> bool:
    """Return a launch argument as a bool."""
    return LaunchConfiguration(argument).perform(context) == "true"
