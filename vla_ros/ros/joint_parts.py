# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Joint states that arrive in parts: many grippers have a driver, and messages, of their own."""

from collections.abc import Sequence

from sensor_msgs.msg import JointState

from vla_ros.errors import ObservationError
from vla_ros.ros.decode import decode_joint_state
from vla_ros.types import JointSample


def is_about(message: JointState, names: Sequence[str]) -> bool:
    """Say whether a message should have all of these joints: it has one of them, or none."""
    return not message.name or not set(names).isdisjoint(message.name)


class JointParts:
    """Keeps the gripper's position for states of the arm. Not for two threads at once.

    Args:
        arm: Names of the arm joints.
        gripper: Name of the gripper's joint.
        max_age_ns: Largest difference between the stamps of the two.
    """

    def __init__(self, arm: Sequence[str], gripper: str, max_age_ns: int) -> None:
        self._arm = tuple(arm)
        self._gripper = gripper
        self._max_age_ns = max_age_ns
        self._position = 0.0
        self._stamp_ns: int | None = None

    def take(self, message: JointState, arrival_ns: int) -> tuple[JointSample, float] | None:
        """Return the arm joints and the gripper's position; None for a message without the arm.

        Args:
            message: Joint states in any order: of the arm, of the gripper, or of both.
            arrival_ns: When it arrived, node clock [ns].

        Raises:
            ObservationError: A joint of the arm is missing, the gripper's was never heard or not
                lately, or a number is wrong; see `decode_joint_state`.
        """
        arm = None
        if is_about(message, self._arm):
            arm = decode_joint_state(message, self._arm, arrival_ns)
        if self._gripper in message.name:
            own = JointState(header=message.header, name=message.name, position=message.position)
            gripper = decode_joint_state(own, (self._gripper,), arrival_ns)
            self._position, self._stamp_ns = float(gripper.position[0]), gripper.stamp_ns
        if arm is None:
            return None
        if self._stamp_ns is None:
            raise ObservationError(
                f"joint state: {self._gripper} is missing. It has: {', '.join(message.name)}. "
                "Check 'gripper.joint' in the robot profile, and that the gripper's driver runs "
                "and publishes on the same topic"
            )
        age_ns = arm.stamp_ns - self._stamp_ns
        if not abs(age_ns) <= self._max_age_ns:
            raise ObservationError(
                f"joint state: {self._gripper} is {age_ns * 1e-6:.0f} ms older than the arm's "
                f"joints, limit {self._max_age_ns * 1e-6:.0f} ms "
                "(thresholds.joint_state_lost_s in the robot profile). Check the gripper's driver"
            )
        return arm, self._position
