# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The MuJoCo model of the simulated arm, written from its parameter table."""

import math
from collections.abc import Iterable

from vla_ros.sim.arm import CAMERAS, LINKS, TCP
from vla_ros.sim.parts import Camera, Joint, Link, Motion, Paint, Primitive, Shape, Vector
from vla_ros.sim.solids import quaternion

_GRIP = 'friction="2 0.02 0.001" condim="4" solref="0.01 1"'


def arm_bodies() -> str:
    """Return the nested MJCF bodies of the arm, rooted at base_link."""
    return "\n".join(_body(LINKS[0]))


def arm_actuators() -> str:
    """Return one position servo per driven joint, in table order, named like its joint."""
    return "\n".join(
        f'<position name="{joint.name}" joint="{joint.name}" '
        f'kp="{joint.servo.stiffness}" kv="{joint.servo.damping}" '
        f'ctrlrange="{joint.lower} {joint.upper}" '
        f'forcerange="{-joint.effort} {joint.effort}"/>'
        for joint in (link.joint for link in LINKS)
        if joint is not None and joint.servo is not None
    )


def arm_constraints() -> str:
    """Return what couples the fingers and keeps the hand from colliding with itself."""
    mirrored = [
        f'<joint joint1="{joint.mirrors}" joint2="{joint.name}" solref="0.005 1"/>'
        for joint in (link.joint for link in LINKS if link.joint is not None)
        if joint.mirrors is not None
    ]
    touching = [link.name for link in LINKS if link.touches]
    excluded = [f'<exclude body1="{a}" body2="{b}"/>' for a in touching for b in touching if a < b]
    return f"<equality>{''.join(mirrored)}</equality><contact>{''.join(excluded)}</contact>"


def arm_materials() -> str:
    """Return the materials of the arm."""
    return "\n".join(
        f'<material name="{paint.name.lower()}" rgba="{_numbers(paint.value)}" '
        'specular="0.3" shininess="0.4"/>'
        for paint in Paint
    )


def camera(of: Camera) -> str:
    """Return an MJCF camera, which looks along its own -z with y up."""
    # From the optical frame: half a turn about x.
    w, x, y, z = quaternion(of.frame.rpy)
    return (
        f'<camera name="{of.name}" pos="{_numbers(of.frame.at)}" '
        f'quat="{_numbers((-x, w, z, -y))}" fovy="{math.degrees(of.fovy_rad):.9g}"/>'
    )


def _numbers(values: Iterable[float]) -> str:
    return " ".join(f"{value:.12g}" for value in values)


def _body(link: Link) -> list[str]:
    lines = [_open(link)]
    lines += [_geom(link, primitive) for primitive in link.primitives]
    lines += [camera(c) for c in CAMERAS if c.frame.link == link.name]
    if TCP.link == link.name:
        lines.append(_site(TCP.at, TCP.rpy, TCP.name))
    for child in LINKS:
        if child.parent == link.name:
            lines += _body(child)
    return [*lines, "</body>"]


def _open(link: Link) -> str:
    if link.joint is None:
        return f'<body name="{link.name}">'
    place = f'pos="{_numbers(link.joint.at)}" quat="{_numbers(quaternion(link.joint.rpy))}"'
    return f'<body name="{link.name}" gravcomp="1" {place}>{_joint(link.joint)}'


def _joint(joint: Joint) -> str:
    kind = "hinge" if joint.motion is Motion.REVOLUTE else "slide"
    friction = joint.servo.friction if joint.servo else 8.0
    armature = joint.servo.armature if joint.servo else 0.01
    return (
        f'<joint name="{joint.name}" type="{kind}" axis="{_numbers(joint.axis)}" '
        f'range="{joint.lower} {joint.upper}" damping="{friction}" armature="{armature}"/>'
    )


def _geom(link: Link, primitive: Primitive) -> str:
    size = (
        [length / 2 for length in primitive.size]
        if primitive.shape is Shape.BOX
        else [primitive.size[0], primitive.size[1] / 2]
    )
    contact = _GRIP if link.touches and primitive.solid else 'contype="0" conaffinity="0"'
    return (
        f'<geom type="{primitive.shape.value}" size="{_numbers(size)}" '
        f'pos="{_numbers(primitive.at)}" quat="{_numbers(quaternion(primitive.rpy))}" '
        f'mass="{primitive.mass_kg}" material="{primitive.paint.name.lower()}" {contact}/>'
    )


def _site(at: Vector, rpy: Vector, name: str) -> str:
    return (
        f'<site name="{name}" pos="{_numbers(at)}" quat="{_numbers(quaternion(rpy))}" '
        'size="0.004" rgba="0 0 0 0"/>'
    )
