# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The URDF of the simulated arm, written from its parameter table.

`python -m vla_ros.sim.arm_urdf urdf/sim_arm.urdf` writes the committed file again. Behind the
path, `joint1=shoulder_pan_joint` and so on give joints the names that another robot's drivers use.
"""

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from vla_ros.sim.arm import CAMERAS, LINKS, TCP
from vla_ros.sim.parts import Frame, Joint, Link, Paint, Primitive, Shape, Vector
from vla_ros.sim.solids import link_inertial, rotation

_HEADER = """<?xml version="1.0"?>
<!-- Copyright 2026 The vla_ros authors. SPDX-License-Identifier: Apache-2.0 -->
<!-- Generated from vla_ros/sim/arm.py; do not edit. -->
<robot name="sim_arm">"""


def arm_urdf(names: Mapping[str, str] | None = None) -> str:
    """Return the URDF of the simulated arm.

    Args:
        names: New names of joints, by their old ones; the others keep theirs.
    """
    new = {} if names is None else names
    lines = [_HEADER]
    for paint in Paint:
        rgba = _numbers(paint.value)
        lines.append(f'  <material name="{paint.name.lower()}"><color rgba="{rgba}"/></material>')
    for link in LINKS:
        lines += _link(link)
    for link in LINKS:
        if link.joint is not None:
            lines += _joint(link, link.joint, new)
    for frame in (TCP, *(camera.frame for camera in CAMERAS)):
        lines += _frame(frame)
    return "\n".join([*lines, "</robot>", ""])


def _numbers(values: Iterable[float]) -> str:
    return " ".join(f"{value:.9g}" for value in values)


def _origin(at: Vector, rpy: Vector) -> str:
    return f'<origin xyz="{_numbers(at)}" rpy="{_numbers(rpy)}"/>'


def _link(link: Link) -> list[str]:
    lines = [f'  <link name="{link.name}">', *_inertial(link)]
    for primitive in link.primitives:
        paint = f'<material name="{primitive.paint.name.lower()}"/>'
        lines += [f"    <visual>{g}{paint}</visual>" for g in _geometries(primitive)]
    for primitive in link.primitives:
        if primitive.solid:
            lines += [f"    <collision>{g}</collision>" for g in _geometries(primitive)]
    return [*lines, "  </link>"]


def _inertial(link: Link) -> list[str]:
    body = link_inertial(link)
    center = _numbers(body.center_m)
    entries = (("ixx", 0, 0), ("ixy", 0, 1), ("ixz", 0, 2), ("iyy", 1, 1), ("iyz", 1, 2))
    inertia = " ".join(
        f'{name}="{body.inertia[i, j]:.6g}"' for name, i, j in (*entries, ("izz", 2, 2))
    )
    return [
        f'    <inertial><origin xyz="{center}"/><mass value="{body.mass_kg:.6g}"/>',
        f"      <inertia {inertia}/></inertial>",
    ]


def _geometries(primitive: Primitive) -> list[str]:
    """URDF has no capsule: a cylinder and a sphere at each end stand for one."""
    place = _origin(primitive.at, primitive.rpy)
    if primitive.shape is Shape.BOX:
        return [f'{place}<geometry><box size="{_numbers(primitive.size)}"/></geometry>']
    radius, length = primitive.size
    tube = f'{place}<geometry><cylinder radius="{radius:.9g}" length="{length:.9g}"/></geometry>'
    if primitive.shape is Shape.CYLINDER:
        return [tube]
    along = rotation(primitive.rpy)[:, 2] * length / 2
    ball = f'<geometry><sphere radius="{radius:.9g}"/></geometry>'
    ends = [
        tuple(c + sign * a for c, a in zip(primitive.at, along, strict=True)) for sign in (-1, 1)
    ]
    return [tube, *(f'<origin xyz="{_numbers(end)}"/>{ball}' for end in ends)]


def _joint(link: Link, joint: Joint, new: Mapping[str, str]) -> list[str]:
    lines = [
        f'  <joint name="{new.get(joint.name, joint.name)}" type="{joint.motion.value}">',
        f'    <parent link="{link.parent}"/><child link="{link.name}"/>',
        f"    {_origin(joint.at, joint.rpy)}",
        f'    <axis xyz="{_numbers(joint.axis)}"/>',
        f'    <limit lower="{joint.lower:.9g}" upper="{joint.upper:.9g}" '
        f'velocity="{joint.velocity:.9g}" effort="{joint.effort:.9g}"/>',
    ]
    if joint.mirrors is not None:
        lines.append(f'    <mimic joint="{new.get(joint.mirrors, joint.mirrors)}"/>')
    return [*lines, "  </joint>"]


def _frame(frame: Frame) -> list[str]:
    return [
        f'  <link name="{frame.name}"/>',
        f'  <joint name="{frame.name}_joint" type="fixed">',
        f'    <parent link="{frame.link}"/><child link="{frame.name}"/>',
        f"    {_origin(frame.at, frame.rpy)}",
        "  </joint>",
    ]


if __name__ == "__main__":
    renamed = dict(word.split("=", 1) for word in sys.argv[2:])
    Path(sys.argv[1]).write_text(arm_urdf(renamed), encoding="utf-8")
