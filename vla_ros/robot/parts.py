# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The parts of a robot profile, each a section of config/robots/NAME.yaml.

Limits and geometry have no default: who describes a robot says each of them. Only time
thresholds have one.
"""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from vla_ros.strict_yaml import StrictModel, mistake

Positive = Annotated[float, Field(gt=0.0)]
_TOPIC = re.compile(r"/?[A-Za-z_]\w*(/[A-Za-z_]\w*)*", re.ASCII)


def _check_topic(value: str) -> str:
    if not _TOPIC.fullmatch(value):
        raise mistake("should be the name of a topic, for example /front/image_raw")
    return value


Topic = Annotated[str, AfterValidator(_check_topic)]
"""Absolute (/estop: one for all arms), or relative to the namespace of the nodes."""
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
        size: Width and height of its pictures [pixels]; others are refused. Left out: any size.
        rate_hz: Pictures per second [Hz]; fewer than three quarters of them are complained about.
            Left out: nobody minds.
        stamp_offset_s: Added to the stamps of its pictures [s]: below 0 for a camera that stamps
            them later than it takes them.
        depth_topic: Depth images, aligned with its pictures; left out: it has none. For
            `compressed` the full name of the topic ending in compressedDepth.
        depth_transport: `raw` is sensor_msgs/Image, `compressed` is sensor_msgs/CompressedImage.
    """

    name: str
    role: Literal["scene", "wrist"]
    topic: Topic
    transport: Literal["raw", "compressed"]
    frame: str
    size: tuple[Annotated[int, Field(gt=0)], Annotated[int, Field(gt=0)]] | None = None
    rate_hz: Positive | None = None
    stamp_offset_s: Annotated[float, Field(ge=-1.0, le=1.0)] = 0.0
    depth_topic: Topic | None = None
    depth_transport: Literal["raw", "compressed"] = "raw"


class PointCloudProfile(StrictModel):
    """A sensor that sends the points it sees.

    Attributes:
        name: What the policy profile calls it.
        topic: sensor_msgs/PointCloud2.
        frame: That the points are given in; others are refused.
    """

    name: str
    topic: Topic
    frame: str


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


class SceneBoxProfile(BoxProfile):
    """A box that always stands around the arm.

    Attributes:
        name: What messages call it.
    """

    name: str


class ContactProfile(StrictModel):
    """Which links may touch which surfaces: fingers grasp what lies on a table.

    Attributes:
        links: Names of links of the URDF.
        surfaces: Names of boxes in `scene`.
        margin_m: Distance that the two keep [m].
        within_m: Nearer than this the tool is slow [m].
        speed_m_s: So slow [m/s].
    """

    links: Annotated[tuple[str, ...], Field(min_length=1)]
    surfaces: Annotated[tuple[str, ...], Field(min_length=1)]
    margin_m: Positive
    within_m: Positive
    speed_m_s: Positive


class CollisionProfile(StrictModel):
    """How clear the arm keeps of itself and of what stands around it.

    Attributes:
        self_stop_m: Distance that links keep from each other [m].
        self_slow_m: Nearer than this the arm slows down [m].
        environment_stop_m: Distance that links keep from boxes and obstacles [m].
        environment_slow_m: Nearer than this the arm slows down [m].
        scene: What always stands around the arm, in the base frame.
        ignored_pairs: Links that are always near each other, in pairs. Links that share a joint
            are no pair anyway.
        contact: What may be touched; left out: nothing.
    """

    self_stop_m: Positive
    self_slow_m: Positive
    environment_stop_m: Positive
    environment_slow_m: Positive
    scene: tuple[SceneBoxProfile, ...]
    ignored_pairs: tuple[tuple[str, str], ...]
    contact: ContactProfile | None = None

    @model_validator(mode="after")
    def _check_order(self) -> "CollisionProfile":
        for kind in ("self", "environment"):
            slow = getattr(self, f"{kind}_slow_m")
            if not getattr(self, f"{kind}_stop_m") < slow:
                raise mistake(f"should be below {kind}_slow_m = {slow}", f"{kind}_stop_m")
        return self


class EstopProfile(StrictModel):
    """An emergency-stop button in the graph: std_msgs/Bool, true is pressed, 20 Hz or more.

    Attributes:
        topic: Its topic.
        timeout_s: Silence for this long counts as pressed [s].
    """

    topic: Topic
    timeout_s: Annotated[float, Field(ge=0.02, le=1.0)]


class DriverProfile(StrictModel):
    """What the driver says about the robot: std_msgs/Bool, true is ready to move, 20 Hz or more.

    Attributes:
        topic: Its topic.
        late_s: Silence for this long holds the arm [s].
        lost_s: Silence for this long stops the arm and latches [s].
    """

    topic: Topic
    late_s: Positive = 0.1
    lost_s: Positive = 0.25

    @model_validator(mode="after")
    def _check_order(self) -> "DriverProfile":
        if not self.late_s < self.lost_s:
            raise mistake(f"should be below lost_s = {self.lost_s}", "late_s")
        return self


class DeadmanProfile(StrictModel):
    """A dead-man switch in the graph: std_msgs/Bool, true is held, 20 Hz or more.

    Attributes:
        topic: Its topic.
        timeout_s: Silence for this long counts as released [s].
    """

    topic: Topic
    timeout_s: Annotated[float, Field(ge=0.02, le=1.0)] = 0.2


class HumanProfile(StrictModel):
    """Who measures how far the nearest person is from the arm: sensor_msgs/Range.

    The arm slows down so that it rests before a person who walks towards it arrives: speed and
    separation monitoring, ISO/TS 15066.

    Attributes:
        topic: Its topic.
        timeout_s: Silence for this long counts as a distance of 0 m [s].
        speed_m_s: How fast a person walks towards the arm [m/s].
        margin_m: Reach of a hand beyond what is measured, and the errors of both [m].
    """

    topic: Topic
    timeout_s: Annotated[float, Field(ge=0.02, le=1.0)] = 0.2
    speed_m_s: Positive
    margin_m: Annotated[float, Field(ge=0.0)]


class ObstaclesProfile(StrictModel):
    """Who says which boxes stand around the arm now: vla_ros/msg/Obstacles.

    Attributes:
        topic: Its topic.
        timeout_s: Boxes older than this hold the arm [s].
    """

    topic: Topic
    timeout_s: Positive = 0.5


class ConfidenceProfile(StrictModel):
    """When a policy that does not trust itself is held; in its own profile, when its goal ends.

    Attributes:
        least: A chunk below this confidence, or without one, is doubtful; 0 to 1.
        in_row: So many doubtful chunks in a row hold the arm, or end the goal.
    """

    least: Annotated[float, Field(gt=0.0, le=1.0)]
    in_row: Annotated[int, Field(ge=1)] = 3

    def is_doubtful(self, confidence: float) -> bool:
        """Say whether a chunk with this confidence is; NaN is no trust."""
        return not self.least <= confidence <= 1.0


class ThresholdsProfile(StrictModel):
    """When the gate acts. Angles have no default, times do.

    Attributes:
        tracking_rad: Largest |commanded - measured| of a joint before the arm stops [rad].
        tracking_warn_rad: Beyond this the arm goes at half speed [rad].
        start_mismatch_rad: Largest |first row - measured| of a joint at the start [rad].
        joint_state_stale_s: Joint states older than this hold the arm [s].
        joint_state_lost_s: Joint states older than this stop the arm and latch [s].
        observation_max_age_s: Oldest observation a new chunk may answer [s].
        execution_max_age_s: Oldest observation a row being executed may answer [s].
        image_max_age_s: Oldest image an observation may hold [s].
        image_max_skew_s: Largest difference between the stamps in one observation [s].
        infer_deadline_s: A policy that sends no chunk for this long while its goal runs holds the
            arm [s]: more than `replan_s` of its profile plus its slowest answer.
        camera_frozen_s: An image repeated for this long is a frozen camera [s].
    """

    tracking_rad: Positive
    tracking_warn_rad: Positive
    start_mismatch_rad: Positive
    joint_state_stale_s: Positive = 0.1
    joint_state_lost_s: Positive = 0.25
    observation_max_age_s: Positive = 0.5
    execution_max_age_s: Positive = 1.5
    infer_deadline_s: Positive = 1.3
    image_max_age_s: Positive = 0.3
    image_max_skew_s: Positive = 0.1
    camera_frozen_s: Positive = 0.5

    @model_validator(mode="after")
    def _check_order(self) -> "ThresholdsProfile":
        if not self.joint_state_stale_s < self.joint_state_lost_s:
            text = f"should be below joint_state_lost_s = {self.joint_state_lost_s}"
            raise mistake(text, "joint_state_stale_s")
        if not self.tracking_warn_rad <= self.tracking_rad:
            text = f"should be at most tracking_rad = {self.tracking_rad}"
            raise mistake(text, "tracking_warn_rad")
        return self


def _estop_branch(value: object) -> str:
    return "none" if isinstance(value, str) else "button"


def _collision_branch(value: object) -> str:
    return "none" if isinstance(value, str) else "model"


Collision = Annotated[
    Annotated[CollisionProfile, Tag("model")] | Annotated[Literal["none"], Tag("none")],
    Discriminator(_collision_branch),
]


Estop = Annotated[
    Annotated[EstopProfile, Tag("button")] | Annotated[Literal["none"], Tag("none")],
    Discriminator(_estop_branch),
]
