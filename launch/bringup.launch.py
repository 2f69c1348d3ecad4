# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Start the three nodes between a robot's topics and its controller, and those that watch.

A node that dies comes back, except the one that moves the arm: after that a person looks first.
"""

from typing import Any

import yaml
from launch import LaunchContext, LaunchDescription
from launch.actions import DeclareLaunchArgument, OpaqueFunction
from launch.conditions import IfCondition
from launch.events.process import ProcessExited
from launch.substitutions import EqualsSubstitution, LaunchConfiguration, PathJoinSubstitution
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue
from launch_ros.substitutions import FindPackageShare

FLAGS = ["true", "false"]
PROCESSES = ["separate", "shared"]
SHARED = "perception_inference"  # One program with both nodes, each under its own name.
COMES_BACK = {"respawn": True, "respawn_delay": 2.0}
# The longest stop of a slow arm must end before launch loses its patience with Ctrl-C.
RESTS_FIRST = {"sigterm_timeout": "15", "sigkill_timeout": "15"}
MISCONFIGURED = 2  # Exit code of a node that refuses its parameters or profiles.


def generate_launch_description() -> LaunchDescription:
    """Describe the arguments and the nodes."""
    profiles = {"robot": text("robot"), "policy": text("policy")}
    return LaunchDescription(
        [
            DeclareLaunchArgument(
                "robot",
                description="Robot profile: a name in config/robots or the path of a YAML file.",
            ),
            DeclareLaunchArgument(
                "policy",
                default_value="tabletop",
                description="Policy profile: a name in config/policies or the path of a file.",
            ),
            DeclareLaunchArgument(
                "namespace",
                default_value="vla",
                description="Namespace of the nodes; give each arm its own.",
            ),
            DeclareLaunchArgument(
                "use_sim_time",
                default_value="false",
                choices=FLAGS,
                description="Take the time from /clock, as a simulator publishes it.",
            ),
            DeclareLaunchArgument(
                "autostart",
                default_value="true",
                choices=FLAGS,
                description="Configure and activate the nodes; false leaves it to ros2 lifecycle.",
            ),
            DeclareLaunchArgument(
                "auto_arm",
                default_value="false",
                choices=FLAGS,
                description="Arm without a person. Refused for a robot that is not simulated.",
            ),
            DeclareLaunchArgument(
                "dry_run",
                default_value="false",
                choices=FLAGS,
                description="Shadow mode: command a ghost instead of the robot; nothing moves.",
            ),
            DeclareLaunchArgument(
                "processes",
                default_value="separate",
                choices=PROCESSES,
                description="Of perception_node and inference_node: separate, or shared by both, "
                "which costs less time and memory; then both end when one of them dies.",
            ),
            DeclareLaunchArgument(
                "black_box",
                default_value="true",
                choices=FLAGS,
                description="Start blackbox_node, which leaves a recording of each latched stop.",
            ),
            DeclareLaunchArgument(
                "view",
                default_value="true",
                choices=FLAGS,
                description="Start view_node, which shows plan and verdict as markers and image.",
            ),
            DeclareLaunchArgument(
                "rviz",
                default_value="false",
                choices=FLAGS,
                description="Start RViz with config/vla.rviz; needs the package rviz2.",
            ),
            DeclareLaunchArgument(
                "log_level",
                default_value="info",
                choices=["debug", "info", "warn", "error", "fatal"],
                description="The least severe log messages that are shown.",
            ),
            make_node("perception_node", profiles, condition=runs("separate"), **COMES_BACK),
            make_node("inference_node", profiles, condition=runs("separate"), **COMES_BACK),
            make_node(SHARED, profiles, condition=runs("shared"), **COMES_BACK),
            make_node(
                "executor_node",
                {
                    "robot": text("robot"),
                    "auto_arm": flag("auto_arm"),
                    "dry_run": flag("dry_run"),
                },
                **RESTS_FIRST,
            ),
            make_node(
                "blackbox_node",
                {"robot": text("robot")},
                condition=IfCondition(LaunchConfiguration("black_box")),
                **COMES_BACK,
            ),
            make_node(
                "view_node",
                {"robot": text("robot")},
                condition=IfCondition(LaunchConfiguration("view")),
                **COMES_BACK,
            ),
            OpaqueFunction(function=make_rviz, condition=IfCondition(LaunchConfiguration("rviz"))),
        ]
    )


def make_rviz(context: LaunchContext) -> list[Node]:
    """Return RViz, in the base frame of the robot and with the topics of the namespace.

    The nodes check the profile: the Python of ros2 launch need not have the libraries for that,
    and the URDF may be one that only nodes hear.
    """
    from vla_ros.resources import config_path  # noqa: PLC0415

    path = config_path("robots", LaunchConfiguration("robot").perform(context))
    frame = yaml.safe_load(path.read_text(encoding="utf-8"))["base_frame"]
    namespace = LaunchConfiguration("namespace").perform(context).strip("/")
    place = f"/{namespace}" if namespace else ""
    config = PathJoinSubstitution([FindPackageShare("vla_ros"), "config", "vla.rviz"])
    shown = ("view_node/markers", "view_node/image")
    return [
        Node(
            package="rviz2",
            executable="rviz2",
            name="rviz",
            namespace=namespace,
            arguments=["-d", config, "-f", frame],
            parameters=[{"use_sim_time": flag("use_sim_time")}],
            remappings=[(f"/vla/{topic}", f"{place}/{topic}") for topic in shown],
            output="screen",
        )
    ]


def runs(processes: str) -> IfCondition:
    """Return the condition that perception_node and inference_node run in such processes."""
    return IfCondition(EqualsSubstitution(LaunchConfiguration("processes"), processes))


def make_node(program: str, parameters: dict[str, ParameterValue], **options: Any) -> Node:
    """Return one program of the namespace, with the parameters that all nodes have and its own."""
    common = {"autostart": flag("autostart"), "use_sim_time": flag("use_sim_time")}
    return Node(
        package="vla_ros",
        executable=program,
        name=None if program == SHARED else program,
        namespace=LaunchConfiguration("namespace"),
        parameters=[{**common, **parameters}],
        ros_arguments=["--log-level", LaunchConfiguration("log_level")],
        output="screen",
        on_exit=end_if_misconfigured,
        **options,
    )


def end_if_misconfigured(event: ProcessExited, _: LaunchContext) -> None:
    """End everything when a node refuses its profiles: it would do so each time it came back.

    Raises:
        RuntimeError: Names the node; its own log says what is wrong.
    """
    if event.returncode == MISCONFIGURED:
        raise RuntimeError(f"{event.process_name} refuses its configuration; see its words above")


def text(argument: str) -> ParameterValue:
    """Return a launch argument as a string, also where it looks like a number."""
    return ParameterValue(LaunchConfiguration(argument), value_type=str)


def flag(argument: str) -> ParameterValue:
    """Return a launch argument as a bool."""
    return ParameterValue(LaunchConfiguration(argument), value_type=bool)
