# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The parts of a robot profile that say how arm and gripper are commanded."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from vla_ros.robot.parts import Positive, Topic
from vla_ros.strict_yaml import StrictModel, mistake

VELOCITY_KINDS = ("forward_velocity", "joint_jog")
ACTION_GRIPPERS = ("gripper_command", "parallel_gripper_command")


class CommandProfile(StrictModel):
    """How the arm is commanded.

    Attributes:
        kind: `forward_position` is std_msgs/Float64MultiArray, `joint_trajectory` is
            trajectory_msgs/JointTrajectory, `follow_joint_trajectory` is the action
            control_msgs/FollowJointTrajectory. Velocities, only for a driver that stops within
            0.1 s of silence: `forward_velocity` is std_msgs/Float64MultiArray, `joint_jog` is
            control_msgs/JointJog for MoveIt Servo in speed units.
        topic: Topic of the controller; for an action its name.
        rate_hz: Commands per second [Hz].
        window_s: How much of the future a trajectory holds before its stop [s].
        gain_per_s: For velocities: how much is added for each radian between command and arm
            [1/s]. Too much of it makes the arm swing: keep it below 1 / (2 x the arm's delay).
    """

    kind: Literal[
        "forward_position",
        "joint_trajectory",
        "follow_joint_trajectory",
        "forward_velocity",
        "joint_jog",
    ]
    topic: Topic
    rate_hz: Annotated[float, Field(ge=50.0, le=500.0)]
    window_s: Annotated[float, Field(gt=0.0, le=0.5)] = 0.1
    gain_per_s: Annotated[float, Field(gt=0.0, le=20.0)] | None = None

    @model_validator(mode="after")
    def _check_gain(self) -> "CommandProfile":
        if self.is_velocity and self.gain_per_s is None:
            raise mistake(f"'{self.kind}' also needs the key gain_per_s, above 0 to 20", "kind")
        if not self.is_velocity and self.gain_per_s is not None:
            kinds = " and ".join(VELOCITY_KINDS)
            raise mistake(f"is only for {kinds}; leave it out for '{self.kind}'", "gain_per_s")
        return self

    @property
    def is_velocity(self) -> bool:
        """The controller takes velocities, which go on until somebody says otherwise."""
        return self.kind in VELOCITY_KINDS


class GripperProfile(StrictModel):
    """How the gripper is commanded; inside vla_ros its value is the opening, 0 to 1.

    Attributes:
        kind: As for the arm; or an action of control_msgs, `gripper_command` is GripperCommand,
            `parallel_gripper_command` is ParallelGripperCommand.
        topic: Topic of the controller; for an action its name.
        joint: The joint that reports the opening in the joint states.
        closed: Joint position when closed, in `unit`.
        open: Joint position when open, in `unit`; may be below `closed`.
        unit: Unit of the joint: `m` or `rad`.
        speed_per_s: Fastest change of the opening [1/s]; 1 is from closed to open in a second.
        max_effort: For an action: how hard it may grip [N] or [N m].
        followers: Joints that have to be told the same position, because the controller does not
            know that they move along; only for `joint_trajectory`. Mostly there are none.
    """

    kind: Literal[
        "forward_position", "joint_trajectory", "gripper_command", "parallel_gripper_command"
    ]
    topic: Topic
    joint: str
    closed: float
    open: float
    unit: Literal["m", "rad"]
    speed_per_s: Positive
    max_effort: Positive | None = None
    followers: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _check_followers(self) -> "GripperProfile":
        if self.followers and self.kind != "joint_trajectory":
            text = f"is for kind joint_trajectory, where joints have names; kind is {self.kind}"
            raise mistake(text, "followers")
        names = (self.joint, *self.followers)
        for i, name in enumerate(self.followers):
            if name in names[: i + 1]:
                raise mistake(f"'{name}' is there twice; names are unique", "followers", i)
        return self

    @model_validator(mode="after")
    def _check_effort(self) -> "GripperProfile":
        is_action = self.kind in ACTION_GRIPPERS
        if is_action and self.max_effort is None:
            raise mistake(f"'{self.kind}' also needs the key max_effort, above 0", "kind")
        if not is_action and self.max_effort is not None:
            kinds = " and ".join(ACTION_GRIPPERS)
            raise mistake(f"is only for {kinds}; '{self.kind}' cannot say it", "max_effort")
        return self

    @model_validator(mode="after")
    def _check_stroke(self) -> "GripperProfile":
        if not abs(self.open - self.closed) > 1e-6:
            raise mistake("should differ from 'closed'", "open")
        return self

    def opening_of(self, position: float) -> float:
        """Return the opening (0 closed, 1 open) of a joint position in `unit`."""
        return (position - self.closed) / (self.open - self.closed)

    def position_of(self, opening: float) -> float:
        """Return the joint position in `unit` of an opening (0 closed, 1 open)."""
        return self.closed + opening * (self.open - self.closed)
