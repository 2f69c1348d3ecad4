# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The measured numbers that a policy may be given, by name.

Any joint of the arm [rad], `gripper`, and of the tool in the base frame: `tool_x`, `tool_y`,
`tool_z` [m], `tool_sin_yaw`, `tool_cos_yaw`; its rotation as a vector `tool_rx`, `tool_ry`,
`tool_rz` [rad], as a quaternion `tool_qx`, `tool_qy`, `tool_qz`, `tool_qw`, or as angles about
fixed axes `tool_roll`, `tool_pitch`, `tool_yaw` [rad].
"""

from collections.abc import Sequence

import numpy as np

from vla_ros.policy.rotation import from_matrix, yaw_of
from vla_ros.policy.rows import Anchor
from vla_ros.policy.spec import GripperForm, PolicyProfile, RotationForm
from vla_ros.types import FloatArray

PLACE_KEYS = ("tool_x", "tool_y", "tool_z", "tool_sin_yaw", "tool_cos_yaw")
_TURNS = {
    RotationForm.ROTVEC: ("tool_rx", "tool_ry", "tool_rz"),
    RotationForm.QUAT_XYZW: ("tool_qx", "tool_qy", "tool_qz", "tool_qw"),
    RotationForm.RPY: ("tool_roll", "tool_pitch", "tool_yaw"),
}
TOOL_KEYS = (*PLACE_KEYS, *(key for keys in _TURNS.values() for key in keys))
GRIPPER_KEY = "gripper"


class StateReader:
    """Picks the measured numbers that one policy wants.

    Args:
        profile: Of the policy.
        joint_names: Of the arm, in the robot profile's order.
    """

    def __init__(self, profile: PolicyProfile, joint_names: Sequence[str]) -> None:
        self._keys = profile.state
        self._joint_names = joint_names
        self._gripper: GripperForm = profile.state_gripper
        self._turns = {
            form: keys for form, keys in _TURNS.items() if not set(keys).isdisjoint(self._keys)
        }

    def read(self, anchor: Anchor, opening: float) -> FloatArray:
        """Return the numbers in the policy's order. Shape (S,).

        Args:
            anchor: The measured arm.
            opening: The measured gripper, 0 closed to 1 open.
        """
        yaw = yaw_of(anchor.rotation)
        known = dict(zip(PLACE_KEYS, (*anchor.position_m, np.sin(yaw), np.cos(yaw)), strict=True))
        for form, keys in self._turns.items():
            known |= dict(zip(keys, from_matrix(form, anchor.rotation), strict=True))
        known |= dict(zip(self._joint_names, anchor.joints, strict=True))
        known[GRIPPER_KEY] = float(self._gripper.number_of(np.array(opening)))
        return np.array([known[key] for key in self._keys])
