# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What one scene looks like: which things lie where, under which light."""

from dataclasses import dataclass

from vla_ros.sim.arm import HOME_TCP
from vla_ros.sim.parts import Vector
from vla_ros.sim.strangers import Form, Stranger
from vla_ros.sim.task import Task
from vla_ros.sim.things import Kind


@dataclass(frozen=True, kw_only=True)
class Placement:
    """A thing on the table.

    Attributes:
        kind: What it is.
        color: Its name, a key of `COLORS`.
        rgb: Its exact shade, 0..1.
        x_m: Centre in base_link [m].
        y_m: Centre in base_link [m].
        yaw_rad: Turn about the vertical [rad]; containers lie straight.
    """

    kind: Kind
    color: str
    rgb: Vector
    x_m: float
    y_m: float
    yaw_rad: float = 0.0


@dataclass(frozen=True, kw_only=True)
class CameraShift:
    """How far a camera is off its nominal mount.

    Attributes:
        offset_m: In the parent link's frame [m].
        turn_rad: Rotation vector in the camera's frame [rad].
    """

    offset_m: Vector = (0.0, 0.0, 0.0)
    turn_rad: Vector = (0.0, 0.0, 0.0)


@dataclass(frozen=True, kw_only=True)
class StartPose:
    """Where the arm starts: tool down.

    Attributes:
        position_m: TCP in base_link [m].
        yaw_rad: TCP yaw [rad].
        gripper: Opening, 0..1.
    """

    position_m: Vector = HOME_TCP
    yaw_rad: float = 0.0
    gripper: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Look:
    """What a task does not depend on.

    Attributes:
        light: Factor on the lamp's brightness.
        ambient: Factor on the light that comes from everywhere.
        lamp_offset_m: Shift of the lamp [m].
        shadows: The lamp casts shadows; three times slower to draw.
        front_camera: Mounting error of the front camera.
        wrist_camera: Mounting error of the wrist camera.
        friction: Factor on the sliding friction of items, table and fingers.
    """

    light: float = 1.0
    ambient: float = 1.0
    lamp_offset_m: Vector = (0.0, 0.0, 0.0)
    shadows: bool = False
    front_camera: CameraShift = CameraShift()
    wrist_camera: CameraShift = CameraShift()
    friction: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Which things a world is built of, by kind; scenes of one layout differ only in places.

    Attributes:
        items: Kinds of the items, in order.
        containers: Kinds of the containers, in order.
        strangers: Forms of what no sentence names, in order.
    """

    items: tuple[Kind, ...]
    containers: tuple[Kind, ...]
    strangers: tuple[Form, ...] = ()


DEFAULT_LAYOUT = Layout(items=(Kind.CUBE,) * 3, containers=(Kind.BOWL,) * 2)


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Everything that differs from scene to scene.

    Attributes:
        seed: What it was drawn from; also seeds the pixel noise.
        task: What there is to do.
        instruction: The same in words.
        items: What can be moved.
        containers: What stays where it is.
        start: Where the arm starts.
        look: Light, cameras, friction.
        strangers: What no sentence names; never where something is learned.
    """

    seed: int
    task: Task
    instruction: str
    items: tuple[Placement, ...]
    containers: tuple[Placement, ...]
    start: StartPose = StartPose()
    look: Look = Look()
    strangers: tuple[Stranger, ...] = ()

    @property
    def layout(self) -> Layout:
        """Which things it is built of."""
        return Layout(
            items=tuple(item.kind for item in self.items),
            containers=tuple(container.kind for container in self.containers),
            strangers=tuple(stranger.form for stranger in self.strangers),
        )

    @property
    def contents(self) -> str:
        """What lies on the table, in words."""
        named = (f"{p.color} {p.kind.value}" for p in (*self.items, *self.containers))
        return ", ".join((*named, *(f"{s.color} {s.form.value}" for s in self.strangers)))
