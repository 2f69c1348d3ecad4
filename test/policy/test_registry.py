# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

import pytest

from vla_ros.errors import ConfigError
from vla_ros.policy.images import PointCloudSpec
from vla_ros.policy.registry import backend_names, make_backend, with_model
from vla_ros.policy.spec import load_policy_profile
from vla_ros.robot.profile import load_robot_profile

PROFILE = load_policy_profile("tabletop")


def test_an_unknown_backend_gets_a_suggestion() -> None:
    wrong = PROFILE.model_copy(update={"backend": "onx"})
    with pytest.raises(ConfigError, match=r"'onx' is not registered. Did you mean 'onnx'"):
        make_backend(wrong, load_robot_profile("sim_arm"))
    assert "onnx" in backend_names()


def test_a_camera_that_the_robot_lacks_is_named() -> None:
    image = PROFILE.images[0].model_copy(update={"camera": "left"})
    wrong = PROFILE.model_copy(update={"images": (image,)})
    with pytest.raises(ConfigError, match=r"'sim_arm' has no camera 'left'. It has: front, wrist"):
        make_backend(wrong, load_robot_profile("sim_arm"))


def test_a_point_cloud_that_the_robot_lacks_is_named() -> None:
    wanted = PointCloudSpec(source="top", points=8)
    wrong = PROFILE.model_copy(update={"point_cloud": wanted})
    with pytest.raises(ConfigError, match=r"'sim_arm' has no point cloud 'top'\. It has: none"):
        make_backend(wrong, load_robot_profile("sim_arm"))


@pytest.mark.parametrize(
    ("name", "backend"),
    [
        ("a.onnx", "onnx"),
        ("a.pt", "torch"),
        ("a.pt2", "torch"),
        ("a.safetensors", "torch"),
        ("a.mine", "mine"),
    ],
)
def test_another_file_is_read_by_the_backend_that_can(
    tmp_path: Path, name: str, backend: str
) -> None:
    own = PROFILE.model_copy(update={"backend": "mine"})
    profile = with_model(own, tmp_path / name)
    assert (profile.backend, profile.model) == (backend, tmp_path / name)
