# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Reads from a URDF what the profile of the robot has to agree with: joints, limits, links."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from vla_ros.errors import ConfigError

if TYPE_CHECKING:
    from vla_ros.robot.parts import JointProfile
    from vla_ros.robot.profile import RobotProfile

_MOVING = ("revolute", "continuous", "prismatic")
_TWO_TURNS_RAD = 4.0 * math.pi


@dataclass(frozen=True, slots=True, kw_only=True)
class UrdfJoint:
    """One joint that can move.

    Attributes:
        name: Its name.
        lower: Smallest position [rad] or [m]; -inf for a continuous joint, NaN if not given.
        upper: Largest position [rad] or [m]; inf for a continuous joint, NaN if not given.
        velocity: Largest velocity [rad/s] or [m/s]; NaN if not given.
    """

    name: str
    lower: float
    upper: float
    velocity: float


@dataclass(frozen=True, slots=True)
class Follower:
    """A joint that goes where another one leads it: <mimic> of the URDF.

    Attributes:
        name: Of the joint.
        leader: The joint that leads it; no follower itself.
        multiplier: Of the leader's position.
        offset: On top of that [rad] or [m].
    """

    name: str
    leader: str
    multiplier: float
    offset: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Urdf:
    """The part of a robot description that a profile refers to.

    Attributes:
        path: The file.
        joints: Every joint that can move, by name.
        links: Names of all links.
    """

    path: Path
    joints: dict[str, UrdfJoint]
    links: frozenset[str]


def read_urdf(path: Path) -> Urdf:
    """Read joints, limits and links.

    Raises:
        ConfigError: The file cannot be read or is not a URDF.
    """
    root = _parse(path)
    joints = {
        joint.get("name", ""): _joint(path, joint)
        for joint in root.findall("joint")
        if joint.get("type") in _MOVING
    }
    links = frozenset(link.get("name", "") for link in root.findall("link"))
    return Urdf(path=path, joints=joints, links=links)


def read_followers(path: Path) -> tuple[Follower, ...]:
    """Read which joints follow others.

    Raises:
        ConfigError: The file cannot be read or is not a URDF, or a joint follows a follower.
    """
    found = [
        Follower(
            joint.get("name", ""),
            mimic.get("joint", ""),
            _number(path, mimic.get("multiplier", "1"), joint),
            _number(path, mimic.get("offset", "0"), joint),
        )
        for joint in _parse(path).findall("joint")
        if (mimic := joint.find("mimic")) is not None
    ]
    names = {follower.name for follower in found}
    for follower in found:
        if follower.leader in names:
            raise ConfigError(
                f"{path}: joint '{follower.name}' mimics '{follower.leader}', which mimics "
                "another one; name the joint that leads them both"
            )
    return tuple(found)


def validate_profile(profile: "RobotProfile", urdf: Urdf) -> None:
    """Hold a robot profile against its URDF.

    Raises:
        ConfigError: With one line for each thing that does not fit.
    """
    found = [*_check_links(profile, urdf), *_check_gripper(profile, urdf)]
    for i, joint in enumerate(profile.joints):
        if joint.name in urdf.joints:
            found += _check_limits(f"joints[{i}]", joint, urdf.joints[joint.name])
        else:
            found.append(_unknown(f"joints[{i}].name", joint.name, "joint", urdf.joints))
    if found:
        lines = "\n  ".join(found)
        raise ConfigError(
            f"config/robots/{profile.name}.yaml does not fit {urdf.path}:\n  {lines}"
        )


def bounded_urdf(path: Path, joint_names: Iterable[str]) -> str:
    """Return a URDF as text in which continuous arm joints have a range: two turns either way.

    So one number is the position of every joint. The range that counts is the profile's.

    Args:
        path: Of the URDF.
        joint_names: The arm joints; all others stay as they are.

    Raises:
        ConfigError: The file cannot be read or is not a URDF.
    """
    root, names = _parse(path), set(joint_names)
    for joint in root.findall("joint"):
        if joint.get("type") == "continuous" and joint.get("name") in names:
            joint.set("type", "revolute")
            limit = joint.find("limit")
            limit = ET.SubElement(joint, "limit") if limit is None else limit
            limit.set("lower", str(-_TWO_TURNS_RAD))
            limit.set("upper", str(_TWO_TURNS_RAD))
            for key in ("effort", "velocity"):
                limit.set(key, limit.get(key, "0"))
    return ET.tostring(root, encoding="unicode")


def _parse(path: Path) -> ET.Element:
    try:
        # The description of one's own robot is trusted like its configuration.
        root = ET.parse(path).getroot()  # noqa: S314
    except OSError as e:
        raise ConfigError(f"{path}: cannot be read: {e.strerror}") from e
    except ET.ParseError as e:
        raise ConfigError(f"{path}: is not XML: {e}") from e
    if root.tag != "robot":
        raise ConfigError(f"{path}: the root element is <{root.tag}>, wanted <robot> (a URDF)")
    return root


def _number(path: Path, text: str, joint: ET.Element) -> float:
    """Read a number of <mimic>."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ConfigError(f"{path}: <mimic> of joint '{joint.get('name')}': '{text}' is no number")
    return number


def _joint(path: Path, element: ET.Element) -> UrdfJoint:
    limit = element.find("limit")
    given = {} if limit is None else limit.attrib
    try:
        lower, upper, velocity = (
            float(given.get(key, "nan")) for key in ("lower", "upper", "velocity")
        )
    except ValueError as e:
        raise ConfigError(f"{path}: <limit> of joint '{element.get('name')}': {e}") from e
    if element.get("type") == "continuous":
        lower, upper = -math.inf, math.inf
    return UrdfJoint(name=element.get("name", ""), lower=lower, upper=upper, velocity=velocity)


def _check_links(profile: "RobotProfile", urdf: Urdf) -> Iterator[str]:
    for key in ("base_frame", "tool_frame"):
        link = getattr(profile, key)
        if link not in urdf.links:
            yield _unknown(key, link, "link", sorted(urdf.links))


def _check_gripper(profile: "RobotProfile", urdf: Urdf) -> Iterator[str]:
    if profile.gripper.joint not in urdf.joints:
        yield _unknown("gripper.joint", profile.gripper.joint, "joint", urdf.joints)
    for i, follower in enumerate(profile.gripper.followers):
        if follower not in urdf.joints:
            yield _unknown(f"gripper.followers[{i}]", follower, "joint", urdf.joints)


def _check_limits(key: str, joint: "JointProfile", urdf: UrdfJoint) -> Iterator[str]:
    """Object to a missing limit and to one that is wider than the URDF's; NaN is missing."""
    for name, value in (("lower", urdf.lower), ("upper", urdf.upper), ("velocity", urdf.velocity)):
        if math.isnan(value):
            yield f"joint '{joint.name}' of the URDF has no <limit {name}=...>; add it"
    if joint.lower_rad < urdf.lower:
        yield f"{key}.lower_rad = {joint.lower_rad:g} is below the URDF's {urdf.lower:g}"
    if joint.upper_rad > urdf.upper:
        yield f"{key}.upper_rad = {joint.upper_rad:g} is above the URDF's {urdf.upper:g}"
    hard = joint.hard.velocity_rad_s
    if hard > urdf.velocity:
        yield f"{key}.hard.velocity_rad_s = {hard:g} is above the URDF's {urdf.velocity:g}"


def _unknown(key: str, got: str, what: str, known: dict[str, UrdfJoint] | list[str]) -> str:
    return f"{key} = '{got}' is no {what} of the URDF. It has: {', '.join(known)}"
