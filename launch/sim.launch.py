# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Start the simulated arm, the three nodes that move it, and the black box."""

from pathlib import Path

from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, IncludeLaunchDescription
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue

BRINGUP = str(Path(__file__).with_name("bringup.launch.py"))


def generate_launch_description() -> LaunchDescription:
    """Describe the arguments of the simulator; those of the bringup come with it."""
    return LaunchDescription(
        [
            DeclareLaunchArgument(
                "robot",
                default_value="sim_arm",
                description="Robot profile: a name in config/robots or the path of a YAML file.",
            ),
            DeclareLaunchArgument(
                "sim_namespace",
                default_value="/",
                description="Namespace of sim_node and of the topics that its profile names "
                "without a leading slash; give each simulated arm its own.",
            ),
            DeclareLaunchArgument(
                "seed",
                default_value="0",
                description="Draws the first scene; the same seed gives the same scene.",
            ),
            DeclareLaunchArgument(
                "image_width",
                default_value="128",
                description="Width of the cameras' images [pixels], 32 to 640.",
            ),
            DeclareLaunchArgument(
                "image_height",
                default_value="128",
                description="Height of the cameras' images [pixels], 32 to 480.",
            ),
            IncludeLaunchDescription(
                PythonLaunchDescriptionSource(BRINGUP),
                launch_arguments={"robot": LaunchConfiguration("robot")}.items(),
            ),
            Node(
                package="vla_ros",
                executable="sim_node",
                name="sim_node",
                namespace=LaunchConfiguration("sim_namespace"),
                parameters=[
                    {
                        "robot": argument("robot", str),
                        "seed": argument("seed", int),
                        "image_width": argument("image_width", int),
                        "image_height": argument("image_height", int),
                        # Whoever waits for /clock must get it.
                        "publish_clock": argument("use_sim_time", bool),
                    }
                ],
                ros_arguments=["--log-level", LaunchConfiguration("log_level")],
                output="screen",
            ),
        ]
    )


def argument(name: str, value_type: type) -> ParameterValue:
    """Return a launch argument as a parameter of one type."""
    return ParameterValue(LaunchConfiguration(name), value_type=value_type)
