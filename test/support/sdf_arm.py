# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Reads the arm from an SDF world, without any code that wrote it."""

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pinocchio as pin

KINDS = {
    "revolute": pin.JointModelRevoluteUnaligned,
    "prismatic": pin.JointModelPrismaticUnaligned,
}


def numbers(element: ET.Element | None, path: str) -> list[float]:
    assert element is not None
    text = element.findtext(path)
    assert text is not None, f"{element.tag} {element.get('name')} has no {path}"
    return [float(word) for word in text.split()]


def read_arm(path: Path) -> ET.Element:
    arm = ET.parse(path).getroot().find("world/model[@name='sim_arm']")
    assert arm is not None
    return arm


def moving_joints(arm: ET.Element) -> dict[str, ET.Element]:
    """Return the joints that can move, by name, in the order of the file."""
    return {
        str(joint.get("name")): joint
        for joint in arm.findall("joint")
        if joint.get("type") != "fixed"
    }


def placement(element: ET.Element) -> "pin.SE3":
    values = numbers(element, "pose")
    return pin.SE3(pin.rpy.rpyToMatrix(*values[3:]), np.array(values[:3]))


def plugins(element: ET.Element, name: str) -> Iterator[ET.Element]:
    return (p for p in element.findall("plugin") if p.get("name") == f"gz::sim::systems::{name}")


def build_model(arm: ET.Element) -> "pin.Model":
    """Return the kinematic tree of an SDF model whose joints are placed in their parent links."""
    model = pin.Model()
    joint_of = {"base_link": 0}
    for name, joint in moving_joints(arm).items():
        parent, child = joint.findtext("parent"), joint.findtext("child")
        pose = joint.find("pose")
        assert pose is not None
        assert pose.get("relative_to") == parent
        link = arm.find(f"link[@name='{child}']")
        assert link is not None
        link_pose = link.find("pose")
        assert link_pose is not None
        assert (link_pose.get("relative_to"), link_pose.text) == (name, "0 0 0 0 0 0")
        axis = np.array(numbers(joint, "axis/xyz"))
        lower, upper, effort, velocity = (
            np.array(numbers(joint, f"axis/limit/{key}"))
            for key in ("lower", "upper", "effort", "velocity")
        )
        index = model.addJoint(
            joint_of[str(parent)],
            KINDS[str(joint.get("type"))](axis),
            placement(joint),
            name,
            effort,
            velocity,
            lower,
            upper,
        )
        joint_of[str(child)] = index
        model.appendBodyToJoint(index, inertia(link), pin.SE3.Identity())
    for frame in arm.findall("frame"):
        parent_joint = joint_of[str(frame.get("attached_to"))]
        name = str(frame.get("name"))
        model.addFrame(pin.Frame(name, parent_joint, placement(frame), pin.FrameType.OP_FRAME))
    return model


def inertia(link: ET.Element) -> "pin.Inertia":
    body = link.find("inertial")
    assert body is not None
    (mass,) = numbers(body, "mass")
    xx, xy, xz, yy, yz, zz = (
        numbers(body, f"inertia/i{key}")[0] for key in ("xx", "xy", "xz", "yy", "yz", "zz")
    )
    matrix = np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])
    return pin.Inertia(mass, placement(body).translation, matrix)
