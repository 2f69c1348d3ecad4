# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The contract of one policy: config/policies/NAME.yaml, parsed strictly."""

from enum import Enum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from vla_ros.errors import ConfigError
from vla_ros.resources import config_path
from vla_ros.strict_yaml import StrictModel, load_strict_yaml, mistake

Seconds = Annotated[float, Field(gt=0.0, le=3600.0)]
Pixels = Annotated[int, Field(ge=16, le=2048)]


class ActionSpace(Enum):
    """What the rows of a policy mean; every one is converted to joint positions."""

    JOINT_POSITION = "joint_position"
    JOINT_DELTA = "joint_delta"
    EEF_POSE = "eef_pose"
    EEF_DELTA = "eef_delta"

    @property
    def is_cartesian(self) -> bool:
        """The rows are poses of the tool."""
        return self in (ActionSpace.EEF_POSE, ActionSpace.EEF_DELTA)


class RotationForm(Enum):
    """How a row writes the rotation of the tool.

    `yaw` keeps the tool pointing down and turns it about the vertical [rad]; `rotvec` is a
    rotation vector in the base frame [rad]; `quat_xyzw` is a unit quaternion.
    """

    YAW = "yaw"
    ROTVEC = "rotvec"
    QUAT_XYZW = "quat_xyzw"

    @property
    def width(self) -> int:
        """Numbers it takes in a row."""
        return {RotationForm.YAW: 1, RotationForm.ROTVEC: 3, RotationForm.QUAT_XYZW: 4}[self]


class ImageSpec(StrictModel):
    """One image that the policy sees.

    Attributes:
        key: What the policy calls it.
        camera: Name of the camera in the robot profile.
        width: [pixels].
        height: [pixels].
        letterbox: Keep the aspect ratio and pad with black; otherwise stretch.
    """

    key: str
    camera: str
    width: Pixels
    height: Pixels
    letterbox: bool


class ActionSpec(StrictModel):
    """What the policy answers.

    Attributes:
        space: `joint_position`, `joint_delta`, `eef_pose` or `eef_delta`; deltas are relative
            to what was measured in the observation.
        rotation: Only for the `eef_` spaces: `yaw`, `rotvec` or `quat_xyzw`.
        rows: Names of the numbers in a row; the last is `gripper` (0 closed, 1 open).
        step_s: Time between rows [s].
        horizon: Rows per answer.
        lead_s: How long the arm takes to follow a command; rows are due that much earlier [s].
    """

    space: Annotated[ActionSpace, Field(strict=False)]
    rotation: Annotated[RotationForm, Field(strict=False)] | None = None
    rows: Annotated[tuple[str, ...], Field(min_length=2)]
    step_s: Annotated[float, Field(ge=0.005, le=0.2)]
    horizon: Annotated[int, Field(ge=1, le=200)]
    lead_s: Annotated[float, Field(ge=0.0, le=0.5)]

    @model_validator(mode="after")
    def _check_rows(self) -> "ActionSpec":
        if self.rows[-1] != "gripper":
            raise mistake("should end with gripper", "rows")
        if (self.rotation is not None) != self.space.is_cartesian:
            raise mistake("should be there for the eef_ spaces and only for them", "rotation")
        if self.rotation is not None and len(self.rows) != 3 + self.rotation.width + 1:
            text = f"should be x, y, z, {self.rotation.width} for '{self.rotation.value}', gripper"
            raise mistake(text, "rows")
        return self


class DoneSpec(StrictModel):
    """When the policy's own `done` output counts as success.

    Attributes:
        probability: At least this much, 0 to 1.
        count: In this many answers in a row.
    """

    probability: Annotated[float, Field(gt=0.0, lt=1.0)]
    count: Annotated[int, Field(ge=1, le=100)]


class LostSpec(StrictModel):
    """When a policy that could carry out its instruction at first is taken to have lost it.

    Attributes:
        probability: An answer is low if its `grounded` output is below this, 0 to 1.
        count: So many low answers in a row end the goal.
    """

    probability: Annotated[float, Field(gt=0.0, lt=1.0)]
    count: Annotated[int, Field(ge=1, le=1000)]


class GroundingSpec(StrictModel):
    """When the policy's own `grounded` output refuses a goal.

    Attributes:
        probability: The goal is refused if the first answers, on average, are below this, 0 to 1.
        count: How many answers decide; the arm does not move before.
        lost: When a goal ends for this reason later on; left out: never.
    """

    probability: Annotated[float, Field(gt=0.0, lt=1.0)]
    count: Annotated[int, Field(ge=1, le=100)]
    lost: LostSpec | None = None


class PolicyProfile(StrictModel):
    """Everything vla_ros has to know about one policy.

    Attributes:
        name: As the file.
        backend: Name of a backend, see `registry.py`.
        model: Model file; a relative path starts at the profile's folder.
        address: URL of a policy server. Either this or `model`.
        images: What it sees, in the order of the observation.
        state: Names of the measured numbers it is given, see `transforms.STATE_KEYS`.
        action: What it answers.
        normalisation: `in_model`: states and actions are normalised inside the model, and its
            file says with which statistics; `none`: the model takes and gives SI units.
        replan_s: Ask for the next answer when one has been executed for this long [s].
        timeout_s: Default of a goal's timeout [s].
        device: Where the model runs; `auto` takes the fastest that is there.
        threads: Of the model on a CPU; the gate needs a core for itself.
        done: How its `done` output ends a goal; left out: it never does.
        grounding: How its `grounded` output refuses a goal; left out: it never does.
    """

    name: str
    backend: str
    model: Path | None = Field(default=None, strict=False)
    address: str | None = None
    images: Annotated[tuple[ImageSpec, ...], Field(min_length=1)]
    state: tuple[str, ...]
    action: ActionSpec
    normalisation: Literal["in_model", "none"]
    replan_s: Seconds
    timeout_s: Seconds
    device: Literal["auto", "cpu", "cuda"]
    threads: Annotated[int, Field(ge=1, le=256)] = 1
    done: DoneSpec | None = None
    grounding: GroundingSpec | None = None

    @model_validator(mode="after")
    def _check_source(self) -> "PolicyProfile":
        if (self.model is None) == (self.address is None):
            raise mistake("give either 'model' (a file) or 'address' (a server)", "backend")
        return self

    @model_validator(mode="after")
    def _check_times(self) -> "PolicyProfile":
        duration_s = self.action.horizon * self.action.step_s
        if not self.replan_s < duration_s:
            raise mistake(f"should be below horizon * step_s = {duration_s:g} s", "replan_s")
        return self

    @property
    def action_width(self) -> int:
        """Numbers in a row without the gripper."""
        return len(self.action.rows) - 1


def load_policy_profile(name_or_path: str | Path) -> PolicyProfile:
    """Read the profile of a policy; `model` becomes an absolute path.

    Args:
        name_or_path: Name of a shipped profile (config/policies/NAME.yaml) or a path.

    Raises:
        ConfigError: The file is missing or wrong.
    """
    path = config_path("policies", name_or_path)
    profile = load_strict_yaml(path, PolicyProfile)
    if profile.name != path.stem:
        raise ConfigError(f"{path}: name = '{profile.name}': should be '{path.stem}', as the file")
    if profile.model is None:
        return profile
    return profile.model_copy(update={"model": path.parent.absolute() / profile.model})
