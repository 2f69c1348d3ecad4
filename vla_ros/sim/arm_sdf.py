# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The SDFormat model of the simulated arm for Gazebo, written from its parameter table."""

import math
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from vla_ros.sim.arm import CAMERAS, LINKS, TCP
from vla_ros.sim.parts import Camera, Joint, Link
from vla_ros.sim.sdf import add, add_collision, add_pose, add_visual
from vla_ros.sim.solids import link_inertial

MODEL = "sim_arm"
JOINTS: dict[str, Joint] = {link.joint.name: link.joint for link in LINKS if link.joint}

# Gazebo's cameras look along their own x with z up: so they are turned in an optical frame.
CAMERA_RPY = (0.0, -math.pi / 2, math.pi / 2)
_IMAGE_PIXELS = 128
_IMAGE_RATE_HZ = 30.0
_SEEN_M = (0.02, 20.0)
_PIXEL_NOISE = 2.0 / 255.0  # As in MuJoCo: a still scene is not a frozen camera.

_FINGER_FRICTION = 2.0
_LINK_FRICTION = 0.5


@dataclass(frozen=True, kw_only=True)
class Drive:
    """How Gazebo moves a joint: a spring to the commanded position, and a damper.

    The damper is part of the joint, where the physics engine treats it implicitly: no gain is too
    high for the time step. MuJoCo's gains cannot be taken over, because Gazebo knows no armature
    and bounds the force of the spring alone.

    Attributes:
        stiffness: [N m/rad] or [N/m].
        damping: [N m s/rad] or [N s/m].
    """

    stiffness: float
    damping: float


def drive(joint: Joint) -> Drive:
    """Return a drive that lags as much as in MuJoCo, and never outruns the hardware.

    The largest force just keeps the largest velocity, and the lag behind a steady motion
    (damping / stiffness) is that of the joint's servo.
    """
    servo = joint.servo or (JOINTS[joint.mirrors].servo if joint.mirrors else None)
    if servo is None:
        raise ValueError(f"joint {joint.name} has no servo and mirrors none")
    damping = joint.effort / joint.velocity
    lag_s = (servo.damping + servo.friction) / servo.stiffness
    return Drive(stiffness=damping / lag_s, damping=damping)


def arm_model(images: dict[str, str]) -> ET.Element:
    """Return the model of the arm, fixed to the world at its root, with cameras.

    Args:
        images: Image topic of each camera, by its name.
    """
    model = ET.Element("model", name=MODEL)
    root = add(model, "joint", name="world_joint", type="fixed")
    add(root, "parent", "world")
    add(root, "child", LINKS[0].name)
    for frame in (TCP, *(camera.frame for camera in CAMERAS)):
        element = add(model, "frame", name=frame.name, attached_to=frame.link)
        add_pose(element, frame.at, frame.rpy)
    for link in LINKS:
        if link.joint is not None:
            _add_joint(model, link, link.joint)
        element = _add_link(model, link)
        for camera in CAMERAS:
            if camera.frame.link == link.name:
                _add_camera(element, camera, images[camera.name])
    return model


def _add_link(model: ET.Element, link: Link) -> ET.Element:
    element = add(model, "link", name=link.name)
    if link.joint is not None:
        add_pose(element, (0.0, 0.0, 0.0), (0.0, 0.0, 0.0), relative_to=link.joint.name)
        add(element, "gravity", "false")  # The arm carries its own weight, as in MuJoCo.
    _add_inertial(element, link)
    friction = _FINGER_FRICTION if link.touches else _LINK_FRICTION
    for i, primitive in enumerate(link.primitives):
        add_visual(element, f"visual{i}", primitive, primitive.paint.value)
    for i, primitive in enumerate(link.primitives):
        if primitive.solid:
            add_collision(element, f"collision{i}", primitive, friction)
    return element


def _add_inertial(element: ET.Element, link: Link) -> None:
    body = link_inertial(link)
    inertial = add(element, "inertial")
    x, y, z = body.center_m.tolist()
    add_pose(inertial, (x, y, z), (0.0, 0.0, 0.0))
    add(inertial, "mass", body.mass_kg)
    inertia = add(inertial, "inertia")
    for i, j in ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)):
        add(inertia, f"i{'xyz'[i]}{'xyz'[j]}", float(body.inertia[i, j]))


def _add_joint(model: ET.Element, link: Link, joint: Joint) -> None:
    element = add(model, "joint", name=joint.name, type=joint.motion.value)
    add_pose(element, joint.at, joint.rpy, relative_to=link.parent)
    add(element, "parent", link.parent)
    add(element, "child", link.name)
    axis = add(element, "axis")
    add(axis, "xyz", joint.axis)
    add(add(axis, "dynamics"), "damping", drive(joint).damping)
    limit = add(axis, "limit")
    add(limit, "lower", joint.lower)
    add(limit, "upper", joint.upper)
    add(limit, "effort", joint.effort)
    add(limit, "velocity", joint.velocity)


def _add_camera(link: ET.Element, camera: Camera, topic: str) -> None:
    """Append a camera; its camera_info goes out beside its images without being told."""
    sensor = add(link, "sensor", name=camera.name, type="camera")
    add_pose(sensor, (0.0, 0.0, 0.0), CAMERA_RPY, relative_to=camera.frame.name)
    add(sensor, "topic", topic)
    add(sensor, "update_rate", _IMAGE_RATE_HZ)
    add(sensor, "always_on", "true")
    lens = add(sensor, "camera", name=camera.name)
    add(lens, "optical_frame_id", camera.frame.name)
    # The images are square: as wide an angle as high.
    add(lens, "horizontal_fov", camera.fovy_rad)
    image = add(lens, "image")
    for side in ("width", "height"):
        add(image, side, str(_IMAGE_PIXELS))
    add(image, "format", "R8G8B8")
    clip = add(lens, "clip")
    add(clip, "near", _SEEN_M[0])
    add(clip, "far", _SEEN_M[1])
    noise = add(lens, "noise")
    add(noise, "type", "gaussian")
    add(noise, "mean", 0.0)
    add(noise, "stddev", _PIXEL_NOISE)
