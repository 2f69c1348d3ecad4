# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What is refused before anything is collected or trained."""

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch", reason="training needs torch")

from vla_ros.errors import ConfigError
from vla_ros.learn.config import DatasetConfig, LearnConfig, load_learn_config
from vla_ros.learn.fit import check_fit
from vla_ros.learn.rounds import learn
from vla_ros.policy.spec import (
    ActionSpace,
    ActionSpec,
    DeltaStart,
    GripperForm,
    PolicyProfile,
    RotationForm,
    load_policy_profile,
)
from vla_ros.resources import config_path

PROFILE = load_policy_profile("tabletop")
CONFIG = load_learn_config("tabletop")
SIX = ("j1", "j2", "j3", "j4", "j5", "j6", "gripper")


def with_action(**update: Any) -> PolicyProfile:
    action = ActionSpec.model_validate(PROFILE.action.model_dump() | update)
    return PROFILE.model_copy(update={"action": action})


def with_network(**update: Any) -> LearnConfig:
    network = CONFIG.network.model_copy(update=update)
    return CONFIG.model_copy(update={"network": network})


def with_camera(**update: Any) -> LearnConfig:
    first, second = CONFIG.network.cameras
    return with_network(cameras=(first, second.model_copy(update=update)))


def from_a_dataset(config: LearnConfig) -> LearnConfig:
    source = {"demonstrations": None, "corrections": (), "dataset": DatasetConfig(path=Path())}
    return config.model_copy(update=source)


def test_the_shipped_config_fits_its_profile() -> None:
    check_fit(CONFIG, PROFILE)


@pytest.mark.parametrize(
    ("update", "message"),
    [
        ({"gripper": GripperForm(closed=1.0, open=0.0)}, r"gripper.closed = 1.0: wanted 0.0"),
        ({"gripper": GripperForm(closed=0.0, open=0.08)}, r"gripper.open = 0.08: wanted 1.0"),
        ({"deltas": DeltaStart.PREVIOUS}, r"action.deltas = previous: wanted measured"),
        ({"space": ActionSpace.EEF_POSE}, r"action.space = eef_pose: wanted eef_delta"),
        ({"scale": (1.0, 1.0, 1.0, 0.5)}, r"action.scale = .*0.5.*: wanted left out"),
        (
            {"rotation": RotationForm.ROTVEC, "rows": SIX},
            r"action.rotation = rotvec: wanted yaw",
        ),
        (
            {"space": ActionSpace.JOINT_POSITION, "rotation": None, "rows": SIX},
            r"action.space = joint_position: wanted eef_delta",
        ),
    ],
)
def test_demonstrations_teach_one_form_of_answers(update: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=f"'tabletop' wants other answers .*\n.*{message}"):
        check_fit(CONFIG, with_action(**update))


def test_a_gripper_may_be_decided_when_it_is_deployed() -> None:
    check_fit(CONFIG, with_action(gripper=GripperForm(binary=True)))


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (with_camera(channels=60), r"cameras\[1\].channels = 60: wanted a multiple of 8"),
        (with_camera(size=96), r"cameras\[1\].size = 96: the policy sees wrist with 128 pixels"),
        (with_camera(grid=30), r"cameras\[1\].grid = 30: wanted one of 1, .*16, 21, 32, 63 for"),
        (with_camera(grid=65), r"cameras\[1\].grid = 65: wanted one of"),
        (with_camera(key="hand"), r"keys front, hand: the policy sees front, wrist"),
        (
            with_network(cameras=CONFIG.network.cameras[::-1]),
            r"keys wrist, front: the policy sees front, wrist, in this order",
        ),
        (with_network(width=190), r"network.width = 190: wanted a multiple of 4"),
        (with_network(text_width=98), r"network.text_width = 98: wanted a multiple of 4"),
        (with_network(rows_per_token=3), r"rows_per_token = 3: wanted a divisor .*horizon = 16"),
        (with_network(action_scale=(0.1,) * 6), r"action_scale has 6 numbers: .*rows of 4"),
    ],
)
def test_a_network_that_cannot_be_is_named(config: LearnConfig, message: str) -> None:
    for each in (config, from_a_dataset(config)):
        with pytest.raises(ConfigError, match=f"network cannot be built.*\n.*{message}"):
            check_fit(each, PROFILE)


def test_everything_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(ConfigError, match=r"(?s)network.width = 190.*network.text_width = 98"):
        check_fit(with_network(width=190, text_width=98), PROFILE)


def test_pictures_that_are_no_squares_are_named() -> None:
    front, wrist = PROFILE.images
    wide = PROFILE.model_copy(update={"images": (front, wrist.model_copy(update={"width": 160}))})
    with pytest.raises(ConfigError, match=r"sees wrist with 160 x 128 pixels, .*takes squares"):
        check_fit(CONFIG, wide)


@pytest.mark.parametrize("space", [ActionSpace.JOINT_POSITION, ActionSpace.EEF_POSE])
def test_the_head_of_tokens_answers_deltas_alone(space: ActionSpace) -> None:
    rotation = RotationForm.YAW if space.is_cartesian else None
    absolute = with_action(space=space, rotation=rotation)
    with pytest.raises(ConfigError, match=f"head = tokens: .*{space.value} wants regression"):
        check_fit(from_a_dataset(with_network(head="tokens")), absolute)
    for head in ("regression", "flow"):
        check_fit(from_a_dataset(with_network(head=head)), absolute)
    check_fit(with_network(head="tokens"), PROFILE)


def test_an_unknown_task_family_is_named_though_it_comes_late() -> None:
    *_, last = CONFIG.corrections
    late = (*CONFIG.corrections[:3], last.model_copy(update={"families": {"stak": 1}}))
    with pytest.raises(ConfigError, match=r"corrections\[3\].families.stak: wanted one of put"):
        check_fit(CONFIG.model_copy(update={"corrections": late}), PROFILE)


def test_frames_between_the_rows_of_an_answer_are_refused() -> None:
    shown = CONFIG.demonstrations
    assert shown is not None
    uneven = shown.model_copy(update={"every_s": 0.3})
    with pytest.raises(ConfigError, match=r"every_s = 0.3: wanted a whole number of frames"):
        check_fit(CONFIG.model_copy(update={"demonstrations": uneven}), PROFILE)


def test_it_is_asked_before_anything_is_written(tmp_path: Path) -> None:
    text = config_path("policies", "tabletop").read_text().replace("name: tabletop", "name: odd")
    profile = tmp_path / "odd.yaml"
    profile.write_text(text.replace("  horizon: 16", "  horizon: 15"))
    with pytest.raises(ConfigError, match=r"rows_per_token = 2: .*action.horizon = 15"):
        learn(CONFIG.model_copy(update={"policy": str(profile)}), tmp_path / "run", print)
    assert not (tmp_path / "run").exists()
