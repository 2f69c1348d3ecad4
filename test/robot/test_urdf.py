# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import math
import re
from pathlib import Path

import pytest

from vla_ros.errors import ConfigError
from vla_ros.resources import urdf_path
from vla_ros.robot.profile import load_robot_profile
from vla_ros.robot.urdf import Follower, read_followers, read_urdf, validate_profile

TEXT = urdf_path("sim_arm").read_text(encoding="utf-8")


def test_joints_limits_and_links_are_read() -> None:
    urdf = read_urdf(urdf_path("sim_arm"))
    assert urdf.joints["joint1"].lower == -2.9
    assert urdf.joints["joint1"].velocity == 3.0
    assert {"base_link", "tcp"} <= urdf.links
    assert "tcp_joint" not in urdf.joints


def test_a_limit_that_is_not_there_is_nan_and_a_continuous_joint_has_none(tmp_path: Path) -> None:
    path = tmp_path / "arm.urdf"
    path.write_text(
        "<robot><joint name='a' type='revolute'/><joint name='b' type='continuous'/></robot>"
    )
    joints = read_urdf(path).joints
    assert math.isnan(joints["a"].lower)
    assert math.isnan(joints["a"].velocity)
    assert joints["b"].upper == math.inf


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<robot", "is not XML"),
        ("<sdf/>", "the root element is <sdf>, wanted <robot>"),
        (
            "<robot><joint name='a' type='revolute'><limit lower='x'/></joint></robot>",
            "<limit> of joint 'a': could not convert",
        ),
    ],
)
def test_what_is_no_urdf_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "arm.urdf"
    path.write_text(text)
    with pytest.raises(ConfigError, match=message):
        read_urdf(path)


def test_a_missing_urdf_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        read_urdf(tmp_path / "gone.urdf")


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ('name="joint3"', 'name="elbow"', "joints[2].name = 'joint3' is no joint of the URDF."),
        ('name="joint3"', 'name="elbow"', "It has: joint1, joint2, elbow"),
        ('name="tcp"', 'name="tool"', "tool_frame = 'tcp' is no link of the URDF"),
        (
            'name="finger_joint"',
            'name="jaw"',
            "gripper.joint = 'finger_joint' is no joint of the U",
        ),
        ('lower="-2.9" ', "", "joint 'joint1' of the URDF has no <limit lower=...>; add it"),
        ('velocity="3" ', "", "joint 'joint1' of the URDF has no <limit velocity=...>; add it"),
        ('lower="-2.9"', 'lower="-2.8"', "joints[0].lower_rad = -2.9 is below the URDF's -2.8"),
        ('upper="2.9"', 'upper="2.8"', "joints[0].upper_rad = 2.9 is above the URDF's 2.8"),
        (
            'velocity="3"',
            'velocity="2"',
            "joints[0].hard.velocity_rad_s = 3 is above the URDF's 2",
        ),
        ('lower="-2.9"', 'lower="nan"', "has no <limit lower=...>"),
    ],
)
def test_a_profile_has_to_fit_its_urdf(tmp_path: Path, old: str, new: str, text: str) -> None:
    assert old in TEXT
    path = tmp_path / "arm.urdf"
    path.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError, match=re.escape(text)):
        validate_profile(load_robot_profile("sim_arm"), read_urdf(path))


MIMIC = "<joint name='b' type='revolute'><mimic joint='a' {more}/></joint>"


def test_a_joint_that_mimics_another_one_is_read(tmp_path: Path) -> None:
    path = tmp_path / "arm.urdf"
    path.write_text(f"<robot>{MIMIC.format(more='')}</robot>")
    assert read_followers(path) == (Follower("b", "a", 1.0, 0.0),)
    path.write_text(f"<robot>{MIMIC.format(more='''multiplier='-1' offset='0.5' ''')}</robot>")
    assert read_followers(path) == (Follower("b", "a", -1.0, 0.5),)


@pytest.mark.parametrize("number", ["nan", "inf", "-inf", "x", ""])
def test_a_joint_that_mimics_by_no_number_is_refused(tmp_path: Path, number: str) -> None:
    path = tmp_path / "arm.urdf"
    for key in ("multiplier", "offset"):
        more = f"{key}='{number}'"
        path.write_text(f"<robot>{MIMIC.format(more=more)}</robot>")
        with pytest.raises(ConfigError, match=f"<mimic> of joint 'b': '{number}' is no number"):
            read_followers(path)


def test_a_joint_that_mimics_one_that_mimics_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "arm.urdf"
    second = MIMIC.replace("'a'", "'c'").replace("'b'", "'a'").format(more="")
    path.write_text(f"<robot>{MIMIC.format(more='')}{second}</robot>")
    with pytest.raises(ConfigError, match="'b' mimics 'a', which mimics another one"):
        read_followers(path)
