# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The contract of one robot: config/robots/NAME.yaml, parsed strictly.

Limits and geometry have no default: who describes a robot says each of them. Only time
thresholds have one.
"""

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from vla_ros.errors import ConfigError
from vla_ros.resources import config_path, urdf_path
from vla_ros.robot.urdf import read_urdf, validate_profile
from vla_ros.strict_yaml import StrictModel, load_strict_yaml, mistake

Positive = Annotated[float, Field(gt=0.0)]
_TOPIC = re.compile(r"[~/]?[A-Za-z_]\w*(/[A-Za-z_]\w*)*", re.ASCII)


def _check_topic(value: str) -> str:
    if not _TOPIC.fullmatch(value):
        raise mistake("should be the name of a topic, for example /front/image_raw")
    return value


Topic = Annotated[str, AfterValidator(_check_topic)]
Vector3 = tuple[float, float, float]


class MotionLimits(StrictModel):
    """How fast one joint may move.

    Attributes:
        velocity_rad_s: [rad/s], both directions.
        acceleration_rad_s2: [rad/s^2], both directions.
        jerk_rad_s3: [rad/s^3], both directions.
    """

    velocity_rad_s: Positive
    acceleration_rad_s2: Positive
    jerk_rad_s3: Positive


class JointProfile(StrictModel):
    """One arm joint.

    Attributes:
        name: As in the URDF and in the joint states.
        lower_rad: Smallest position [rad].
        upper_rad: Largest position [rad].
        hard: The maker's limits; only an emergency stop may use them.
        operating: The limits every other motion keeps.
    """

    name: str
    lower_rad: float
    upper_rad: float
    hard: MotionLimits
    operating: MotionLimits

    @model_validator(mode="after")
    def _check_range(self) -> "JointProfile":
        if not self.lower_rad < self.upper_rad:
            raise mistake(f"should be below upper_rad = {self.upper_rad}", "lower_rad")
        return self


class CameraProfile(StrictModel):
    """One camera.

    Attributes:
        name: What the policy profile calls it.
        role: `scene` looks at the table, `wrist` moves with the hand.
        topic: Image topic; for `compressed` the full name of the compressed topic.
        transport: `raw` is sensor_msgs/Image, `compressed` is sensor_msgs/CompressedImage.
        frame: Optical frame.
    """

    name: str
    role: Literal["scene", "wrist"]
    topic: Topic
    transport: Literal["raw", "compressed"]
    frame: str


class CommandProfile(StrictModel):
    """How the arm is commanded.

    Attributes:
        kind: `forward_position` is std_msgs/Float64MultiArray, `joint_trajectory` is
            trajectory_msgs/JointTrajectory.
        topic: Topic of the controller.
        rate_hz: Commands per second [Hz].
    """

    kind: Literal["forward_position", "joint_trajectory"]
    topic: Topic
    rate_hz: Annotated[float, Field(ge=50.0, le=500.0)]


class GripperProfile(StrictModel):
    """How the gripper is commanded; inside vla_ros its value is the opening, 0 to 1.

    Attributes:
        kind: As for the arm.
        topic: Topic of the controller.
        joint: The joint that reports the opening in the joint states.
        closed: Joint position when closed, in `unit`.
        open: Joint position when open, in `unit`; may be below `closed`.
        unit: Unit of the joint: `m` or `rad`.
        speed_per_s: Fastest change of the opening [1/s]; 1 is from closed to open in a second.
    """

    kind: Literal["forward_position", "joint_trajectory"]
    topic: Topic
    joint: str
    closed: float
    open: float
    unit: Literal["m", "rad"]
    speed_per_s: Positive

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


class BoxProfile(StrictModel):
    """An axis-parallel box in the base frame.

    Attributes:
        lower_m: Smallest x, y, z [m].
        upper_m: Largest x, y, z [m].
    """

    lower_m: Vector3
    upper_m: Vector3

    @model_validator(mode="after")
    def _check_order(self) -> "BoxProfile":
        for axis, (lower, upper) in enumerate(zip(self.lower_m, self.upper_m, strict=True)):
            if not lower < upper:
                raise mistake(f"should be below upper_m = {upper}", "lower_m", axis)
        return self


class KeepOutProfile(BoxProfile):
    """A box that no part of the arm may enter.

    Attributes:
        name: What messages call it.
    """

    name: str


class EstopProfile(StrictModel):
    """An emergency-stop button in the graph: std_msgs/Bool, true is pressed, 20 Hz or more.

    Attributes:
        topic: Its topic.
        timeout_s: Silence for this long counts as pressed [s].
    """

    topic: Topic
    timeout_s: Annotated[float, Field(ge=0.02, le=1.0)]


class ThresholdsProfile(StrictModel):
    """When the gate acts. Angles have no default, times do.

    Attributes:
        tracking_rad: Largest |commanded - measured| of a joint before the arm stops [rad].
        start_mismatch_rad: Largest |first row - measured| of a joint at the start [rad].
        joint_state_stale_s: Joint states older than this hold the arm [s].
        joint_state_lost_s: Joint states older than this stop the arm and latch [s].
        observation_max_age_s: Oldest observation a new chunk may answer [s].
        execution_max_age_s: Oldest observation a row being executed may answer [s].
        image_max_age_s: Oldest image an observation may hold [s].
        image_max_skew_s: Largest difference between the stamps in one observation [s].
        camera_frozen_s: An image repeated for this long is a frozen camera [s].
    """

    tracking_rad: Positive
    start_mismatch_rad: Positive
    joint_state_stale_s: Positive = 0.1
    joint_state_lost_s: Positive = 0.25
    observation_max_age_s: Positive = 0.5
    execution_max_age_s: Positive = 1.5
    image_max_age_s: Positive = 0.3
    image_max_skew_s: Positive = 0.1
    camera_frozen_s: Positive = 0.5

    @model_validator(mode="after")
    def _check_order(self) -> "ThresholdsProfile":
        if not self.joint_state_stale_s < self.joint_state_lost_s:
            text = f"should be below joint_state_lost_s = {self.joint_state_lost_s}"
            raise mistake(text, "joint_state_stale_s")
        return self


def _estop_branch(value: object) -> str:
    return "none" if isinstance(value, str) else "button"


Estop = Annotated[
    Annotated[EstopProfile, Tag("button")] | Annotated[Literal["none"], Tag("none")],
    Discriminator(_estop_branch),
]


class RobotProfile(StrictModel):
    """Everything vla_ros has to know about one robot.

    Attributes:
        name: As the file.
        simulated: Nobody can be hurt by it; permits arming without a person.
        urdf: Name of a shipped description (urdf/NAME.urdf), or the path of a URDF file.
        base_frame: Frame of workspace and boxes; a link of the URDF.
        tool_frame: The point that grasps; a link of the URDF.
        state_topic: sensor_msgs/JointState of arm and gripper.
        joints: The arm joints, in the order used everywhere.
        position_margin_rad: Distance that commands keep from the position limits [rad].
        operating_at_most: Largest operating limit as a fraction of the hard one, 0 to 1.
        home: Start pose, one position per joint [rad].
        cameras: All cameras.
        command: How the arm is commanded.
        gripper: How the gripper is commanded.
        workspace: Where the tool frame may be, in the base frame.
        keep_out: Boxes no part of the arm may enter; empty if there are none.
        tcp_speed_m_s: Fastest speed of the tool frame [m/s].
        estop: The button, or the word `none`.
        thresholds: When the gate acts.
        driver_command_timeout_s: The driver itself stops without a command for this long [s].
        arm_timeout_s: Disarm after this long without a goal [s]; left out: never.
    """

    name: str
    simulated: bool
    urdf: str
    base_frame: str
    tool_frame: str
    state_topic: Topic
    joints: Annotated[tuple[JointProfile, ...], Field(min_length=1)]
    position_margin_rad: Annotated[float, Field(ge=0.0, le=0.5)]
    operating_at_most: Annotated[float, Field(gt=0.0, le=1.0)]
    home: tuple[float, ...]
    cameras: Annotated[tuple[CameraProfile, ...], Field(min_length=1)]
    command: CommandProfile
    gripper: GripperProfile
    workspace: BoxProfile
    keep_out: tuple[KeepOutProfile, ...]
    tcp_speed_m_s: Annotated[float, Field(gt=0.0, le=1.0)]
    estop: Estop
    thresholds: ThresholdsProfile
    driver_command_timeout_s: Positive
    arm_timeout_s: Positive | None = None

    @property
    def joint_names(self) -> tuple[str, ...]:
        """The arm joints, in the order used everywhere."""
        return tuple(joint.name for joint in self.joints)

    def camera(self, name: str) -> CameraProfile:
        """Return one camera.

        Raises:
            ConfigError: There is none of that name.
        """
        for camera in self.cameras:
            if camera.name == name:
                return camera
        known = ", ".join(camera.name for camera in self.cameras)
        raise ConfigError(
            f"robot '{self.name}' has no camera '{name}'. It has: {known}. "
            f"Add it to 'cameras' in config/robots/{self.name}.yaml"
        )

    @model_validator(mode="after")
    def _check_names(self) -> "RobotProfile":
        for key in ("joints", "cameras", "keep_out"):
            names = [item.name for item in getattr(self, key)]
            for i, name in enumerate(names):
                if name in names[:i]:
                    raise mistake(f"'{name}' is there twice; names are unique", key, i, "name")
        if self.gripper.joint in self.joint_names:
            text = "is among 'joints'; the gripper's joint is never an arm joint"
            raise mistake(text, "gripper", "joint")
        return self

    @model_validator(mode="after")
    def _check_operating_limits(self) -> "RobotProfile":
        for i, joint in enumerate(self.joints):
            for key in MotionLimits.model_fields:
                hard = getattr(joint.hard, key)
                if not getattr(joint.operating, key) <= self.operating_at_most * hard:
                    part = self.operating_at_most
                    text = (
                        f"should be at most {part * hard:g}, that is "
                        f"operating_at_most = {part:g} of the hard limit {hard:g}"
                    )
                    raise mistake(text, "joints", i, "operating", key)
        return self

    @model_validator(mode="after")
    def _check_home(self) -> "RobotProfile":
        if len(self.home) != len(self.joints):
            text = (
                f"has {len(self.home)} positions; wanted one for each of {len(self.joints)} joints"
            )
            raise mistake(text, "home")
        margin = self.position_margin_rad
        for i, (joint, position) in enumerate(zip(self.joints, self.home, strict=True)):
            lower, upper = joint.lower_rad + margin, joint.upper_rad - margin
            if not lower <= position <= upper:
                text = f"should be in [{lower:g}, {upper:g}] rad, the range of '{joint.name}'"
                raise mistake(f"{text} less position_margin_rad", "home", i)
        return self


def load_robot_profile(name_or_path: str | Path) -> RobotProfile:
    """Read the profile of a robot and hold it against its URDF.

    Args:
        name_or_path: Name of a shipped profile (config/robots/NAME.yaml) or a path.

    Raises:
        ConfigError: The file is missing or wrong, or does not fit the URDF.
    """
    path = config_path("robots", name_or_path)
    profile = load_strict_yaml(path, RobotProfile)
    if profile.name != path.stem:
        raise ConfigError(f"{path}: name = '{profile.name}': should be '{path.stem}', as the file")
    validate_profile(profile, read_urdf(urdf_path(profile.urdf)))
    return profile
