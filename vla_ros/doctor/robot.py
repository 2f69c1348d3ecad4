# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Reads a robot profile, tries what is made of it, and judges both."""

import math
from collections.abc import Callable, Iterator

from vla_ros.doctor.facts import RobotSeen
from vla_ros.doctor.line import Line, failed, passed, warned
from vla_ros.errors import ConfigError, VlaRosError
from vla_ros.gate.collision import make_collision_model
from vla_ros.gate.fingerprint import make_fingerprint
from vla_ros.gate.limits import make_joint_limits
from vla_ros.robot.kinematics import make_kinematics
from vla_ros.robot.parts import JointProfile
from vla_ros.robot.profile import RobotProfile, load_robot_profile

_CAREFUL = 0.5
_LONGEST_TIMEOUT_S = 0.5  # A driver that goes on for longer leaves a dead gate's arm moving.


def see_robot(name: str, load: Callable[[str], RobotProfile] = load_robot_profile) -> RobotSeen:
    """Read a robot profile and make of it what executor_node makes; errors become words.

    Args:
        name: Name of a shipped profile, or a path.
        load: Reads it; one that hears URDFs in the graph where there is a graph.
    """
    try:
        profile = load(name)
    except VlaRosError as error:
        return RobotSeen(name=name, objection=str(error))
    arm, collision, sha256 = "", "", ""
    try:
        make_kinematics(profile)
    except VlaRosError as error:
        arm = str(error)
    try:
        make_collision_model(profile.urdf_file(), profile)
    except VlaRosError as error:
        collision = str(error)
    if not (arm or collision):
        sha256 = make_fingerprint(profile, profile.urdf_file().read_bytes())
    return RobotSeen(
        name=name,
        profile=profile,
        arm_objection=arm,
        collision_objection=collision,
        gate_sha256=sha256,
    )


def check_robot(seen: RobotSeen) -> Iterator[Line]:
    """Yield the lines of a robot profile."""
    robot = seen.profile
    if robot is None:
        yield failed("robot.profile", seen.objection, "")
        return
    simulated = "simulated" if robot.simulated else "real"
    yield passed("robot.profile", f"'{robot.name}', {simulated}, {len(robot.joints)} joints")
    yield check_limits(robot)
    yield check_urdf(seen, robot)
    yield check_collision(seen, robot)
    yield check_driver_timeout(robot)


def check_limits(robot: RobotProfile) -> Line:
    """Object to a joint without finite limits, or with operating limits close to the hard ones."""
    check = "robot.limits"
    endless = [
        joint.name for joint in robot.joints if not all(map(math.isfinite, _numbers(joint)))
    ]
    if endless:
        return failed(
            check,
            f"{', '.join(endless)} has a limit that is not finite",
            "Give each joint the numbers of its data sheet",
        )
    part = robot.operating_at_most
    if part > _CAREFUL:
        return warned(
            check,
            f"operating limits may reach {part:.0%} of the maker's",
            f"Begin with operating_at_most: {_CAREFUL:g}",
        )
    fastest = max(joint.operating.velocity_rad_s for joint in robot.joints)
    return passed(check, f"all {len(robot.joints)} joints have them; fastest {fastest:g} rad/s")


def longest_stop_s(robot: RobotProfile) -> float:
    """Return the longest possible stop [s]; 0 where `robot.limits` says that none is known."""
    try:
        return make_joint_limits(robot).operating.longest_stop_s
    except ConfigError:
        return 0.0


def check_urdf(seen: RobotSeen, robot: RobotProfile) -> Line:
    """Object to a URDF that the arm cannot be built from."""
    check = "robot.urdf"
    if seen.arm_objection:
        return failed(check, seen.arm_objection, "")
    return passed(check, f"'{robot.urdf}' from {robot.base_frame} to {robot.tool_frame}")


def check_collision(seen: RobotSeen, robot: RobotProfile) -> Line:
    """Object to a collision model that cannot be made, or that the profile renounces."""
    check = "robot.collision"
    if robot.collision == "none":
        return warned(
            check,
            "the robot profile says 'collision: none': nobody watches for collisions",
            "Describe margins and surroundings under 'collision'",
        )
    if seen.collision_objection:
        return failed(check, seen.collision_objection, "Correct the meshes or 'collision'")
    boxes = ", ".join(box.name for box in robot.collision.scene) or "nothing"
    return passed(check, f"it loads; around the arm stands: {boxes}")


def check_driver_timeout(robot: RobotProfile) -> Line:
    """Object to a driver that goes on for long after the last command."""
    check = "robot.driver_timeout"
    timeout_s = robot.driver_command_timeout_s
    found = f"the profile says that the driver stops {timeout_s:g} s after the last command"
    if not timeout_s <= _LONGEST_TIMEOUT_S:
        return warned(
            check,
            found,
            f"Configure the driver to {_LONGEST_TIMEOUT_S:g} s or less, and try it: if "
            "executor_node dies nothing else stops the arm",
        )
    return passed(check, found)


def _numbers(joint: JointProfile) -> tuple[float, ...]:
    motion = [
        number
        for limits in (joint.hard, joint.operating)
        for number in (limits.velocity_rad_s, limits.acceleration_rad_s2, limits.jerk_rad_s3)
    ]
    return (joint.lower_rad, joint.upper_rad, *motion)
