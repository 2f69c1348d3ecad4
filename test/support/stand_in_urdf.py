# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Writes a URDF with the names and limits of a robot profile, for arms whose own is elsewhere.

Its geometry is nobody's: an arc from the base to the middle of the workspace, with every link
along the axes of the base when the arm is at home.
"""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

from vla_ros.robot.profile import RobotProfile

_AXES = {5: "zyyyx", 6: "zyyxyz", 7: "zyzyxyz"}


def write_stand_in(profile: RobotProfile, links: Sequence[str], path: Path) -> Path:
    """Write the URDF.

    Args:
        profile: Names joints, frames, gripper and contact links.
        links: What each joint carries.
        path: Of the file.
    """
    path.write_text("\n".join(_lines(profile, links)), encoding="utf-8")
    return path


def _lines(profile: RobotProfile, links: Sequence[str]) -> Iterator[str]:
    joints, box = profile.joints, profile.workspace
    reach, height = (0.5 * (box.lower_m[i] + box.upper_m[i]) for i in (0, 2))
    arc = [
        (reach * k / len(joints), height + 0.4 * reach * math.sin(math.pi * k / len(joints)))
        for k in range(len(joints) + 1)
    ]
    size = 0.3 * reach / len(joints)
    yield f'<robot name="{profile.name}"><link name="{profile.base_frame}"/>'
    parent, before = profile.base_frame, (0.0, 0.0)
    for k, (joint, axis) in enumerate(zip(joints, _AXES[len(joints)], strict=True)):
        x, z = arc[k]
        turn = " ".join(str(-profile.home[k]) if axis == a else "0" for a in "xyz")
        along = " ".join("1" if axis == a else "0" for a in "xyz")
        yield _link(links[k], size)
        yield (
            f'<joint name="{joint.name}" type="revolute">'
            f'<parent link="{parent}"/><child link="{links[k]}"/><axis xyz="{along}"/>'
            f'<origin xyz="{x - before[0]} 0 {z - before[1]}" rpy="{turn}"/>'
            f'<limit lower="{joint.lower_rad}" upper="{joint.upper_rad}" effort="1" '
            f'velocity="{joint.hard.velocity_rad_s}"/></joint>'
        )
        parent, before = links[k], (x, z)
    tool = f"{arc[-1][0] - before[0]} 0 {arc[-1][1] - before[1]}"
    yield f'<link name="{profile.tool_frame}"/>'
    yield _fixed(parent, profile.tool_frame, tool)
    yield from _hand(profile, parent, tool, size)
    yield "</robot>"


def _hand(profile: RobotProfile, parent: str, tool: str, size: float) -> Iterator[str]:
    low, high = sorted((profile.gripper.closed, profile.gripper.open))
    yield _link("stand_in_jaw", size)
    yield (
        f'<joint name="{profile.gripper.joint}" type="revolute"><parent link="{parent}"/>'
        f'<child link="stand_in_jaw"/><axis xyz="0 0 1"/><origin xyz="{tool}"/>'
        f'<limit lower="{low}" upper="{high}" effort="1" velocity="1"/></joint>'
    )
    assert profile.collision != "none"
    contact = profile.collision.contact
    for link in () if contact is None else contact.links:
        if link != parent:
            yield _link(link, size)
            yield _fixed(parent, link, tool)


def _link(name: str, size: float) -> str:
    shape = f'<geometry><box size="{size} {size} {size}"/></geometry>'
    return f'<link name="{name}"><collision>{shape}</collision></link>'


def _fixed(parent: str, child: str, at: str) -> str:
    return (
        f'<joint name="{child}_mount" type="fixed"><parent link="{parent}"/>'
        f'<child link="{child}"/><origin xyz="{at}"/></joint>'
    )
