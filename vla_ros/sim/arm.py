# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The one parameter table of the simulated arm, `sim_arm`.

`arm_mjcf.py` and `arm_urdf.py` write the MuJoCo model and the URDF from this table, so the two
cannot disagree. The arm is a six-joint arm (yaw, pitch, pitch, roll, pitch, roll) made of
capsules, cylinders and boxes, with a parallel gripper.
"""

import math

import numpy as np
from numpy.typing import NDArray

from vla_ros.errors import SimulationError
from vla_ros.sim.parts import (
    Camera,
    Frame,
    Joint,
    Link,
    Motion,
    Paint,
    Primitive,
    Servo,
    Shape,
    Vector,
)

HALF_PI = math.pi / 2


def _capsule(radius: float, start_m: float, end_m: float, mass_kg: float) -> Primitive:
    """White capsule along the link's z axis."""
    middle = (0.0, 0.0, (start_m + end_m) / 2)
    size = (radius, end_m - start_m)
    return Primitive(shape=Shape.CAPSULE, size=size, at=middle, paint=Paint.SHELL, mass_kg=mass_kg)


def _drum(radius: float, length: float, height_m: float, mass_kg: float) -> Primitive:
    """Dark cylinder across the link, where a pitch joint sits."""
    return Primitive(
        shape=Shape.CYLINDER,
        size=(radius, length),
        at=(0.0, 0.0, height_m),
        rpy=(HALF_PI, 0.0, 0.0),
        paint=Paint.JOINT,
        mass_kg=mass_kg,
    )


def _cap(radius: float, length: float, height_m: float) -> Primitive:
    """Orange cover that shows at both ends of a drum."""
    return Primitive(
        shape=Shape.CYLINDER,
        size=(radius, length),
        at=(0.0, 0.0, height_m),
        rpy=(HALF_PI, 0.0, 0.0),
        paint=Paint.ACCENT,
        mass_kg=0.02,
        solid=False,
    )


def _disc(
    radius: float, length: float, height_m: float, paint: Paint, mass_kg: float
) -> Primitive:
    """Upright cylinder around the link's z axis."""
    at = (0.0, 0.0, height_m)
    size = (radius, length)
    return Primitive(shape=Shape.CYLINDER, size=size, at=at, paint=paint, mass_kg=mass_kg)


def _box(size: Vector, at: Vector, paint: Paint, mass_kg: float) -> Primitive:
    return Primitive(shape=Shape.BOX, size=size, at=at, paint=paint, mass_kg=mass_kg)


def _turn(
    name: str,
    height_m: float,
    axis: Vector,
    limits: tuple[float, float],
    drive: tuple[float, Servo],
    *,
    yaw_rad: float = 0.0,
) -> Joint:
    """Revolute joint on the z axis of its parent; `drive` is its torque [N m] and servo."""
    return Joint(
        name=name,
        motion=Motion.REVOLUTE,
        at=(0.0, 0.0, height_m),
        rpy=(0.0, 0.0, yaw_rad),
        axis=axis,
        lower=limits[0],
        upper=limits[1],
        velocity=3.0,
        effort=drive[0],
        servo=drive[1],
    )


FINGER_TRAVEL_M = 0.042  # Of one finger; the gripper opens to twice that.
_PALM_M = 0.04  # Flange to the root of the fingers.
_TCP_M = 0.115  # Flange to the tool centre point.

_BIG = Servo(stiffness=6000.0, damping=170.0, friction=8.0, armature=0.1)
_SMALL = Servo(stiffness=1600.0, damping=40.0, friction=3.0, armature=0.1)
_TOOL = Servo(stiffness=900.0, damping=24.0, friction=2.0, armature=0.1)
_FINGER = Servo(stiffness=1200.0, damping=20.0, friction=8.0, armature=0.01)

_X: Vector = (1.0, 0.0, 0.0)
_Y: Vector = (0.0, 1.0, 0.0)
_Z: Vector = (0.0, 0.0, 1.0)


def _finger(name: str, joint: str, side: float, servo: Servo | None, mirrors: str | None) -> Link:
    """One finger; `side` is +1 or -1, its direction along the hand's y axis when opening."""
    return Link(
        name=name,
        parent="hand_link",
        touches=True,
        joint=Joint(
            name=joint,
            motion=Motion.PRISMATIC,
            at=(0.0, 0.0, _PALM_M),
            axis=(0.0, side, 0.0),
            lower=0.0,
            upper=FINGER_TRAVEL_M,
            velocity=0.2,
            effort=15.0,
            servo=servo,
            mirrors=mirrors,
        ),
        primitives=(_box((0.022, 0.010, 0.084), (0.0, side * 0.005, 0.042), Paint.FINGER, 0.04),),
    )


SHOULDER_HEIGHT_M = 0.23
UPPER_ARM_M = 0.37
FOREARM_M = 0.36
WRIST_TO_TCP_M = 0.20

LINKS: tuple[Link, ...] = (
    Link(
        name="base_link",
        parent=None,
        joint=None,
        primitives=(
            _disc(0.085, 0.040, 0.020, Paint.JOINT, 3.0),
            _disc(0.066, 0.006, 0.043, Paint.ACCENT, 0.05),
        ),
    ),
    Link(
        name="shoulder_link",
        parent="base_link",
        joint=_turn("joint1", 0.05, _Z, (-2.9, 2.9), (150.0, _BIG)),
        primitives=(
            _disc(0.060, 0.150, 0.071, Paint.SHELL, 2.0),
            _drum(0.066, 0.140, 0.180, 1.5),
            _cap(0.046, 0.148, 0.180),
        ),
    ),
    Link(
        name="upper_arm_link",
        parent="shoulder_link",
        joint=_turn("joint2", SHOULDER_HEIGHT_M - 0.05, _Y, (-2.0, 2.0), (250.0, _BIG)),
        primitives=(
            _capsule(0.050, 0.0, UPPER_ARM_M, 2.0),
            _drum(0.056, 0.124, UPPER_ARM_M, 1.0),
            _cap(0.038, 0.131, UPPER_ARM_M),
        ),
    ),
    Link(
        name="forearm_link",
        parent="upper_arm_link",
        joint=_turn("joint3", UPPER_ARM_M, _Y, (-0.2, 2.75), (200.0, _BIG)),
        primitives=(_capsule(0.043, 0.0, 0.19, 1.2),),
    ),
    Link(
        name="wrist_link",
        parent="forearm_link",
        joint=_turn("joint4", 0.19, _Z, (-2.9, 2.9), (60.0, _SMALL)),
        primitives=(
            _capsule(0.039, 0.02, 0.17, 0.7),
            _drum(0.043, 0.092, FOREARM_M - 0.19, 0.4),
            _cap(0.028, 0.098, FOREARM_M - 0.19),
        ),
    ),
    Link(
        name="tool_link",
        parent="wrist_link",
        joint=_turn("joint5", FOREARM_M - 0.19, _Y, (-2.2, 2.2), (60.0, _SMALL)),
        primitives=(
            _capsule(0.036, 0.0, 0.045, 0.3),
            _disc(0.040, 0.014, 0.076, Paint.ACCENT, 0.1),
        ),
    ),
    Link(
        name="hand_link",
        parent="tool_link",
        touches=True,
        # Turned by pi: the zero of joint6 is in the middle of its range in the working posture.
        joint=_turn(
            "joint6", WRIST_TO_TCP_M - _TCP_M, _Z, (-3.0, 3.0), (40.0, _TOOL), yaw_rad=math.pi
        ),
        primitives=(
            _box((0.056, 0.118, 0.036), (0.0, 0.0, 0.020), Paint.JOINT, 0.3),
            _box((0.026, 0.040, 0.020), (0.052, 0.0, 0.004), Paint.JOINT, 0.02),
        ),
    ),
    _finger("left_finger_link", "finger_joint", 1.0, _FINGER, None),
    _finger("right_finger_link", "finger_joint_mirror", -1.0, None, "finger_joint"),
)

JOINTS: tuple[Joint, ...] = tuple(
    link.joint for link in LINKS if link.joint is not None and link.joint.motion is Motion.REVOLUTE
)
JOINT_NAMES: tuple[str, ...] = tuple(joint.name for joint in JOINTS)
GRIPPER_JOINT = "finger_joint"

TCP = Frame(name="tcp", link="hand_link", at=(0.0, 0.0, _TCP_M))

FRONT_CAMERA = Camera(
    name="front",
    frame=Frame(
        name="front_camera_optical_frame",
        link="base_link",
        at=(1.02, 0.0, 0.62),
        rpy=(-math.pi + 0.764, 0.0, HALF_PI),
    ),
    fovy_rad=math.radians(42.0),
)
WRIST_CAMERA = Camera(
    name="wrist",
    frame=Frame(
        name="wrist_camera_optical_frame",
        link="hand_link",
        at=(0.075, 0.0, 0.0),
        rpy=(-0.315, 0.0, HALF_PI),
    ),
    fovy_rad=math.radians(75.0),
)
CAMERAS: tuple[Camera, ...] = (FRONT_CAMERA, WRIST_CAMERA)

HOME_TCP: Vector = (0.40, 0.0, 0.22)  # Tool down, yaw 0, in base_link [m].


def tool_down_joints(position_m: Vector, yaw_rad: float) -> NDArray[np.float64]:
    """Return the joint positions that put the tool, pointing down, at a pose (elbow up).

    Args:
        position_m: TCP position in base_link [m].
        yaw_rad: TCP yaw: 0 turns its x axis along base +x [rad].

    Returns:
        Joint positions [rad], shape (6,).

    Raises:
        SimulationError: The pose is out of reach.
    """
    x, y, z = position_m
    radius = math.hypot(x, y)
    rise = z + WRIST_TO_TCP_M - SHOULDER_HEIGHT_M
    distance_sq = radius * radius + rise * rise
    cos_elbow = (distance_sq - UPPER_ARM_M**2 - FOREARM_M**2) / (2 * UPPER_ARM_M * FOREARM_M)
    if not -1.0 < cos_elbow < 1.0:
        raise SimulationError(f"tool-down pose x={x:.3f} y={y:.3f} z={z:.3f} m is out of reach")
    elbow = math.acos(cos_elbow)
    bend = math.atan2(FOREARM_M * math.sin(elbow), UPPER_ARM_M + FOREARM_M * cos_elbow)
    shoulder = math.atan2(radius, rise) - bend
    base = math.atan2(y, x)
    q = np.array([base, shoulder, elbow, 0.0, math.pi - shoulder - elbow, base - yaw_rad])
    lower = np.array([joint.lower for joint in JOINTS])
    upper = np.array([joint.upper for joint in JOINTS])
    inside = (q >= lower) & (q <= upper)
    if not inside.all():
        name = JOINT_NAMES[int(np.argmin(inside))]
        raise SimulationError(
            f"tool-down pose x={x:.3f} y={y:.3f} z={z:.3f} m, yaw={yaw_rad:.2f} rad "
            f"is outside the limits of {name}"
        )
    return q
