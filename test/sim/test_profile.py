# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""sim_node accepts the profile of its own arm and names what is wrong with another."""

from pathlib import Path

import pytest

from vla_ros.errors import ConfigError
from vla_ros.robot.profile import RobotProfile, load_robot_profile
from vla_ros.sim.arm import FINGER_TRAVEL_M, HOME_TCP, JOINT_NAMES, JOINTS, tool_down_joints
from vla_ros.sim.arm_urdf import arm_urdf
from vla_ros.sim.profile import check_profile

PROFILE = load_robot_profile("sim_arm")


def test_shipped_profile_is_that_of_the_simulated_arm() -> None:
    check_profile(PROFILE)
    assert PROFILE.gripper.closed == 0.0
    assert PROFILE.gripper.open == FINGER_TRAVEL_M
    assert PROFILE.home == pytest.approx(tool_down_joints(HOME_TCP, 0.0), abs=1e-4)
    for described, joint in zip(PROFILE.joints, JOINTS, strict=True):
        assert (described.lower_rad, described.upper_rad) == (joint.lower, joint.upper)
        assert described.hard.velocity_rad_s == joint.velocity


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"joints": PROFILE.joints[::-1]},
            "not that of the simulated arm: origin xyz of 'joint6' is .* the simulated arm's is",
        ),
        ({"joints": PROFILE.joints[:5]}, "it has 5 joints, the simulated arm has 6"),
        (
            {"gripper": PROFILE.gripper.model_copy(update={"joint": "claw"})},
            "its URDF has no joint 'claw'",
        ),
        (
            {"cameras": (PROFILE.cameras[0].model_copy(update={"name": "rear"}),)},
            "it has the cameras rear, the simulated arm has front, wrist",
        ),
    ],
)
def test_profile_of_another_arm_is_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        check_profile(PROFILE.model_copy(update=change))


NAMES = ("pan", "lift", "elbow", "roll", "flex", "turn")


def renamed(folder: Path, old: str = "", new: str = "") -> RobotProfile:
    """Return a profile with other names and its URDF, a text in it replaced."""
    joints = tuple(
        joint.model_copy(update={"name": name})
        for joint, name in zip(PROFILE.joints, NAMES, strict=True)
    )
    urdf = arm_urdf({**dict(zip(JOINT_NAMES, NAMES, strict=True)), "finger_joint": "jaw"})
    assert old in urdf
    path = folder / "other.urdf"
    path.write_text(urdf.replace(old, new))
    gripper = PROFILE.gripper.model_copy(update={"joint": "jaw", "unit": "rad"})
    return PROFILE.model_copy(update={"joints": joints, "gripper": gripper, "urdf": str(path)})


def test_other_names_for_the_same_arm_are_accepted(tmp_path: Path) -> None:
    check_profile(renamed(tmp_path))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('lower="-2.9"', 'lower="-2.8"', r"limit lower of 'pan' is \(-2.8,\), the .* \(-2.9,\)"),
        ('xyz="0 0 0.37"', 'xyz="0 0 0.5"', r"origin xyz of 'elbow' is \(0.0, 0.0, 0.5\)"),
        ('xyz="0 1 0"', 'xyz="1 0 0"', "axis xyz of 'lift' is"),
        ('xyz="0 0 0.115"', 'xyz="0 0 nan"', "origin xyz of 'tcp_joint' is"),
        ('"pan" type="revolute"', '"pan" type="continuous"', "'pan' is continuous"),
    ],
)
def test_another_arm_with_our_names_is_refused(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        check_profile(renamed(tmp_path, old, new))
