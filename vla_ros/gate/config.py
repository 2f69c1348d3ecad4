# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Everything the gate has to know before it may move an arm. Constant while it runs."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from vla_ros.gate.collision import CollisionModel, make_collision_model
from vla_ros.gate.fingerprint import make_fingerprint
from vla_ros.gate.limits import JointLimits, Vector, make_joint_limits
from vla_ros.gate.singular import make_tool_condition
from vla_ros.robot.kinematics import Kinematics
from vla_ros.robot.parts import (
    BoxProfile,
    ConfidenceProfile,
    DeadmanProfile,
    DriverProfile,
    HumanProfile,
    ObstaclesProfile,
)
from vla_ros.robot.profile import RobotProfile

_PLACES = 64  # Several checks of a tick ask for the tool at the same few places.

Vector3 = tuple[float, float, float]
ToolPosition = Callable[[Vector], Vector3]
ToolSpeed = Callable[[Vector, Vector], float]
ToolCondition = Callable[[Vector], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """An axis-parallel box in the base frame [m]."""

    name: str
    lower: Vector3
    upper: Vector3

    def contains(self, point: Vector3) -> bool:
        """Say whether a point is inside; False for NaN."""
        (x, y, z), (x0, y0, z0), (x1, y1, z1) = point, self.lower, self.upper
        return x0 <= x <= x1 and y0 <= y <= y1 and z0 <= z <= z1


@dataclass(frozen=True, slots=True, kw_only=True)
class GateConfig:
    """The gate's constants.

    Attributes:
        dt_s: Time between two commands [s].
        limits: Of the joints.
        tracking_rad: Largest distance of a measured joint from its recent commands [rad].
        start_mismatch_rad: Largest distance of a plan's start from the measured joints [rad].
        estop_topic: Where the emergency-stop heartbeat comes from; None if the profile says none.
        estop_timeout_s: Silence of the emergency stop that counts as pressed [s].
        tool_position: Tool position in the base frame [m] for joint positions [rad].
        tool_speed: Speed of the tool [m/s] for joint positions [rad] and velocities [rad/s]; None
            takes it from `tool_position`, which is slower.
        tool_condition: How near to a singularity the arm is, see `singular.py`; None is for tests.
        workspace: Where the tool may be; None only where `tool_position` is None.
        keep_out: Where the tool may not be.
        tcp_speed_m_s: Fastest speed of the tool [m/s].
        collision: Keeps the arm clear of itself and its surroundings; None if the profile says so.
        driver: Who says whether the robot is ready; None for nobody.
        deadman: The dead-man switch; None for none.
        human: Who measures the distance of people; None for nobody.
        obstacles: Who says what stands around the arm; None for nobody.
        confidence: When a policy that does not trust itself is held; None for never.
        power_off: Service that cuts the power after an emergency stop; None for none.
        tracking_warn_rad: Beyond this distance the arm goes at half speed [rad].
        infer_deadline_s: A policy that sends no chunk for this long holds the arm [s].
        joint_state_stale_s: Joint states older than this hold the arm [s].
        joint_state_lost_s: Joint states older than this stop the arm [s].
        observation_max_age_s: Oldest observation a new chunk may answer [s].
        execution_max_age_s: Oldest observation a row being sent may answer [s].
        tracking_window_s: How far back commands count as recent: the delay of the drive [s].
        tracking_time_s: A tracking error counts after this long [s].
        arm_timeout_s: Disarm after this long without a goal [s]; None never does.
        arm_speed_rad_s: Fastest measured joint at which arming is allowed [rad/s].
        future_s: Furthest a stamp may lie ahead of the clock [s].
        step_s: Shortest and longest time between rows [s]; long, since a slow goal stretches it.
        overrun_s: A tick later than this holds the arm [s].
        clock_jump_s: A step of the clock beyond this holds the arm [s].
        clear_s: A hold ends after its cause is gone for this long [s].
        resume_s: A hold longer than this needs a person [s].
        reset_clear_s: A reset needs the cause gone for this long [s].
        reset_quiet_s: A reset needs this long without an event, so that a person saw it [s].
        scale_slew_per_s: Fastest rise of the speed scale [1/s].
        gripper_speed_per_s: Fastest change of the gripper's opening [1/s].
        gripper_switches_per_s: Most switches of the gripper within a second.
        sha256: Of all that the constants were made from, in hex; empty for none.
    """

    dt_s: float
    limits: JointLimits
    tracking_rad: float
    start_mismatch_rad: float
    estop_topic: str | None
    estop_timeout_s: float
    tool_position: ToolPosition | None
    workspace: Box | None
    keep_out: tuple[Box, ...]
    tcp_speed_m_s: float
    collision: CollisionModel | None = None
    tool_speed: ToolSpeed | None = None
    tool_condition: ToolCondition | None = None
    driver: DriverProfile | None = None
    deadman: DeadmanProfile | None = None
    human: HumanProfile | None = None
    obstacles: ObstaclesProfile | None = None
    confidence: ConfidenceProfile | None = None
    power_off: str | None = None
    tracking_warn_rad: float = 0.03
    infer_deadline_s: float = 1.3
    joint_state_stale_s: float = 0.1
    joint_state_lost_s: float = 0.25
    observation_max_age_s: float = 0.5
    execution_max_age_s: float = 1.5
    tracking_window_s: float = 0.2
    tracking_time_s: float = 0.05
    arm_timeout_s: float | None = None
    arm_speed_rad_s: float = 0.02
    future_s: float = 0.05
    step_s: tuple[float, float] = (0.005, 1.0)
    overrun_s: float = 0.05
    clock_jump_s: float = 0.1
    clear_s: float = 0.2
    resume_s: float = 2.0
    reset_clear_s: float = 0.5
    reset_quiet_s: float = 1.0
    scale_slew_per_s: float = 1.0
    gripper_speed_per_s: float = math.inf
    gripper_switches_per_s: int = 2
    sha256: str = ""

    @property
    def not_configured(self) -> tuple[str, ...]:
        """Inputs that the profile does not provide."""
        sources = {
            "estop": self.estop_topic,
            "collision": self.collision,
            "driver": self.driver,
            "deadman": self.deadman,
            "human": self.human,
            "obstacles": self.obstacles,
            "confidence": self.confidence,
            "power_off": self.power_off,
        }
        return tuple(name for name, source in sources.items() if source is None)


def make_gate_config(profile: RobotProfile, kinematics: Kinematics | None) -> GateConfig:
    """Take the gate's constants from a robot profile.

    Args:
        profile: Of the robot.
        kinematics: Of the robot, for nobody else's use. None leaves tool and shape of the arm
            unchecked and is for tests.
    """
    thresholds = profile.thresholds
    arm = kinematics
    estop = None if profile.estop == "none" else profile.estop
    dt_s = 1.0 / profile.command.rate_hz
    urdf = profile.urdf_file()
    return GateConfig(
        dt_s=dt_s,
        limits=make_joint_limits(profile),
        tracking_rad=thresholds.tracking_rad,
        start_mismatch_rad=thresholds.start_mismatch_rad,
        estop_topic=None if estop is None else estop.topic,
        estop_timeout_s=0.2 if estop is None else estop.timeout_s,
        tool_position=None if arm is None else lru_cache(_PLACES)(arm.tool_position),
        workspace=None if arm is None else _box("workspace", profile.workspace),
        keep_out=tuple(_box(box.name, box) for box in profile.keep_out),
        tcp_speed_m_s=profile.tcp_speed_m_s,
        collision=None if arm is None else make_collision_model(urdf, profile),
        tool_speed=None if arm is None else arm.tool_speed,
        tool_condition=None if arm is None else make_tool_condition(arm.jacobian, profile.home),
        driver=profile.driver,
        deadman=profile.deadman,
        human=profile.human,
        obstacles=profile.obstacles,
        confidence=profile.confidence,
        tracking_warn_rad=thresholds.tracking_warn_rad,
        infer_deadline_s=thresholds.infer_deadline_s,
        joint_state_stale_s=thresholds.joint_state_stale_s,
        joint_state_lost_s=thresholds.joint_state_lost_s,
        observation_max_age_s=thresholds.observation_max_age_s,
        execution_max_age_s=thresholds.execution_max_age_s,
        arm_timeout_s=profile.arm_timeout_s,
        gripper_speed_per_s=profile.gripper.speed_per_s,
        power_off=profile.power_off,
        overrun_s=5.0 * dt_s,
        sha256=make_fingerprint(profile, urdf.read_bytes()),
    )


def _box(name: str, box: BoxProfile) -> Box:
    return Box(name=name, lower=box.lower_m, upper=box.upper_m)
