# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from vla_ros.errors import ConfigError
from vla_ros.resources import config_names, config_path, urdf_path
from vla_ros.robot.profile import RobotProfile, load_robot_profile, read_robot_profile

TEXT = config_path("robots", "sim_arm").read_text(encoding="utf-8")
DRIVEN = "driver_command_timeout_s: 0.1"
ESTOP = "estop:\n  topic: /estop\n  timeout_s: 0.5"


@pytest.fixture
def load(tmp_path: Path) -> Callable[[str, str], RobotProfile]:
    """Return a function that loads the shipped profile with one change."""

    def load_changed(old: str, new: str) -> RobotProfile:
        assert old in TEXT
        path = tmp_path / "sim_arm.yaml"
        path.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
        return load_robot_profile(path)

    return load_changed


POINTS = "{name: a, topic: /a, frame: f}"


@pytest.mark.parametrize("name", config_names("robots"))
def test_every_shipped_profile_is_right(name: str) -> None:
    assert read_robot_profile(name).name == name


def test_the_simulated_arm_has_what_everybody_relies_on() -> None:
    profile = load_robot_profile("sim_arm")
    assert profile.simulated
    assert profile.joint_names == tuple(f"joint{i}" for i in range(1, 7))
    assert [camera.name for camera in profile.cameras] == ["front", "wrist"]
    assert profile.arm_timeout_s is None
    assert profile.thresholds.joint_state_stale_s == 0.1
    for joint in profile.joints:
        assert joint.operating.velocity_rad_s <= 0.5 * joint.hard.velocity_rad_s


@pytest.mark.parametrize(
    "key",
    [
        "simulated",
        "urdf",
        "position_margin_rad",
        "operating_at_most",
        "keep_out",
        "tcp_speed_m_s",
        "driver_command_timeout_s",
        "  tracking_rad",
        "  start_mismatch_rad",
        "  speed_per_s",
        "  rate_hz",
        "  upper_m",
        "    lower_rad",
    ],
)
def test_limits_and_geometry_have_no_default(
    load: Callable[[str, str], RobotProfile], key: str
) -> None:
    line = next(line for line in TEXT.splitlines(keepends=True) if line.startswith(f"{key}:"))
    with pytest.raises(
        ConfigError, match=rf"{key.strip()}: this key is missing and has no default"
    ):
        load(line, "")


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        (
            "velocity_rad_s: 1.5",
            "velocity_rad_s: 1.6",
            "joints[0].operating.velocity_rad_s = 1.6: should be at most 1.5, that is "
            "operating_at_most = 0.5 of the hard limit 3",
        ),
        (
            "velocity_rad_s: 1.5",
            "velocity: 1.5",
            "joints[0].operating.velocity: unknown key. Did you mean 'velocity_rad_s'? Allowed: "
            "velocity_rad_s, acceleration_rad_s2, jerk_rad_s3",
        ),
        ("velocity_rad_s: 3.0", "velocity_rad_s: .nan", "velocity_rad_s = nan: input should be"),
        ("velocity_rad_s: 3.0", "velocity_rad_s: .inf", "velocity_rad_s = inf: input should be"),
        (
            "velocity_rad_s: 3.0",
            "velocity_rad_s: 0.0",
            "velocity_rad_s = 0.0: input should be gre",
        ),
        ("lower_rad: -2.9", "lower_rad: 2.9", "lower_rad = 2.9: should be below upper_rad = 2.9"),
        ("name: joint2", "name: joint1", "joints[1].name = 'joint1': 'joint1' is there twice"),
        (
            "joints:\n",
            f"point_clouds: [{POINTS}, {POINTS}]\njoints:\n",
            "point_clouds[1].name = 'a': 'a' is there twice; names are unique",
        ),
        ("joints:\n", "point_clouds: [{name: a, topic: /a}]\njoints:\n", "clouds[0].frame: this"),
        ("name: wrist", "name: front", "cameras[1].name = 'front': 'front' is there twice"),
        (
            "role: wrist",
            "role: hand",
            "cameras[1].role = 'hand': input should be 'scene' or 'wrist'",
        ),
        (
            "transport: raw",
            "transport: zip",
            "cameras[0].transport = 'zip': input should be 'raw' or 'compressed'",
        ),
        (
            "/joint_states",
            "joint states",
            "state_topic = 'joint states': should be the name of a t",
        ),
        (
            "/joint_states",
            "~joint_states",
            "state_topic = '~joint_states': should be the name of a t",
        ),
        ("home: [0.0", "home: [2.86", "home[0] = 2.86: should be in [-2.85, 2.85] rad"),
        ("home: [0.0,", "home: [", "has 5 positions; wanted one for each of 6 joints"),
        ("joint: finger_joint", "joint: joint1", "gripper.joint = 'joint1': is among 'joints'"),
        ("open: 0.042", "open: 0.0", "gripper.open = 0.0: should differ from 'closed'"),
        ("unit: m", "unit: mm", "gripper.unit = 'mm': input should be 'm' or 'rad'"),
        (
            "unit: m",
            "unit: m\n  followers: [finger_joint_mirror]",
            "gripper.followers = ('finger_joint_mirror',): is for kind joint_trajectory",
        ),
        (
            "kind: forward_position\n  topic: /gripper",
            "kind: joint_trajectory\n  followers: [finger_joint]\n  topic: /gripper",
            "gripper.followers[0] = 'finger_joint': 'finger_joint' is there twice",
        ),
        (
            "kind: forward_position\n  topic: /gripper",
            "kind: joint_trajectory\n  followers: [thumb]\n  topic: /gripper",
            "gripper.followers[0] = 'thumb' is no joint of the URDF",
        ),
        ("lower_m: [0.15", "lower_m: [0.8", "workspace.lower_m[0] = 0.8: should be below upper_m"),
        ("-0.45, 0.0]", "-0.45]", "workspace.lower_m[2]: this key is missing"),
        (
            "rate_hz: 100.0",
            "rate_hz: 20.0",
            "command.rate_hz = 20.0: input should be greater than",
        ),
        (ESTOP, "estop: off", "estop = False: should be a mapping with the keys topic, timeout_s"),
        (ESTOP, "estop: no button", "estop = 'no button': input should be 'none'"),
        (
            "  timeout_s: 0.5",
            "  timeout_s: 5.0",
            "estop.timeout_s = 5.0: input should be less than",
        ),
        ("  start", "  joint_state_stale_s: 0.3\n  start", "should be below joint_state_lost_s"),
        (
            DRIVEN,
            DRIVEN + "\ndriver: {topic: /driver, late_s: 0.3}",
            "driver.late_s = 0.3: should be below lost_s = 0.25",
        ),
        (
            DRIVEN,
            DRIVEN + "\nhuman: {topic: /human, speed_m_s: 0.0, margin_m: 0.5}",
            "human.speed_m_s = 0.0: input should be greater than 0",
        ),
        (
            DRIVEN,
            DRIVEN + "\nhuman: {topic: /human, speed_m_s: 1.6, margin_m: .nan}",
            "human.margin_m = nan: input should be",
        ),
        (DRIVEN, DRIVEN + "\nhuman: {topic: /human}", "human.speed_m_s: this key is missing"),
        (
            DRIVEN,
            DRIVEN + "\nconfidence: {least: 1.5}",
            "confidence.least = 1.5: input should be less than or equal to 1",
        ),
        ("name: sim_arm", "name: other", "name = 'other': should be 'sim_arm', as the file"),
        ("urdf: sim_arm", "urdf: {topik: /d}", "urdf.topik: unknown key. Did you mean 'topic'?"),
        ("urdf: sim_arm", "urdf: {topic: a b}", "urdf.topic = 'a b': should be the name of a to"),
        ("urdf: sim_arm", "urdf: {}", "urdf.topic: this key is missing"),
        ("urdf: sim_arm", "urdf: 5", "urdf = 5: should be a mapping with the keys topic"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_allowed(
    load: Callable[[str, str], RobotProfile], old: str, new: str, text: str
) -> None:
    with pytest.raises(ConfigError, match=re.escape(text)):
        load(old, new)


def test_a_robot_without_a_button_says_so_in_a_word(
    load: Callable[[str, str], RobotProfile],
) -> None:
    assert load(ESTOP, "estop: none").estop == "none"


@pytest.mark.parametrize(
    ("speed", "human", "right"),
    [
        ("0.25", "", True),
        ("0.251", "", False),
        ("0.5", "", False),
        ("0.5", "\nhuman: {topic: /human, speed_m_s: 1.6, margin_m: 0.85}", True),
    ],
)
def test_a_real_robot_that_does_not_know_where_people_are_is_slow(
    load: Callable[[str, str], RobotProfile], speed: str, human: str, right: bool
) -> None:
    begin, rest = TEXT.index("simulated: true"), TEXT.index("tcp_speed_m_s: 0.5")
    old = TEXT[begin : rest + len("tcp_speed_m_s: 0.5")]
    new = old.replace("simulated: true", "simulated: false").replace(
        "tcp_speed_m_s: 0.5", f"tcp_speed_m_s: {speed}{human}"
    )
    if right:
        assert load(old, new).tcp_speed_m_s == float(speed)
        return
    text = f"tcp_speed_m_s = {speed}: should be at most 0.25 m/s for a real robot"
    with pytest.raises(ConfigError, match=re.escape(text)):
        load(old, new)


def test_a_urdf_on_a_topic_is_for_nodes_and_everybody_else_is_told_how_to_make_a_file(
    load: Callable[[str, str], RobotProfile],
) -> None:
    text = (
        "robot 'sim_arm' has its URDF from topic '/robot_description', which only nodes hear. "
        "Name a file for everything else. To make it: ros2 param get --hide-type "
        "/robot_state_publisher robot_description > sim_arm.urdf"
    )
    with pytest.raises(ConfigError, match=re.escape(text)):
        load("urdf: sim_arm", "urdf: {topic: /robot_description}")


def test_a_urdf_may_lie_beside_the_profile(
    tmp_path: Path, load: Callable[[str, str], RobotProfile]
) -> None:
    (tmp_path / "mine.urdf").write_text(urdf_path("sim_arm").read_text(encoding="utf-8"))
    assert load("urdf: sim_arm", "urdf: mine.urdf").urdf == str(tmp_path.resolve() / "mine.urdf")


def test_a_robot_that_does_not_exist_is_named_with_those_that_do() -> None:
    with pytest.raises(ConfigError, match=r"'sim_arn' does not exist\. Did you mean 'sim_arm'\?"):
        load_robot_profile("sim_arn")


def test_a_camera_that_does_not_exist_is_named_with_those_that_do() -> None:
    with pytest.raises(ConfigError, match=r"no camera 'left'\. It has: front, wrist\. Add it to"):
        load_robot_profile("sim_arm").camera("left")
