# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vla_ros.errors import ConfigError
from vla_ros.policy.spec import (
    ActionSpace,
    DeltaFrame,
    DeltaStart,
    GripperForm,
    RotationForm,
    load_policy_profile,
)
from vla_ros.resources import config_path
from vla_ros.types import Joining

WRIST = "camera: wrist, width: 128"
SHIPPED = config_path("policies", "tabletop").read_text()


def write(folder: Path, old: str, new: str) -> Path:
    assert old in SHIPPED
    path = folder / "tabletop.yaml"
    path.write_text(SHIPPED.replace(old, new))
    return path


def test_the_shipped_profile_loads_and_its_model_path_is_absolute() -> None:
    profile = load_policy_profile("tabletop")
    assert profile.action.space is ActionSpace.EEF_DELTA
    assert profile.action.rotation is RotationForm.YAW
    assert profile.action_width == 4
    assert profile.model is not None
    assert profile.model.is_absolute()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("replan_s: 0.7", "replan_s: .nan", r"replan_s = nan"),
        ("replan_s: 0.7", "replan_s: 1.6", r"replan_s = 1.6: should be below horizon \* step_s"),
        ("replan_s: 0.7", "replan_s: 0.7\njoining: fade", r"tabletop.yaml:\d+: joining = 'fade'"),
        ("replan_s: 0.7", "replan_s: 0.7\njoinning: cross_fade", r"Did you mean 'joining'"),
        ("step_s: 0.1", "step_s: .inf", r"action.step_s = inf"),
        ("horizon: 16", "horizon: 0", r"action.horizon = 0"),
        ("horizon: 16", "horizont: 16", r"unknown key. Did you mean 'horizon'"),
        ("space: eef_delta", "space: eef_dleta", r"tabletop.yaml:\d+: action.space = 'eef_dleta'"),
        ("rotation: yaw", "rotation: quat_xyzw", r"rows.*should be x, y, z, 4 for 'quat_xyzw'"),
        ("rotation: yaw", "rotation: rot6d_rows", r"rows.*x, y, z, 6 for 'rot6d_rows', gripper"),
        ("step_s: 0.1", "step_s: 0.1\n  deltas: next", r"action.deltas = 'next'"),
        ("step_s: 0.1", "step_s: 0.1\n  delta_frame: tool", r"'yaw' is about the vertical"),
        ("space: eef_delta", "space: eef_pose\n  deltas: previous", r"only for the delta spaces"),
        ("space: eef_delta", "space: eef_pose\n  scale: [1.0]", r"only for the delta spaces"),
        ("space: eef_delta", "space: eef_pose\n  delta_frame: tool", r"for eef_delta only"),
        ("step_s: 0.1", "step_s: 0.1\n  scale: [1.0, 1.0]", r"has 2 numbers; .* each of 4"),
        ("step_s: 0.1", "step_s: 0.1\n  scale: [1.0, 1.0, 1.0, 0.0]", r"scale\[3\] = 0.0"),
        ("step_s: 0.1", "step_s: 0.1\n  gripper: {open: 0.0}", r"should differ from 'closed'"),
        ("step_s: 0.1", "step_s: 0.1\n  gripper: {open: .nan}", r"gripper.open = nan"),
        ("replan_s: 0.7", "replan_s: 0.7\nstate_gripper: {binary: true}", r"is measured"),
        ("camera: wrist", "camera: front", r"images\[1\].camera = 'front': .* there twice"),
        (WRIST, WRIST + ", crop: {left: 0.6, right: 0.62}", r"crop.right = 0.62: .* above 'left'"),
        (WRIST, WRIST + ", field_of_view_rad: 3.2", r"field_of_view_rad = 3.2"),
        (WRIST, WRIST + ", field_of_view_rad: 1.0, crop: {top: 0.1}", r"either 'crop' or this"),
        (WRIST, WRIST + ", crop: {top: .nan}", r"crop.top = nan"),
        (WRIST, WRIST + ", undistort: 1", r"images\[1\].undistort = 1"),
        ("state: [", "point_cloud: {source: a, points: 0}\nstate: [", r"point_cloud.points = 0"),
        ("state: [", "point_cloud: {source: a, points: .nan}\nstate: [", r"cloud.points = nan"),
        ("state: [", "point_cloud: {points: 9}\nstate: [", r"point_cloud.source: .* missing"),
        (WRIST, WRIST + ", crop: {top: -0.1}", r"crop.top = -0.1"),
        (WRIST, WRIST + ", history: {frames: 0, spacing_s: 0.1}", r"history.frames = 0"),
        (WRIST, WRIST + ", history: {frames: 2, spacing_s: .inf}", r"spacing_s = inf"),
        ("dyaw, gripper]", "gripper, dyaw]", r"rows.*should end with gripper"),
        ("model: tabletop.onnx", "address: ws://a\nmodel: b", r"either 'model' .* or 'address'"),
        ("width: 128", "width: 5", r"images\[0\].width = 5"),
        ("probability: 0.7", "probability: 1.5", r"done.probability = 1.5"),
        ("{probability: 0.5, count", "{probability: .nan, count", r"grounding.probability = nan"),
        ("{probability: 0.5, count", "{probability: 1.0, count", r"grounding.probability = 1.0"),
        ("0.5, count: 2, lost", "0.5, count: 0, lost", r"grounding.count = 0"),
        ("lost: {probability: 0.2,", "lost: {probability: .inf,", r"lost.probability = inf"),
        ("count: 10}}", "cuont: 10}}", r"Did you mean 'count'"),
        ("name: tabletop", "name: other", r"name = 'other': should be 'tabletop', as the file"),
    ],
)
def test_a_mistake_is_named_with_its_line(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        load_policy_profile(write(tmp_path, old, new))


@pytest.mark.parametrize("joining", list(Joining))
def test_a_profile_names_how_chunks_join(tmp_path: Path, joining: Joining) -> None:
    path = write(tmp_path, "replan_s: 0.7", f"replan_s: 0.7\njoining: {joining.value}")
    assert load_policy_profile(path).joining is joining


def test_chunks_cross_fade_unless_told_otherwise() -> None:
    assert load_policy_profile("tabletop").joining is Joining.CROSS_FADE


def test_grounding_and_what_is_lost_may_be_left_out(tmp_path: Path) -> None:
    lost = ", lost: {probability: 0.2, count: 10}"
    grounding = load_policy_profile(write(tmp_path, lost, "")).grounding
    assert grounding is not None
    assert grounding.lost is None
    line = next(line for line in SHIPPED.splitlines() if line.startswith("grounding:"))
    assert load_policy_profile(write(tmp_path, line, "")).grounding is None


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(ConfigError, match=r"'tabletp' does not exist. Did you mean 'tabletop'"):
        load_policy_profile("tabletp")


def test_a_profile_says_how_deltas_and_gripper_are_meant(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "  rotation: yaw\n  rows: [dx, dy, dz, dyaw, gripper]",
        "  deltas: previous\n  delta_frame: tool\n  rotation: rpy\n"
        "  rows: [dx, dy, dz, droll, dpitch, dyaw, gripper]\n"
        "  scale: [0.05, 0.05, 0.05, 0.5, 0.5, 0.5]\n"
        "  gripper: {closed: 1.0, open: -1.0, binary: true}",
    )
    action = load_policy_profile(path).action
    assert (action.deltas, action.delta_frame) == (DeltaStart.PREVIOUS, DeltaFrame.TOOL)
    assert action.scale == (0.05, 0.05, 0.05, 0.5, 0.5, 0.5)
    assert action.gripper == GripperForm(closed=1.0, open=-1.0, binary=True)


@pytest.mark.parametrize(
    ("form", "number", "opening"),
    [
        (GripperForm(), 0.3, 0.3),
        (GripperForm(closed=1.0, open=0.0), 0.3, 0.7),
        (GripperForm(closed=-1.0, open=1.0), 0.0, 0.5),
        (GripperForm(closed=0.0, open=0.08), 0.02, 0.25),
        (GripperForm(binary=True), 0.49, 0.0),
        (GripperForm(binary=True), 0.51, 1.0),
        (GripperForm(closed=1.0, open=-1.0, binary=True), -0.2, 1.0),
    ],
)
def test_the_gripper_of_a_policy_becomes_an_opening(
    form: GripperForm, number: float, opening: float
) -> None:
    assert form.opening_of(np.array([number])) == pytest.approx([opening])


@settings(deadline=None)
@given(
    closed=st.floats(-2.0, 2.0),
    way=st.floats(0.01, 2.0) | st.floats(-2.0, -0.01),
    opening=st.floats(0.0, 1.0),
)
def test_a_gripper_form_is_inverse(closed: float, way: float, opening: float) -> None:
    form = GripperForm(closed=closed, open=closed + way)
    assert form.opening_of(form.number_of(np.array(opening))) == pytest.approx(opening, abs=1e-9)
