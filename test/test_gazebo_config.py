# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What config/gazebo says fits the robot profile, the world and the nodes."""

import shutil
import subprocess
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import yaml

from vla_ros.robot.profile import load_robot_profile
from vla_ros.sim.arm_ros2_control import controlled_urdf
from vla_ros.sim.arm_urdf import arm_urdf
from vla_ros.sim.world_sdf import STEP_S

ROOT = Path(__file__).parents[1]
PROFILE = load_robot_profile("gazebo_arm")
WORLD = ET.parse(ROOT / "worlds" / "table.sdf").getroot()
INFOS = [f"{camera.topic.rpartition('/')[0]}/camera_info" for camera in PROFILE.cameras]
GRIPPER_JOINTS = [PROFILE.gripper.joint, *PROFILE.gripper.followers]

# From the table of message types in ros_gz_bridge/README.md, ros_gz 1.0 (jazzy) and 2.1 (kilted).
BRIDGEABLE = {
    "rosgraph_msgs/msg/Clock": "gz.msgs.Clock",
    "sensor_msgs/msg/CameraInfo": "gz.msgs.CameraInfo",
    "sensor_msgs/msg/Image": "gz.msgs.Image",
    "sensor_msgs/msg/JointState": "gz.msgs.Model",
    "trajectory_msgs/msg/JointTrajectory": "gz.msgs.JointTrajectory",
}
# From ros_gz_bridge/src/bridge_config.cpp.
KEYS = {"topic_name", "ros_type_name", "gz_type_name", "direction", "subscriber_queue"}

TO_ROS = {
    "/clock": "rosgraph_msgs/msg/Clock",
    **{camera.topic: "sensor_msgs/msg/Image" for camera in PROFILE.cameras},
    **dict.fromkeys(INFOS, "sensor_msgs/msg/CameraInfo"),
    PROFILE.state_topic: "sensor_msgs/msg/JointState",
}
TO_GAZEBO = {
    PROFILE.command.topic: "trajectory_msgs/msg/JointTrajectory",
    PROFILE.gripper.topic: "trajectory_msgs/msg/JointTrajectory",
}


def read_bridge(name: str) -> dict[str, dict[str, Any]]:
    entries = yaml.safe_load((ROOT / "config" / "gazebo" / name).read_text(encoding="utf-8"))
    topics = {entry["topic_name"]: entry for entry in entries}
    assert len(topics) == len(entries), "a topic is bridged twice"
    return topics


@pytest.fixture(scope="module")
def bridge() -> dict[str, dict[str, Any]]:
    return read_bridge("bridge.yaml")


@pytest.fixture(scope="module")
def controllers() -> dict[str, dict[str, Any]]:
    text = (ROOT / "config" / "gazebo" / "controllers.yaml").read_text(encoding="utf-8")
    return {node: said["ros__parameters"] for node, said in yaml.safe_load(text).items()}


def test_profile_is_the_simulated_arm_with_other_topics() -> None:
    same = (
        *("simulated", "urdf", "base_frame", "tool_frame", "state_topic", "joints", "home"),
        *("position_margin_rad", "operating_at_most", "cameras", "workspace", "keep_out"),
        *("collision", "tcp_speed_m_s", "thresholds"),
    )
    simulated = load_robot_profile("sim_arm")
    for key in same:
        assert getattr(PROFILE, key) == getattr(simulated, key), key
    assert PROFILE.command.kind == PROFILE.gripper.kind == "joint_trajectory"


def test_every_topic_of_the_profile_is_bridged_the_right_way(
    bridge: dict[str, dict[str, Any]],
) -> None:
    def said(direction: str) -> dict[str, str]:
        return {t: e["ros_type_name"] for t, e in bridge.items() if e["direction"] == direction}

    assert said("GZ_TO_ROS") == TO_ROS
    assert said("ROS_TO_GZ") == TO_GAZEBO
    assert set(bridge) == {*TO_ROS, *TO_GAZEBO}


def test_bridge_can_convert_every_type_and_knows_every_key(
    bridge: dict[str, dict[str, Any]],
) -> None:
    for topic, entry in bridge.items():
        assert entry["gz_type_name"] == BRIDGEABLE[entry["ros_type_name"]], topic
        assert set(entry) <= KEYS, topic


def test_gazebo_speaks_and_listens_where_the_bridge_does(
    bridge: dict[str, dict[str, Any]],
) -> None:
    images = [sensor.findtext("topic") for sensor in WORLD.iter("sensor")]
    systems = [p.findtext("topic") for p in WORLD.iter("plugin") if p.find("topic") is not None]
    # Gazebo publishes camera_info beside each image, and the clock, without being told.
    assert {*images, *INFOS, *systems, "/clock"} == set(bridge)


def test_only_clock_and_cameras_are_bridged_for_ros2_control(
    bridge: dict[str, dict[str, Any]],
) -> None:
    wanted = {"/clock", *INFOS, *(camera.topic for camera in PROFILE.cameras)}
    assert read_bridge("bridge_ros2_control.yaml") == {t: bridge[t] for t in wanted}


def test_types_are_those_that_the_nodes_use() -> None:
    pytest.importorskip("rclpy")
    pytest.importorskip("vla_ros.msg")
    used = pytest.importorskip("vla_ros.ros.topics").topics_of(PROFILE)
    for topic, name in {**TO_ROS, **TO_GAZEBO}.items():
        if topic in used:
            assert used[topic].__module__.split(".")[0] == name.split("/")[0], topic
            assert used[topic].__name__ == name.split("/")[-1], topic


def test_controllers_listen_where_the_profile_sends(
    controllers: dict[str, dict[str, Any]],
) -> None:
    manager = controllers["controller_manager"]
    followers = {
        name: said["type"]
        for name, said in manager.items()
        if isinstance(said, dict) and "Trajectory" in said["type"]
    }
    # joint_trajectory_controller subscribes to joint_trajectory in its own namespace.
    assert {f"/{name}/joint_trajectory" for name in followers} == set(TO_GAZEBO)
    assert set(followers.values()) == {"joint_trajectory_controller/JointTrajectoryController"}
    arm, gripper = (t.split("/")[1] for t in (PROFILE.command.topic, PROFILE.gripper.topic))
    assert controllers[arm]["joints"] == list(PROFILE.joint_names)
    assert controllers[gripper]["joints"] == GRIPPER_JOINTS
    assert set(controllers) == {"controller_manager", "joint_state_broadcaster", arm, gripper}


def test_a_trajectory_is_told_in_every_tick() -> None:
    # Gazebo's own controller knows no stamps: see config/robots/gazebo_arm.yaml.
    assert round(PROFILE.command.window_s * PROFILE.command.rate_hz) == 1


def test_controllers_run_once_a_physics_step(controllers: dict[str, dict[str, Any]]) -> None:
    assert controllers["controller_manager"]["update_rate"] == round(1 / STEP_S)


def test_joint_states_hold_what_gazebos_own_hold(controllers: dict[str, dict[str, Any]]) -> None:
    broadcaster = controllers["joint_state_broadcaster"]
    assert broadcaster["joints"] == [*PROFILE.joint_names, PROFILE.gripper.joint]
    assert broadcaster["interfaces"] == ["position", "velocity"]


def test_urdf_offers_the_interfaces_that_the_controllers_claim(
    controllers: dict[str, dict[str, Any]],
) -> None:
    section = ET.fromstring(controlled_urdf(PROFILE)).find("ros2_control")
    assert section is not None
    assert section.findtext("hardware/plugin") == "gz_ros2_control/GazeboSimSystem"
    offered = {
        str(joint.get("name")): {
            key: [i.get("name") for i in joint.findall(f"{key}_interface")]
            for key in ("command", "state")
        }
        for joint in section.findall("joint")
    }
    for said in controllers.values():
        for name in said.get("joints", []):
            assert set(said.get("command_interfaces", [])) <= set(offered[name]["command"])
            assert set(said.get("state_interfaces", [])) <= set(offered[name]["state"])
    assert list(offered) == [*PROFILE.joint_names, *GRIPPER_JOINTS]


def test_arm_of_ros2_control_starts_where_gazebos_own_goes() -> None:
    urdf = ET.fromstring(controlled_urdf(PROFILE))
    params = urdf.iterfind("ros2_control/joint/state_interface/param")
    starts = [float(str(param.text)) for param in params]
    assert starts == pytest.approx([*PROFILE.home, *[PROFILE.gripper.open] * len(GRIPPER_JOINTS)])
    # A joint with <mimic> may be commanded only if it says that it does not mimic.
    mimics = {str(j.get("name")) for j in urdf.findall("joint") if j.find("mimic") is not None}
    for joint in urdf.iterfind("ros2_control/joint"):
        assert (joint.get("mimic") == "false") == (joint.get("name") in mimics)


def test_urdf_for_ros2_control_is_the_shipped_one_and_a_section_more() -> None:
    urdf = ET.fromstring(controlled_urdf(PROFILE))
    section = urdf.find("ros2_control")
    assert section is not None
    urdf.remove(section)
    plain = ET.fromstring(arm_urdf())
    assert [ET.tostring(e).strip() for e in urdf] == [ET.tostring(e).strip() for e in plain]


@pytest.mark.parametrize("text", [arm_urdf(), controlled_urdf(PROFILE)], ids=["urdf", "control"])
def test_urdf_library_of_ros_reads_the_arm(text: str, tmp_path: Path) -> None:
    if shutil.which("check_urdf") is None:
        pytest.skip("check_urdf is not installed (Debian: liburdfdom-tools)")
    path = tmp_path / "arm.urdf"
    path.write_text(text, encoding="utf-8")
    command = ["check_urdf", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Successfully Parsed XML" in done.stdout
