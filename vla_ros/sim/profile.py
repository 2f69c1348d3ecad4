# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Whether a robot profile describes the arm that is simulated here, by whatever names.

The profile may call joints, topics and the gripper's positions what another robot's drivers call
them. What has to be ours is the arm itself: as many joints, each where ours is, in that order.
"""

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

from vla_ros.errors import ConfigError
from vla_ros.robot.profile import RobotProfile
from vla_ros.sim.arm import CAMERAS, GRIPPER_JOINT, JOINT_NAMES
from vla_ros.sim.arm_urdf import arm_urdf

_ALIKE = 1e-6
# What makes a joint what it is: the element below <joint>, and its attributes with numbers.
_NUMBERS = {"origin": ("xyz", "rpy"), "axis": ("xyz",), "limit": ("lower", "upper", "velocity")}


def check_profile(profile: RobotProfile) -> None:
    """Refuse a robot profile that describes another arm than the simulated one.

    Raises:
        ConfigError: A joint or a camera is not ours.
    """
    found = next(_differences(profile), None)
    if found is not None:
        raise ConfigError(
            f"robot profile '{profile.name}' is not that of the simulated arm: {found}. Set the "
            "parameter 'robot' of sim_node; a URDF of the simulated arm with other joint names is "
            "written by: python -m vla_ros.sim.arm_urdf FILE joint1=NAME ..."
        )


def _differences(profile: RobotProfile) -> Iterator[str]:
    cameras = [camera.name for camera in CAMERAS]
    others = [camera.name for camera in profile.cameras if camera.name not in cameras]
    if others:
        yield f"it has the cameras {', '.join(others)}, the simulated arm has {', '.join(cameras)}"
    if len(profile.joints) != len(JOINT_NAMES):
        yield f"it has {len(profile.joints)} joints, the simulated arm has {len(JOINT_NAMES)}"
        return
    names = dict(zip(JOINT_NAMES, profile.joint_names, strict=True))
    names[GRIPPER_JOINT] = profile.gripper.joint
    ours = ET.fromstring(arm_urdf(names))  # noqa: S314  Written a line above.
    theirs = _joints_of(profile.urdf_file())
    for joint in ours.findall("joint"):
        if joint.find("mimic") is None:  # Else no profile names it.
            yield from _compare(joint, theirs)


def _joints_of(path: Path) -> dict[str, ET.Element]:
    root = ET.parse(path).getroot()  # noqa: S314  As trusted as the profile that names it.
    return {joint.get("name", ""): joint for joint in root.findall("joint")}


def _compare(ours: ET.Element, joints: Mapping[str, ET.Element]) -> Iterator[str]:
    name = ours.get("name", "")
    theirs = joints.get(name)
    if theirs is None:
        yield f"its URDF has no joint '{name}'"
        return
    if theirs.get("type") != ours.get("type"):
        yield f"'{name}' is {theirs.get('type')}, the simulated arm's is {ours.get('type')}"
    for tag, attributes in _NUMBERS.items():
        for attribute in attributes:
            got, wanted = _numbers(theirs, tag, attribute), _numbers(ours, tag, attribute)
            if len(got) != len(wanted) or not _are_alike(got, wanted):
                yield f"{tag} {attribute} of '{name}' is {got}, the simulated arm's is {wanted}"


def _numbers(joint: ET.Element, tag: str, attribute: str) -> tuple[float, ...]:
    element = joint.find(tag)
    if element is None:
        return ()
    return tuple(float(word) for word in element.get(attribute, "").split())


def _are_alike(got: tuple[float, ...], wanted: tuple[float, ...]) -> bool:
    return all(math.isclose(a, b, abs_tol=_ALIKE) for a, b in zip(got, wanted, strict=True))
