# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A node that is given something wrong ends with a text that says what, and where to fix it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vla_ros.resources import config_path

pytestmark = [pytest.mark.ros, pytest.mark.integration]

RunNode = Callable[..., Any]
TABLETOP = ("-p", "robot:=sim_arm", "-p", "policy:=tabletop")


def edited(kind: str, name: str, tmp_path: Path, old: str, new: str) -> Path:
    """A copy of a shipped profile with one thing changed."""
    text = config_path(kind, name).read_text()
    assert old in text
    path = tmp_path / f"{name}.yaml"
    path.write_text(text.replace(old, new))
    return path


def assert_refused(done: Any, *words: str) -> None:
    assert done.returncode == 2, done.stdout
    assert "Traceback" not in done.stdout
    for word in words:
        assert word in done.stdout


@pytest.mark.parametrize("node", ["perception_node", "inference_node", "executor_node"])
def test_a_misspelt_parameter(run_node: RunNode, node: str) -> None:
    done = run_node(node, "-p", "robo:=sim_arm")
    assert_refused(
        done,
        f"parameters of /vla/{node}:",
        "robo is not a parameter of this node. Did you mean 'robot'?",
        "robot is not given and has no default.",
    )


def test_a_parameter_of_the_wrong_type(run_node: RunNode) -> None:
    done = run_node("executor_node", "-p", "robot:=sim_arm", "-p", "auto_arm:=3")
    assert_refused(done, "auto_arm = 3 is int, wanted bool")


def test_a_profile_that_does_not_exist(run_node: RunNode) -> None:
    done = run_node("executor_node", "-p", "robot:=sim_arn")
    assert_refused(done, "'sim_arn' does not exist. Did you mean 'sim_arm'?")


@pytest.mark.parametrize("node", ["perception_node", "inference_node"])
def test_a_camera_that_the_robot_does_not_have(
    run_node: RunNode, node: str, tmp_path: Path
) -> None:
    policy = edited("policies", "tabletop", tmp_path, "camera: wrist", "camera: roof")
    done = run_node(node, "-p", "robot:=sim_arm", "-p", f"policy:={policy}")
    assert_refused(done, "roof", "front, wrist")


def test_a_model_file_that_is_missing(run_node: RunNode, tmp_path: Path) -> None:
    policy = edited("policies", "tabletop", tmp_path, "model: tabletop.onnx", "model: gone.onnx")
    done = run_node("inference_node", "-p", "robot:=sim_arm", "-p", f"policy:={policy}")
    assert_refused(done, "gone.onnx")


def test_a_model_file_that_cannot_be_read(run_node: RunNode, tmp_path: Path) -> None:
    policy = edited("policies", "tabletop", tmp_path, "model: tabletop.onnx", "model: broken.onnx")
    (tmp_path / "broken.onnx").write_bytes(b"this is no model")
    done = run_node("inference_node", "-p", "robot:=sim_arm", "-p", f"policy:={policy}")
    assert_refused(done, "broken.onnx")


def test_a_joint_that_the_urdf_does_not_have(run_node: RunNode, tmp_path: Path) -> None:
    robot = edited("robots", "sim_arm", tmp_path, "name: joint6", "name: elbow")
    done = run_node("executor_node", "-p", f"robot:={robot}")
    assert_refused(done, "elbow")
