# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Checks of depth images and point clouds, for policies that see them."""

from collections.abc import Iterator

from vla_ros.doctor.facts import SensorSeen
from vla_ros.doctor.line import Level, Line, failed, passed
from vla_ros.doctor.streams import check_pace, check_stamps, check_stream
from vla_ros.policy.spec import PolicyProfile
from vla_ros.robot.profile import RobotProfile

_KEY = "thresholds.image_max_age_s"


def check_sensor(seen: SensorSeen, robot: RobotProfile, policy: PolicyProfile) -> Iterator[Line]:
    """Yield the lines of one sensor; one that is not heard has one only.

    Args:
        seen: The sensor.
        robot: Whose sensor it is.
        policy: That sees through it.
    """
    kind, _, name = seen.name.partition(".")
    key = f"depth_topic of camera '{name}'" if kind == "depth" else f"point_clouds '{name}'"
    where = f"Start the sensor's driver, or correct {key} in config/robots/{robot.name}.yaml"
    heard = check_stream(f"{seen.name}.topic", seen.stream, where)
    yield heard
    if heard.level is Level.FAIL:
        return
    if seen.objection:
        yield failed(f"{seen.name}.data", seen.objection, "")
    else:
        yield passed(f"{seen.name}.data", f"the policy can use {seen.stream.topic}")
    oldest_s = robot.thresholds.image_max_age_s
    yield check_pace(
        f"{seen.name}.rate",
        seen.stream,
        longest_s=oldest_s,
        wanted_hz=1.0 / policy.action.step_s,
        key=_KEY,
    )
    yield check_stamps(f"{seen.name}.clock", seen.stream, oldest_s=oldest_s, key=_KEY)
