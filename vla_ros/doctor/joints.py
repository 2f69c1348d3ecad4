# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Checks of joint states: names, units, pace and stamps."""

import math
from collections.abc import Iterator, Mapping

from vla_ros.doctor.facts import JointsSeen
from vla_ros.doctor.line import Level, Line, failed, passed, warned
from vla_ros.doctor.streams import check_pace, check_stamps, check_stream, names_of
from vla_ros.robot.parts import JointProfile
from vla_ros.robot.profile import RobotProfile

_SLACK_RAD = 0.02  # Encoders of an arm that leans on its end stop read a little beyond.
_STROKE_SLACK = 0.1
_MARGIN = 3  # Messages within the time after which the gate holds the arm.


def check_joints(seen: JointsSeen, robot: RobotProfile) -> Iterator[Line]:
    """Yield the lines of the joint states; where none are heard there is one only."""
    heard = check_stream("joints.topic", seen.stream, where_to_look(robot))
    yield heard
    if heard.level is Level.FAIL:
        return
    stale_s = robot.thresholds.joint_state_stale_s
    key = "thresholds.joint_state_stale_s"
    names = check_names(seen, robot)
    yield names
    yield check_pace(
        "joints.rate", seen.stream, longest_s=stale_s, wanted_hz=_MARGIN / stale_s, key=key
    )
    yield check_stamps("joints.clock", seen.stream, oldest_s=stale_s, key=key)
    yield check_velocity(seen)
    yield check_units(seen.position, robot)
    if names.level is not Level.FAIL:  # Where it is missing it is nowhere.
        yield check_gripper(seen, robot)


def where_to_look(robot: RobotProfile) -> str:
    """Return what to do about joint states that are not heard."""
    return (
        "Start the robot's driver (joint_state_broadcaster), or correct state_topic in "
        f"config/robots/{robot.name}.yaml"
    )


def check_names(seen: JointsSeen, robot: RobotProfile) -> Line:
    """Object to a joint that is missing; another order and more joints are fine."""
    check = "joints.names"
    wanted = (*robot.joint_names, robot.gripper.joint)
    everywhere = {name for names in seen.layouts for name in names}
    missing = [name for name in wanted if name not in everywhere]
    has = ", ".join(sorted(everywhere))
    if missing:
        return failed(
            check,
            f"{', '.join(missing)} is missing in {seen.stream.topic}; it has: {has}",
            f"Correct the names in config/robots/{robot.name}.yaml, or let the driver report them",
        )
    arm = robot.joint_names
    layouts = [names for names in seen.layouts if not set(arm).isdisjoint(names)]
    if any(not set(arm) <= set(names) for names in layouts):
        return failed(
            check,
            f"the arm's joints come in {len(layouts)} different messages from "
            f"{names_of(seen.stream.publishers)}; wanted all in each",
            "Merge them, for example with joint_state_publisher and its source_list, and give "
            "the merged topic as state_topic",
        )
    twice = [name for names in seen.layouts for name in names if names.count(name) > 1]
    if twice:
        return failed(check, f"{twice[0]} is there twice in one message", "Correct the driver")
    extra = sorted(everywhere - set(wanted))
    found = f"all {len(wanted)} joints are there"
    if any([n for n in names if n in arm] != list(arm) for names in layouts):
        found += ", in another order, which is sorted by name"
    if any(robot.gripper.joint not in names for names in layouts):
        found += ", the gripper's in messages of its own"
    return passed(check, found + (f"; not used: {', '.join(extra)}" if extra else ""))


def check_velocity(seen: JointsSeen) -> Line:
    """Say whether the driver reports velocities."""
    check = "joints.velocity"
    if seen.velocities > 0:
        return passed(check, "the driver reports velocities")
    return warned(
        check,
        f"the velocity field of {seen.stream.topic} is empty",
        "Speeds are taken from positions then, which is noisier; let the driver report them if "
        "it can",
    )


def check_units(position: Mapping[str, float], robot: RobotProfile) -> Line:
    """Object to positions outside of the joint limits, and name degrees where they are.

    Args:
        position: Where the joints are, by name, in the driver's unit.
        robot: Its limits.
    """
    check = "joints.units"
    here = [(j, position[j.name]) for j in robot.joints if j.name in position]
    outside = [(joint, at) for joint, at in here if not _is_inside(joint, at)]
    if not outside:
        return passed(check, "every joint is inside of its limits")
    joint, at = outside[0]
    found = (
        f"{joint.name} is at {at:.3f} rad, outside of [{joint.lower_rad:g}, {joint.upper_rad:g}]"
    )
    if all(_is_inside(j, math.radians(value)) for j, value in here):
        return failed(
            check,
            f"{found}; as degrees ({math.radians(at):.3f} rad) every joint is inside",
            "The driver reports degrees: sensor_msgs/JointState is in radians. Set its unit",
        )
    return failed(
        check,
        found,
        "Correct the limits in the robot profile if they are not the arm's; otherwise look for "
        "another zero or sign of this joint, or move the arm back by its own means",
    )


def check_gripper(seen: JointsSeen, robot: RobotProfile) -> Line:
    """Object to a gripper that is far outside of its stroke."""
    check = "joints.gripper"
    gripper = robot.gripper
    at = seen.position.get(gripper.joint, math.nan)
    if -_STROKE_SLACK <= gripper.opening_of(at) <= 1.0 + _STROKE_SLACK:
        return passed(check, f"{gripper.joint} is at {at:.4f} {gripper.unit}")
    found = (
        f"{gripper.joint} is at {at:.4f} {gripper.unit}, outside of closed = {gripper.closed:g} "
        f"to open = {gripper.open:g}"
    )
    for unit, factor in (("mm", 1e-3), ("degrees", math.pi / 180), ("percent", 1e-2)):
        fits = 0.0 <= gripper.opening_of(at * factor) <= 1.0
        if fits and (unit == "mm") == (gripper.unit == "m"):
            found += f"; in {unit} it would fit"
            break
    return failed(check, found, "Correct 'closed', 'open' and 'unit' of 'gripper' in the profile")


def _is_inside(joint: JointProfile, at: float) -> bool:
    return joint.lower_rad - _SLACK_RAD <= at <= joint.upper_rad + _SLACK_RAD
