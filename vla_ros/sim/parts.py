# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a robot arm is described by: links of simple solids, joints, frames and cameras."""

from dataclasses import dataclass
from enum import Enum

Vector = tuple[float, float, float]

ZERO: Vector = (0.0, 0.0, 0.0)


class Shape(Enum):
    """Kind of a primitive; what its `size` means."""

    CAPSULE = "capsule"  # radius, length without the caps; along z
    CYLINDER = "cylinder"  # radius, length; along z
    BOX = "box"  # full length along x, y, z


class Paint(Enum):
    """Colour of a primitive, RGBA."""

    SHELL = (0.93, 0.93, 0.95, 1.0)
    JOINT = (0.20, 0.22, 0.27, 1.0)
    ACCENT = (0.95, 0.45, 0.10, 1.0)
    FINGER = (0.28, 0.30, 0.36, 1.0)


class Motion(Enum):
    """How a joint moves, by its URDF name."""

    REVOLUTE = "revolute"
    PRISMATIC = "prismatic"


@dataclass(frozen=True, kw_only=True)
class Solid:
    """One solid.

    Attributes:
        shape: Kind of solid.
        size: See `Shape` [m].
        at: Centre in the frame of what it belongs to [m].
        rpy: Orientation in that frame, fixed-axis roll, pitch, yaw [rad].
    """

    shape: Shape
    size: tuple[float, ...]
    at: Vector = ZERO
    rpy: Vector = ZERO


@dataclass(frozen=True, kw_only=True)
class Primitive(Solid):
    """One solid of a link; it is placed in the link's frame.

    Attributes:
        paint: Colour.
        mass_kg: Mass, spread evenly over the solid.
        solid: True if it takes part in collisions.
    """

    paint: Paint
    mass_kg: float
    solid: bool = True


@dataclass(frozen=True, kw_only=True)
class Servo:
    """Position servo of a joint as MuJoCo models it.

    Attributes:
        stiffness: [N m/rad] or [N/m].
        damping: Of the servo [N m s/rad] or [N s/m].
        friction: Viscous friction of the joint, same unit as `damping`.
        armature: Reflected rotor inertia [kg m^2] or [kg].
    """

    stiffness: float
    damping: float
    friction: float
    armature: float


@dataclass(frozen=True, kw_only=True)
class Joint:
    """One joint; its origin is given in the parent link's frame.

    Attributes:
        name: Joint name.
        motion: Revolute or prismatic.
        at: Origin [m].
        rpy: Orientation, fixed-axis roll, pitch, yaw [rad].
        axis: Unit vector in the joint frame.
        lower: Lower limit [rad] or [m].
        upper: Upper limit [rad] or [m].
        velocity: Fastest speed of the hardware [rad/s] or [m/s].
        effort: Largest torque [N m] or force [N].
        servo: Its position servo; None for a joint that only mirrors another.
        mirrors: Joint whose position it copies; None for an independent joint.
    """

    name: str
    motion: Motion
    at: Vector
    rpy: Vector = ZERO
    axis: Vector
    lower: float
    upper: float
    velocity: float
    effort: float
    servo: Servo | None
    mirrors: str | None = None


@dataclass(frozen=True, kw_only=True)
class Link:
    """One rigid body.

    Attributes:
        name: Link name.
        parent: Name of the parent link; None for the root.
        joint: Joint that connects it to its parent; None for the root.
        primitives: Its solids.
        touches: True if its solids meet the objects of the scene in MuJoCo.
    """

    name: str
    parent: str | None
    joint: Joint | None
    primitives: tuple[Primitive, ...]
    touches: bool = False


@dataclass(frozen=True, kw_only=True)
class Frame:
    """A named frame fixed to a link: tool centre point or camera.

    Attributes:
        name: Frame name.
        link: Link it is fixed to.
        at: Origin in the link frame [m].
        rpy: Orientation in the link frame, fixed-axis roll, pitch, yaw [rad].
    """

    name: str
    link: str
    at: Vector
    rpy: Vector = ZERO


@dataclass(frozen=True, kw_only=True)
class Camera:
    """A pinhole camera fixed to a frame whose z points into the picture, x right, y down.

    Attributes:
        name: Camera name.
        frame: Its optical frame.
        fovy_rad: Vertical field of view [rad].
    """

    name: str
    frame: Frame
    fovy_rad: float
