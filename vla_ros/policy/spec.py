# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The contract of one policy: config/policies/NAME.yaml, parsed strictly."""

from enum import Enum
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, model_validator

from vla_ros.errors import ConfigError
from vla_ros.policy.images import ImageSpec, PointCloudSpec
from vla_ros.resources import config_path
from vla_ros.robot.parts import ConfidenceProfile
from vla_ros.strict_yaml import StrictModel, load_strict_yaml, mistake
from vla_ros.types import FloatArray, Joining

Seconds = Annotated[float, Field(gt=0.0, le=3600.0)]


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

    @property
    def is_delta(self) -> bool:
        """The rows are relative to something."""
        return self in (ActionSpace.JOINT_DELTA, ActionSpace.EEF_DELTA)


class RotationForm(Enum):
    """How a row writes the rotation of the tool.

    `yaw` keeps the tool pointing down and turns it about the vertical [rad]; `rotvec` is a
    rotation vector (axis times angle) [rad]; `quat_xyzw` and `quat_wxyz` are quaternions with
    their real part last or first. `rpy` turns about the fixed axes x, then y, then z [rad];
    `euler_xyz` about the moving axes x, then y', then z'' [rad]. `rot6d_columns` is the first
    two columns of the matrix one after the other (Zhou et al. 2019), `rot6d_rows` its first
    two rows, as several libraries flatten it.
    """

    YAW = "yaw"
    ROTVEC = "rotvec"
    QUAT_XYZW = "quat_xyzw"
    QUAT_WXYZ = "quat_wxyz"
    RPY = "rpy"
    EULER_XYZ = "euler_xyz"
    ROT6D_COLUMNS = "rot6d_columns"
    ROT6D_ROWS = "rot6d_rows"

    @property
    def width(self) -> int:
        """Numbers it takes in a row."""
        return _WIDTHS.get(self, 3)


_WIDTHS = {
    RotationForm.YAW: 1,
    RotationForm.QUAT_XYZW: 4,
    RotationForm.QUAT_WXYZ: 4,
    RotationForm.ROT6D_COLUMNS: 6,
    RotationForm.ROT6D_ROWS: 6,
}


class DeltaStart(Enum):
    """What a delta is relative to.

    `measured`: every row to what was measured in the observation, so that row k holds the whole
    way to it. `previous`: each row to the row before it, the first one to what was measured, so
    that row k holds one step.
    """

    MEASURED = "measured"
    PREVIOUS = "previous"


class DeltaFrame(Enum):
    """Whose axes a delta of the tool is written in: the robot's base, or the tool it moves."""

    BASE = "base"
    TOOL = "tool"


class Posture(Enum):
    """Where a redundant arm lets its elbow drift to while the tool follows the rows.

    `home`: the robot profile's home; `measured`: where the arm was in the observation.
    """

    HOME = "home"
    MEASURED = "measured"


class GripperForm(StrictModel):
    """How a policy writes the gripper; inside vla_ros its value is the opening, 0 to 1.

    Attributes:
        closed: The number that means closed: 0, 1, -1, or metres between the fingers.
        open: The number that means open; may be below `closed`.
        binary: The policy decides between open and closed: what is nearer to `open` is open.
    """

    closed: float = 0.0
    open: float = 1.0
    binary: bool = False

    @model_validator(mode="after")
    def _check_stroke(self) -> "GripperForm":
        if not abs(self.open - self.closed) > 1e-6:
            raise mistake("should differ from 'closed'", "open")
        return self

    def opening_of(self, numbers: FloatArray) -> FloatArray:
        """Return openings, 0 closed to 1 open; beyond both for numbers beyond both ends."""
        opening: FloatArray = (numbers - self.closed) / (self.open - self.closed)
        return np.where(opening > 0.5, 1.0, 0.0) if self.binary else opening

    def number_of(self, opening: FloatArray) -> FloatArray:
        """Return what the policy would write for openings; the inverse of `opening_of`."""
        numbers: FloatArray = self.closed + opening * (self.open - self.closed)
        return numbers


class ActionSpec(StrictModel):
    """What the policy answers.

    Attributes:
        space: `joint_position`, `joint_delta`, `eef_pose` or `eef_delta`.
        deltas: What the rows of a delta space are relative to; see `DeltaStart`.
        delta_frame: Only for `eef_delta`; see `DeltaFrame`.
        rotation: Only for the `eef_` spaces; see `RotationForm`.
        rows: Names of the numbers in a row; the last is `gripper`.
        scale: What each number of a row but the gripper's is multiplied by, for policies that
            answer shares of a largest step; left out: SI units. Only for the delta spaces.
        gripper: How the gripper is written; left out: 0 closed, 1 open.
        posture: Of a redundant arm, for the `eef_` spaces; see `Posture`.
        step_s: Time between rows [s].
        horizon: Rows per answer.
        lead_s: How long the arm takes to follow a command; rows are due that much earlier [s].
    """

    space: Annotated[ActionSpace, Field(strict=False)]
    deltas: Annotated[DeltaStart, Field(strict=False)] = DeltaStart.MEASURED
    delta_frame: Annotated[DeltaFrame, Field(strict=False)] = DeltaFrame.BASE
    rotation: Annotated[RotationForm, Field(strict=False)] | None = None
    rows: Annotated[tuple[str, ...], Field(min_length=2)]
    scale: tuple[Annotated[float, Field(gt=0.0)], ...] | None = None
    gripper: GripperForm = GripperForm()
    posture: Annotated[Posture, Field(strict=False)] = Posture.HOME
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

    @model_validator(mode="after")
    def _check_deltas(self) -> "ActionSpec":
        text = f"is only for the delta spaces; leave it out for '{self.space.value}'"
        if not self.space.is_delta and self.deltas is not DeltaStart.MEASURED:
            raise mistake(text, "deltas")
        if not self.space.is_delta and self.scale is not None:
            raise mistake(text, "scale")
        if self.scale is not None and len(self.scale) != len(self.rows) - 1:
            text = f"has {len(self.scale)} numbers; wanted one for each of {len(self.rows) - 1}"
            raise mistake(f"{text} in 'rows' but the gripper's", "scale")
        if self.delta_frame is DeltaFrame.BASE:
            return self
        if self.space is not ActionSpace.EEF_DELTA:
            raise mistake("should be there for eef_delta only", "delta_frame")
        if self.rotation is RotationForm.YAW:
            text = "'yaw' is about the vertical of the base; write tool rotations as rotvec"
            raise mistake(text, "delta_frame")
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
        point_cloud: The points that it sees; left out: none.
        state: Names of the measured numbers it is given, see `state.py`.
        state_gripper: How the state's `gripper` is written; left out: 0 closed, 1 open.
        action: What it answers.
        normalisation: `in_model`: states and actions are normalised inside the model, and its
            file says with which statistics; `none`: the model takes and gives SI units.
        replan_s: Ask for the next answer when one has been executed for this long [s].
        joining: How an answer takes over from the motion that runs when it arrives:
            `hold_and_switch`, `cross_fade`, `temporal_ensembling`, `offset_alignment` or
            `real_time_chunking`.
        timeout_s: Default of a goal's timeout [s].
        device: Where the model runs; `auto` takes the fastest that is there.
        threads: Of the model on a CPU; the gate needs a core for itself.
        done: How its `done` output ends a goal; left out: it never does.
        grounding: How its `grounded` output refuses a goal; left out: it never does.
        confidence: How its `confidence` output ends a goal; left out: it never does.
    """

    name: str
    backend: str
    model: Path | None = Field(default=None, strict=False)
    address: str | None = None
    images: Annotated[tuple[ImageSpec, ...], Field(min_length=1)]
    point_cloud: PointCloudSpec | None = None
    state: tuple[str, ...]
    state_gripper: GripperForm = GripperForm()
    action: ActionSpec
    normalisation: Literal["in_model", "none"]
    replan_s: Seconds
    joining: Annotated[Joining, Field(strict=False)] = Joining.CROSS_FADE
    timeout_s: Seconds
    device: Literal["auto", "cpu", "cuda"]
    threads: Annotated[int, Field(ge=1, le=256)] = 1
    done: DoneSpec | None = None
    grounding: GroundingSpec | None = None
    confidence: ConfidenceProfile | None = None

    @model_validator(mode="after")
    def _check_source(self) -> "PolicyProfile":
        if (self.model is None) == (self.address is None):
            raise mistake("give either 'model' (a file) or 'address' (a server)", "backend")
        return self

    @model_validator(mode="after")
    def _check_cameras(self) -> "PolicyProfile":
        cameras = [image.camera for image in self.images]
        for i, camera in enumerate(cameras):
            if camera in cameras[:i]:
                raise mistake(
                    f"'{camera}' is there twice; one image of each", "images", i, "camera"
                )
        return self

    @model_validator(mode="after")
    def _check_times(self) -> "PolicyProfile":
        duration_s = self.action.horizon * self.action.step_s
        if not self.replan_s < duration_s:
            raise mistake(f"should be below horizon * step_s = {duration_s:g} s", "replan_s")
        return self

    @model_validator(mode="after")
    def _check_state_gripper(self) -> "PolicyProfile":
        if self.state_gripper.binary:
            raise mistake("should be left out: the gripper is measured", "state_gripper", "binary")
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
