# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

import pytest

from vla_ros.errors import ConfigError
from vla_ros.policy.spec import ActionSpace, RotationForm, load_policy_profile
from vla_ros.resources import config_path

SHIPPED = config_path("policies", "native").read_text()


def write(folder: Path, old: str, new: str) -> Path:
    assert old in SHIPPED
    path = folder / "native.yaml"
    path.write_text(SHIPPED.replace(old, new))
    return path


def test_the_shipped_profile_loads_and_its_model_path_is_absolute() -> None:
    profile = load_policy_profile("native")
    assert profile.action.space is ActionSpace.EEF_DELTA
    assert profile.action.rotation is RotationForm.YAW
    assert profile.action_width == 4
    assert profile.model is not None
    assert profile.model.is_absolute()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("replan_s: 0.3", "replan_s: .nan", r"replan_s = nan"),
        ("replan_s: 0.3", "replan_s: 1.6", r"replan_s = 1.6: should be below horizon \* step_s"),
        ("step_s: 0.1", "step_s: .inf", r"action.step_s = inf"),
        ("horizon: 16", "horizon: 0", r"action.horizon = 0"),
        ("horizon: 16", "horizont: 16", r"unknown key. Did you mean 'horizon'"),
        ("space: eef_delta", "space: eef_dleta", r"native.yaml:\d+: action.space = 'eef_dleta'"),
        ("rotation: yaw", "rotation: quat_xyzw", r"rows.*should be x, y, z, 4 for 'quat_xyzw'"),
        ("dyaw, gripper]", "gripper, dyaw]", r"rows.*should end with gripper"),
        ("model: native.onnx", "address: ws://a\nmodel: b", r"either 'model' .* or 'address'"),
        ("width: 96", "width: 5", r"images\[0\].width = 5"),
        ("probability: 0.7", "probability: 1.5", r"done.probability = 1.5"),
        ("{probability: 0.5, count", "{probability: .nan, count", r"grounding.probability = nan"),
        ("{probability: 0.5, count", "{probability: 1.0, count", r"grounding.probability = 1.0"),
        ("0.5, count: 2, lost", "0.5, count: 0, lost", r"grounding.count = 0"),
        ("lost: {probability: 0.2,", "lost: {probability: .inf,", r"lost.probability = inf"),
        ("count: 10}}", "cuont: 10}}", r"Did you mean 'count'"),
        ("name: native", "name: other", r"name = 'other': should be 'native', as the file"),
    ],
)
def test_a_mistake_is_named_with_its_line(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        load_policy_profile(write(tmp_path, old, new))


def test_grounding_and_what_is_lost_may_be_left_out(tmp_path: Path) -> None:
    lost = ", lost: {probability: 0.2, count: 10}"
    grounding = load_policy_profile(write(tmp_path, lost, "")).grounding
    assert grounding is not None
    assert grounding.lost is None
    line = next(line for line in SHIPPED.splitlines() if line.startswith("grounding:"))
    assert load_policy_profile(write(tmp_path, line, "")).grounding is None


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(ConfigError, match=r"'nativ' does not exist. Did you mean 'native'"):
        load_policy_profile("nativ")
