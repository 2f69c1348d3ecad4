# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""sim_node accepts the profile of its own arm and names what is wrong with another."""

import pytest

from vla_ros.errors import ConfigError
from vla_ros.robot.profile import load_robot_profile
from vla_ros.sim.arm import FINGER_TRAVEL_M, HOME_TCP, JOINTS, tool_down_joints
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
        ({"joints": PROFILE.joints[::-1]}, "has joints joint6, joint5.*has joint1, joint2"),
        (
            {"gripper": PROFILE.gripper.model_copy(update={"joint": "claw"})},
            "has gripper.joint claw; the simulated arm has finger_joint",
        ),
        (
            {"gripper": PROFILE.gripper.model_copy(update={"kind": "joint_trajectory"})},
            "has gripper.kind joint_trajectory; the simulated arm has forward_position",
        ),
        (
            {"cameras": (PROFILE.cameras[0].model_copy(update={"name": "rear"}),)},
            "has cameras rear; the simulated arm has front, wrist",
        ),
    ],
)
def test_profile_of_another_arm_is_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        check_profile(PROFILE.model_copy(update=change))
