# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The contract of one robot: config/robots/NAME.yaml, parsed strictly.

Limits and geometry have no default: who describes a robot says each of them. Only time
thresholds have one.
"""

from pathlib import Path
from typing import Annotated, NoReturn

from pydantic import Discriminator, Field, Tag, model_validator

from vla_ros.errors import ConfigError
from vla_ros.resources import config_path, urdf_path
from vla_ros.robot.commands import CommandProfile, GripperProfile
from vla_ros.robot.parts import (
    BoxProfile,
    CameraProfile,
    Collision,
    ConfidenceProfile,
    DeadmanProfile,
    DriverProfile,
    Estop,
    HumanProfile,
    JointProfile,
    KeepOutProfile,
    MotionLimits,
    ObstaclesProfile,
    PointCloudProfile,
    Positive,
    ThresholdsProfile,
    Topic,
)
from vla_ros.robot.urdf import read_urdf, validate_profile
from vla_ros.strict_yaml import StrictModel, load_strict_yaml, mistake

# The reduced speed of ISO 10218 for a robot that people may be near.
SPEED_NEAR_PEOPLE_M_S = 0.25
# How long a velocity may outlast the gate that asked for it.
VELOCITY_WATCHDOG_S = 0.1


class UrdfTopicProfile(StrictModel):
    """A URDF that the robot's own graph says: std_msgs/String, latched.

    Attributes:
        topic: Its topic.
    """

    topic: Topic


def _urdf_branch(value: object) -> str:
    return "file" if isinstance(value, str) else "heard"


UrdfSource = Annotated[
    Annotated[UrdfTopicProfile, Tag("heard")] | Annotated[str, Tag("file")],
    Discriminator(_urdf_branch),
]


class RobotProfile(StrictModel):
    """Everything vla_ros has to know about one robot.

    Attributes:
        name: As the file.
        simulated: Nobody can be hurt by it; permits arming without a person.
        urdf: Name of a shipped description (urdf/NAME.urdf); the path of a URDF file, from the
            folder of the profile or from the present one; `package://PACKAGE/path/in/it`; or the
            topic on which the robot says it.
        base_frame: Frame of workspace and boxes; a link of the URDF.
        tool_frame: The point that grasps; a link of the URDF.
        state_topic: sensor_msgs/JointState of arm and gripper.
        joints: The arm joints, in the order used everywhere.
        position_margin_rad: Distance that commands keep from the position limits [rad].
        operating_at_most: Largest operating limit as a fraction of the hard one, 0 to 1.
        home: Start pose, one position per joint [rad].
        cameras: All cameras.
        point_clouds: All sensors that send points; left out: none.
        command: How the arm is commanded.
        gripper: How the gripper is commanded.
        workspace: Where the tool frame may be, in the base frame.
        keep_out: Boxes no part of the arm may enter; empty if there are none.
        collision: How clear the arm keeps of itself and of its surroundings, or the word `none`.
        tcp_speed_m_s: Fastest speed of the tool frame [m/s]; a real robot without `human` may have
            0.25 at most.
        estop: The button, or the word `none`.
        thresholds: When the gate acts.
        driver_command_timeout_s: The driver itself stops without a command for this long [s].
        driver: Who says whether the robot is ready; left out: nobody.
        deadman: The dead-man switch; left out: none.
        human: Who measures the distance of people; left out: nobody.
        obstacles: Who says what stands around the arm; left out: nobody.
        confidence: When a policy that does not trust itself is held; left out: never.
        power_off: Service (std_srvs/Trigger) asked to cut the power once an emergency stop has
            brought the arm to rest; left out: none.
        arm_timeout_s: Disarm after this long without a goal [s]; left out: never.
    """

    name: str
    simulated: bool
    urdf: UrdfSource
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
    collision: Collision
    tcp_speed_m_s: Annotated[float, Field(gt=0.0, le=1.0)]
    estop: Estop
    thresholds: ThresholdsProfile
    driver_command_timeout_s: Positive
    point_clouds: tuple[PointCloudProfile, ...] = ()
    driver: DriverProfile | None = None
    deadman: DeadmanProfile | None = None
    human: HumanProfile | None = None
    obstacles: ObstaclesProfile | None = None
    confidence: ConfidenceProfile | None = None
    power_off: Topic | None = None
    arm_timeout_s: Positive | None = None

    @property
    def joint_names(self) -> tuple[str, ...]:
        """The arm joints, in the order used everywhere."""
        return tuple(joint.name for joint in self.joints)

    def urdf_file(self) -> Path:
        """Return the path of the URDF.

        Raises:
            ConfigError: There is no such file, or the URDF is said on a topic.
        """
        if isinstance(self.urdf, UrdfTopicProfile):
            raise ConfigError(
                f"robot '{self.name}' has its URDF from topic '{self.urdf.topic}', which only "
                "nodes hear. Name a file for everything else. To make it: ros2 param get "
                f"--hide-type /robot_state_publisher robot_description > {self.name}.urdf"
            )
        return urdf_path(self.urdf)

    def camera(self, name: str) -> CameraProfile:
        """Return one camera.

        Raises:
            ConfigError: There is none of that name.
        """
        found = next((camera for camera in self.cameras if camera.name == name), None)
        return found or self._lack("camera", name)

    def point_cloud(self, name: str) -> PointCloudProfile:
        """Return one sensor that sends points.

        Raises:
            ConfigError: There is none of that name.
        """
        found = next((cloud for cloud in self.point_clouds if cloud.name == name), None)
        return found or self._lack("point cloud", name)

    def _lack(self, kind: str, name: str) -> NoReturn:
        key = f"{kind.replace(' ', '_')}s"
        known = ", ".join(each.name for each in getattr(self, key)) or "none"
        raise ConfigError(
            f"robot '{self.name}' has no {kind} '{name}'. It has: {known}. "
            f"Add it to '{key}' in config/robots/{self.name}.yaml"
        )

    @model_validator(mode="after")
    def _check_names(self) -> "RobotProfile":
        for key in ("joints", "cameras", "point_clouds", "keep_out"):
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
    def _check_people(self) -> "RobotProfile":
        slow = self.tcp_speed_m_s <= SPEED_NEAR_PEOPLE_M_S
        if not (self.simulated or self.human is not None or slow):
            text = (
                f"should be at most {SPEED_NEAR_PEOPLE_M_S} m/s for a real robot that does not "
                "know where people are; slow it down, or name what measures their distance under "
                "'human'"
            )
            raise mistake(text, "tcp_speed_m_s")
        return self

    @model_validator(mode="after")
    def _check_watchdog(self) -> "RobotProfile":
        quick = self.driver_command_timeout_s <= VELOCITY_WATCHDOG_S
        if self.command.is_velocity and not quick:
            text = (
                f"should be at most {VELOCITY_WATCHDOG_S} s for command.kind: "
                f"{self.command.kind}: the arm goes on at the last velocity for as long as its "
                "driver does not stop it. Set the driver's watchdog and say so here, or command "
                "positions"
            )
            raise mistake(text, "driver_command_timeout_s")
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
    profile = read_robot_profile(name_or_path)
    validate_profile(profile, read_urdf(profile.urdf_file()))
    return profile


def read_robot_profile(name_or_path: str | Path) -> RobotProfile:
    """Read the profile of a robot whose URDF need not be there.

    Args:
        name_or_path: Name of a shipped profile (config/robots/NAME.yaml) or a path.

    Raises:
        ConfigError: The file is missing or wrong.
    """
    path = config_path("robots", name_or_path)
    profile = load_strict_yaml(path, RobotProfile)
    if profile.name != path.stem:
        raise ConfigError(f"{path}: name = '{profile.name}': should be '{path.stem}', as the file")
    if isinstance(profile.urdf, str) and (beside := path.parent / profile.urdf).is_file():
        profile = profile.model_copy(update={"urdf": str(beside.resolve())})
    return profile
