# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import pytest

pytest.importorskip("rclpy")
pytest.importorskip("vla_ros.msg", reason="the interfaces are not built")

from sensor_msgs.msg import JointState

from vla_ros.errors import ConfigError
from vla_ros.msg import ActionChunk, GateState, Observation, Obstacles
from vla_ros.ros.definitions import definition_text, type_name


def contained(name: str) -> list[str]:
    lines = definition_text(name).splitlines()
    return [line.removeprefix("MSG: ") for line in lines if line.startswith("MSG: ")]


def test_types_are_named_as_ros_names_them() -> None:
    assert type_name(JointState) == "sensor_msgs/msg/JointState"
    assert type_name(GateState) == "vla_ros/msg/GateState"


def test_a_definition_carries_those_of_all_messages_it_contains() -> None:
    assert contained(type_name(Observation)) == [
        "std_msgs/Header",
        "sensor_msgs/Image",
        "sensor_msgs/PointCloud2",
        "sensor_msgs/JointState",
        "builtin_interfaces/Time",
        "sensor_msgs/PointField",
    ]


def test_constants_and_comments_are_not_taken_for_messages() -> None:
    assert contained(type_name(GateState)) == [
        "builtin_interfaces/Time",
        "unique_identifier_msgs/UUID",
    ]


def test_each_contained_definition_comes_once() -> None:
    assert len(contained(type_name(ActionChunk))) == len(set(contained(type_name(ActionChunk))))


def test_messages_of_the_same_package_are_found_without_its_name() -> None:
    assert contained(type_name(Obstacles)).count("geometry_msgs/Point") == 1


def test_a_definition_that_is_not_installed_names_its_package() -> None:
    with pytest.raises(ConfigError, match=r"no_such_msgs/msg/Thing .*Install the package"):
        definition_text("no_such_msgs/msg/Thing")
