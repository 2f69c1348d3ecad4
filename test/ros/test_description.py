# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A URDF that is latched on a topic, over real DDS."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

rclpy = pytest.importorskip("rclpy")

from rclpy.node import Node
from rclpy.qos import QoSProfile
from std_msgs.msg import String

from vla_ros.errors import ConfigError
from vla_ros.gate.config import make_gate_config
from vla_ros.resources import config_path, urdf_path
from vla_ros.robot.kinematics import make_kinematics
from vla_ros.robot.profile import load_robot_profile
from vla_ros.ros.description import load_robot
from vla_ros.ros.qos import LATCHED

pytestmark = pytest.mark.ros

URDF = urdf_path("sim_arm").read_text(encoding="utf-8")
SOON_S, NEVER_S = 10.0, 0.3
Say = Callable[[str, QoSProfile | int], None]


@pytest.fixture
def node() -> Iterator[Node]:
    rclpy.init()
    node = Node("asker", namespace="left")
    yield node
    node.destroy_node()
    rclpy.shutdown()


@pytest.fixture
def say(node: Node) -> Iterator[Say]:
    """Return what says a text on robot_description, as robot_state_publisher does."""
    robot = Node("robot_state_publisher", namespace="left")

    def say_once(text: str, qos: QoSProfile | int = LATCHED) -> None:
        robot.create_publisher(String, "robot_description", qos).publish(String(data=text))

    yield say_once
    robot.destroy_node()


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    """A profile that has its URDF from a topic of the asker's namespace."""
    text = config_path("robots", "sim_arm").read_text(encoding="utf-8")
    assert "urdf: sim_arm\n" in text
    path = tmp_path / "my_arm.yaml"
    text = text.replace("urdf: sim_arm\n", "urdf: {topic: robot_description}\n")
    path.write_text(text.replace("name: sim_arm\n", "name: my_arm\n"), encoding="utf-8")
    return path


def test_a_latched_urdf_makes_the_same_gate_as_a_file(node: Node, say: Say, profile: Path) -> None:
    say(URDF)
    heard = load_robot(node, profile, patience_s=SOON_S)
    assert heard.urdf_file().read_text(encoding="utf-8") == URDF
    like = load_robot_profile("sim_arm").model_copy(update={"name": "my_arm"})
    gates = [make_gate_config(robot, make_kinematics(robot)) for robot in (heard, like)]
    assert gates[0].sha256 == gates[1].sha256
    assert gates[0].collision is not None
    assert gates[0].collision.distance(heard.home) == gates[1].collision.distance(heard.home)


def test_the_same_text_is_the_same_file_and_leaves_no_other(
    node: Node, say: Say, profile: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ROS_HOME", str(tmp_path / "home"))
    say(URDF)
    first, second = (load_robot(node, profile, patience_s=SOON_S).urdf_file() for _ in "ab")
    assert first == second
    assert first.parent.name == "urdf"
    assert list(first.parent.iterdir()) == [first]


def test_a_urdf_that_names_a_file_is_waited_for_by_nobody(node: Node) -> None:
    assert load_robot(node, "sim_arm", patience_s=0.0) == load_robot_profile("sim_arm")


def test_silence_ends_with_what_to_look_at(node: Node, profile: Path) -> None:
    text = (
        "robot 'my_arm': no URDF came on topic '/left/robot_description' within 0.3 s (key "
        "'urdf' of its profile). Start the robot first, and ask who publishes: ros2 topic info "
        "-v /left/robot_description. It has to be latched"
    )
    with pytest.raises(ConfigError, match=re.escape(text)):
        load_robot(node, profile, patience_s=NEVER_S)


def test_what_was_said_before_and_is_not_latched_is_not_heard(
    node: Node, say: Say, profile: Path
) -> None:
    say(URDF, 1)
    with pytest.raises(ConfigError, match="no URDF came"):
        load_robot(node, profile, patience_s=NEVER_S)


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("", "is not XML"),
        ("<sdf/>", "the root element is <sdf>, wanted <robot>"),
        (URDF.replace('"joint3"', '"elbow"'), "'joint3' is no joint of the URDF"),
    ],
)
def test_a_urdf_that_does_not_fit_is_refused(
    node: Node, say: Say, profile: Path, said: str, text: str
) -> None:
    say(said)
    with pytest.raises(ConfigError, match=rf"my_arm_[0-9a-f]{{16}}\.urdf.*(?s:.*){text}"):
        load_robot(node, profile, patience_s=SOON_S)


def test_a_disk_that_takes_no_file_is_named(
    node: Node, say: Say, profile: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("ROS_HOME", str(tmp_path / "file"))
    say(URDF)
    text = r"the URDF of robot 'my_arm' cannot be kept in .*/file/vla_ros/urdf: Not a directory"
    with pytest.raises(ConfigError, match=text):
        load_robot(node, profile, patience_s=SOON_S)
