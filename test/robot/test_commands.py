# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How arm and gripper are commanded, as a profile may say it."""

from pathlib import Path

import pytest

from vla_ros.errors import ConfigError
from vla_ros.resources import config_path
from vla_ros.robot.profile import RobotProfile, load_robot_profile

TEXT = config_path("robots", "sim_arm").read_text(encoding="utf-8")
ARM = "kind: forward_position\n  topic: /arm_controller/commands"
HAND = "kind: forward_position\n  topic: /gripper_controller/commands"
WATCHDOG = "driver_command_timeout_s: 0.1"


def load(folder: Path, **changes: str) -> RobotProfile:
    """Load the shipped profile with the command of arm or hand, or the watchdog, replaced."""
    text = TEXT
    for old, new in zip((ARM, HAND, WATCHDOG), ("arm", "hand", "watchdog"), strict=True):
        assert old in text
        text = text.replace(old, changes.get(new, old), 1)
    path = folder / "sim_arm.yaml"
    path.write_text(text, encoding="utf-8")
    return load_robot_profile(path)


@pytest.mark.parametrize("kind", ["forward_velocity", "joint_jog"])
@pytest.mark.parametrize("watchdog", ["0.1", "0.05"])
def test_velocities_are_for_a_driver_with_a_quick_watchdog(
    tmp_path: Path, kind: str, watchdog: str
) -> None:
    profile = load(
        tmp_path,
        arm=f"kind: {kind}\n  topic: /arm\n  gain_per_s: 5.0",
        watchdog=f"driver_command_timeout_s: {watchdog}",
    )
    assert profile.command.is_velocity
    assert profile.command.gain_per_s == 5.0


@pytest.mark.parametrize("watchdog", ["0.101", "1.0", "10.0"])
def test_velocities_without_a_quick_watchdog_are_refused(tmp_path: Path, watchdog: str) -> None:
    text = (
        rf"sim_arm.yaml:\d+: driver_command_timeout_s = {watchdog}: should be at most 0.1 s for "
        r"command.kind: forward_velocity: the arm goes on at the last velocity .* Set the driver's"
    )
    with pytest.raises(ConfigError, match=text):
        load(
            tmp_path,
            arm="kind: forward_velocity\n  topic: /arm\n  gain_per_s: 5.0",
            watchdog=f"driver_command_timeout_s: {watchdog}",
        )


@pytest.mark.parametrize(
    ("part", "said", "text"),
    [
        ("arm", "kind: forward_velocity", "also needs the key gain_per_s, above 0 to 20"),
        ("arm", "kind: joint_jog\n  gain_per_s: 0.0", "gain_per_s = 0.0: input should be greater"),
        ("arm", "kind: joint_jog\n  gain_per_s: .nan", "gain_per_s = nan: input should be"),
        ("arm", "kind: joint_jog\n  gain_per_s: .inf", "gain_per_s = inf: input should be"),
        (
            "arm",
            "kind: forward_position\n  gain_per_s: 5.0",
            "gain_per_s = 5.0: is only for forward_velocity and joint_jog; leave it out",
        ),
        ("hand", "kind: gripper_command", "also needs the key max_effort, above 0"),
        ("hand", "kind: parallel_gripper_command\n  max_effort: 0.0", "max_effort = 0.0: input"),
        ("hand", "kind: gripper_command\n  max_effort: .nan", "max_effort = nan: input should be"),
        (
            "hand",
            "kind: forward_position\n  max_effort: 20.0",
            "max_effort = 20.0: is only for gripper_command and parallel_gripper_command",
        ),
    ],
)
def test_a_kind_says_all_it_needs_and_nothing_else(
    tmp_path: Path, part: str, said: str, text: str
) -> None:
    with pytest.raises(ConfigError, match=text):
        load(tmp_path, **{part: f"topic: /there\n  {said}"})


@pytest.mark.parametrize("kind", ["gripper_command", "parallel_gripper_command"])
def test_a_gripper_may_be_an_action(tmp_path: Path, kind: str) -> None:
    profile = load(tmp_path, hand=f"kind: {kind}\n  topic: /hand/grip\n  max_effort: 20.0")
    assert (profile.gripper.topic, profile.gripper.max_effort) == ("/hand/grip", 20.0)
