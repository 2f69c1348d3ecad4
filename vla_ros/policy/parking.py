# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A policy that looks at the joints alone and brings the arm home: what `vla_ros park` runs.

It goes through the gate like every other policy, and knows of no obstacle: its way is straight in
joint space.
"""

from pathlib import Path

import numpy as np

from vla_ros.policy.images import ImageSpec
from vla_ros.policy.spec import ActionSpace, ActionSpec, DoneSpec, PolicyProfile
from vla_ros.robot.profile import RobotProfile
from vla_ros.types import FloatArray, Observation, PolicyOutput

PARKING_SPEED = 0.3  # Of the operating velocity, where nobody asks for another.
ARRIVED_RAD = 0.01

_STEP_S = 0.1
_HORIZON = 16
_LEAD_S = 0.04
_REPLAN_S = 0.3
_SHARE = 0.9  # Of the operating velocity at full speed: the gate corrects nothing then.
_LEAST_BRAKE_S = 0.5
_PATIENCE_S = 10.0
_OPEN_ABOVE = 0.9
_PIXELS = 16


class Parking:
    """Implements PolicyBackend without a model.

    All joints arrive together. The way ends as an exponential decay, so that what is left at any
    time depends on where the arm is and on nothing else.
    """

    def __init__(self, robot: RobotProfile) -> None:
        """Prepare.

        Args:
            robot: Says where home is, and how fast the joints may be.
        """
        self._home = np.array(robot.home)
        velocity = np.array([joint.operating.velocity_rad_s for joint in robot.joints])
        acceleration = np.array([joint.operating.acceleration_rad_s2 for joint in robot.joints])
        self._speed = _SHARE * velocity
        # Half of what the arm could brake with.
        self._brake_s = max(_LEAST_BRAKE_S, 2.0 * float((velocity / acceleration).max()))
        self._profile = _make_profile(robot, self._speed, self._brake_s)

    @property
    def profile(self) -> PolicyProfile:
        """The contract it keeps."""
        return self._profile

    def check_instruction(self, text: str) -> str:
        """Understand everything: there is one thing that it does."""
        return text

    def infer(self, observation: Observation, instruction: str) -> PolicyOutput:  # noqa: ARG002
        """Return the next rows of joint positions [rad], shape (T, J).

        What the hand holds it goes on holding: only a gripper that is open stays open.
        """
        away = observation.joints.position - self._home
        whole_s = float((np.abs(away) / self._speed).max())
        times: FloatArray = _STEP_S * np.arange(1, _HORIZON + 1, dtype=np.float64)
        left = self._left_s(whole_s, times) / whole_s if whole_s > 0.0 else np.zeros(_HORIZON)
        opening = 1.0 if observation.gripper > _OPEN_ABOVE else 0.0
        return PolicyOutput(
            rows=self._home + left[:, None] * away,
            gripper=np.full(_HORIZON, opening),
            confidence=1.0,
            done_probability=float(np.abs(away).max() <= ARRIVED_RAD),
        )

    def warm_up(self) -> None:
        """Need nothing."""

    def close(self) -> None:
        """Hold nothing."""

    def _left_s(self, whole_s: float, times: FloatArray) -> FloatArray:
        """Return what is left of a way after some times, as its duration at full speed [s]."""
        brake_s = self._brake_s
        cruise_s = max(whole_s - brake_s, 0.0)
        braked = min(whole_s, brake_s) * np.exp(-np.maximum(times - cruise_s, 0.0) / brake_s)
        return np.where(times < cruise_s, whole_s - times, braked)


def _make_profile(robot: RobotProfile, speed: FloatArray, brake_s: float) -> PolicyProfile:
    camera = robot.cameras[0].name
    ranges = np.array([joint.upper_rad - joint.lower_rad for joint in robot.joints])
    longest_s = float((ranges / speed).max())
    arrived = brake_s * float(np.log(np.pi / ARRIVED_RAD))
    return PolicyProfile(
        name="park",
        backend="built-in",
        model=Path("built-in"),
        # An observation is wanted for its joints; a policy has to name a camera, though.
        images=(
            ImageSpec(key=camera, camera=camera, width=_PIXELS, height=_PIXELS, letterbox=False),
        ),
        state=robot.joint_names,
        action=ActionSpec(
            space=ActionSpace.JOINT_POSITION,
            rows=(*robot.joint_names, "gripper"),
            step_s=_STEP_S,
            horizon=_HORIZON,
            lead_s=_LEAD_S,
        ),
        normalisation="none",
        replan_s=_REPLAN_S,
        timeout_s=min(longest_s + arrived + _PATIENCE_S, 3600.0),
        device="cpu",
        done=DoneSpec(probability=0.5, count=3),
    )
