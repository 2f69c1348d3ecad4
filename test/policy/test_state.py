# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest

from vla_ros.policy.rotation import from_matrix, to_matrix, tool_down
from vla_ros.policy.rows import Anchor
from vla_ros.policy.spec import GripperForm, RotationForm, load_policy_profile
from vla_ros.policy.state import GRIPPER_KEY, TOOL_KEYS, StateReader

ROTATION = to_matrix(RotationForm.RPY, np.array([3.0, 0.2, -0.7]))
ANCHOR = Anchor(
    joints=np.array([0.1, 0.2]), position_m=np.array([0.4, -0.1, 0.3]), rotation=ROTATION
)


def read(*keys: str, gripper: GripperForm | None = None, anchor: Anchor = ANCHOR) -> list[float]:
    profile = load_policy_profile("tabletop").model_copy(
        update={"state": keys, "state_gripper": gripper or GripperForm()}
    )
    return StateReader(profile, ("shoulder", "elbow")).read(anchor, 0.25).tolist()


def test_numbers_come_in_the_order_of_the_profile() -> None:
    assert read("elbow", "tool_z", GRIPPER_KEY, "shoulder") == [0.2, 0.3, 0.25, 0.1]


@pytest.mark.parametrize(
    ("keys", "form"),
    [
        ("tool_rx tool_ry tool_rz", RotationForm.ROTVEC),
        ("tool_qx tool_qy tool_qz tool_qw", RotationForm.QUAT_XYZW),
        ("tool_roll tool_pitch tool_yaw", RotationForm.RPY),
    ],
)
def test_the_rotation_comes_in_each_form(keys: str, form: RotationForm) -> None:
    assert read(*keys.split()) == pytest.approx(from_matrix(form, ROTATION))
    assert np.allclose(to_matrix(form, np.array(read(*keys.split()))), ROTATION)


def test_the_yaw_of_a_tool_that_points_down_comes_as_sine_and_cosine() -> None:
    down = Anchor(joints=ANCHOR.joints, position_m=ANCHOR.position_m, rotation=tool_down(0.5))
    wanted = [np.sin(0.5), np.cos(0.5)]
    assert read("tool_sin_yaw", "tool_cos_yaw", anchor=down) == pytest.approx(wanted)


def test_the_gripper_comes_as_the_policy_writes_it() -> None:
    assert read(GRIPPER_KEY, gripper=GripperForm(closed=0.0, open=0.08)) == pytest.approx([0.02])
    assert read(GRIPPER_KEY, gripper=GripperForm(closed=1.0, open=0.0)) == pytest.approx([0.75])


def test_every_key_of_the_tool_can_be_read() -> None:
    assert np.isfinite(read(*TOOL_KEYS)).all()
