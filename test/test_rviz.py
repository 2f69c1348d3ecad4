# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""config/vla.rviz shows what the nodes publish, by the names that they publish it under."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from vla_ros.robot.parts import KeepOutProfile
from vla_ros.robot.profile import load_robot_profile
from vla_ros.view.marks import mark_surroundings

ROOT = Path(__file__).parents[1]
CONFIG = yaml.safe_load((ROOT / "config" / "vla.rviz").read_text())
DISPLAYS: list[dict[str, Any]] = CONFIG["Visualization Manager"]["Displays"]


def display(kind: str) -> dict[str, Any]:
    """Return the first display of a kind."""
    return next(d for d in DISPLAYS if d["Class"] == f"rviz_default_plugins/{kind}")


def test_every_display_is_one_that_rviz_ships_and_has_a_name_of_its_own() -> None:
    assert {d["Class"].partition("/")[0] for d in DISPLAYS} == {"rviz_default_plugins"}
    names = [d["Name"] for d in DISPLAYS]
    assert len(set(names)) == len(names)


def test_the_robot_is_the_one_that_is_described_in_the_graph() -> None:
    topic = display("RobotModel")["Description Topic"]
    assert (topic["Value"], topic["Durability Policy"]) == (
        "/robot_description",
        "Transient Local",
    )


@pytest.mark.parametrize(("kind", "name"), [("MarkerArray", "MARKERS"), ("Image", "IMAGE")])
def test_topics_are_those_of_view_node_in_the_usual_namespace(kind: str, name: str) -> None:
    node = pytest.importorskip("vla_ros.nodes.view_node", reason="needs ROS 2")
    topic = getattr(node, name).replace("~", "/vla/view_node")
    assert display(kind)["Topic"]["Value"] == topic


def test_the_launch_file_maps_all_topics_of_our_nodes() -> None:
    launch = (ROOT / "launch" / "bringup.launch.py").read_text()
    topics = [d["Topic"]["Value"] for d in DISPLAYS if "Topic" in d]
    ours = [topic.removeprefix("/vla/") for topic in topics if topic.startswith("/vla/")]
    assert len(ours) == 2
    assert all(f'"{topic}"' in launch for topic in ours)


def test_the_groups_of_markers_are_those_that_are_drawn() -> None:
    box = KeepOutProfile(name="press", lower_m=(0.0, 0.0, 0.0), upper_m=(1.0, 1.0, 1.0))
    robot = load_robot_profile("sim_arm").model_copy(update={"keep_out": (box,)})
    source = (ROOT / "vla_ros" / "view" / "marks.py").read_text()
    groups = set(re.findall(r'group="(\w+)"', source))
    groups |= {mark.group for mark in mark_surroundings(robot)}
    assert set(display("MarkerArray")["Namespaces"]) == groups


def test_the_fixed_frame_is_that_of_the_simulated_arm() -> None:
    fixed = CONFIG["Visualization Manager"]["Global Options"]["Fixed Frame"]
    assert fixed == load_robot_profile("sim_arm").base_frame
