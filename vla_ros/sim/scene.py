# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What one scene looks like: which objects lie where, under which light."""

from dataclasses import dataclass

from vla_ros.sim.arm import HOME_TCP
from vla_ros.sim.parts import Vector

COLORS: dict[str, Vector] = {
    "red": (0.85, 0.12, 0.10),
    "green": (0.12, 0.65, 0.18),
    "blue": (0.12, 0.25, 0.85),
    "yellow": (0.93, 0.80, 0.10),
}
CUBE_SIDE_M = 0.04
BOWL_RADIUS_M = 0.062  # Of its floor; the rim is a little wider.
BOWL_FLOOR_M = 0.006
BOWL_RIM_M = 0.042
CUBE_COUNT = 3
BOWL_COUNT = 2


@dataclass(frozen=True, kw_only=True)
class CubePlacement:
    """A cube on the table.

    Attributes:
        color: Its name, a key of `COLORS`.
        rgb: Its exact shade, 0..1.
        x_m: Centre in base_link [m].
        y_m: Centre in base_link [m].
        yaw_rad: Turn about the vertical [rad].
    """

    color: str
    rgb: Vector
    x_m: float
    y_m: float
    yaw_rad: float


@dataclass(frozen=True, kw_only=True)
class BowlPlacement:
    """A bowl on the table; it does not move.

    Attributes:
        color: Its name, a key of `COLORS`.
        rgb: Its exact shade, 0..1.
        x_m: Centre in base_link [m].
        y_m: Centre in base_link [m].
    """

    color: str
    rgb: Vector
    x_m: float
    y_m: float


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
class Scene:
    """Everything that differs from scene to scene.

    Attributes:
        seed: What it was drawn from; also seeds the pixel noise.
        instruction: Its task in words.
        cubes: `CUBE_COUNT` cubes of different colours.
        bowls: `BOWL_COUNT` bowls of different colours.
        start: Where the arm starts.
        light: Factor on the lamp's brightness.
        lamp_offset_m: Shift of the lamp [m].
        front_camera: Mounting error of the front camera.
        wrist_camera: Mounting error of the wrist camera.
    """

    seed: int
    instruction: str
    cubes: tuple[CubePlacement, ...]
    bowls: tuple[BowlPlacement, ...]
    start: StartPose = StartPose()
    light: float = 1.0
    lamp_offset_m: Vector = (0.0, 0.0, 0.0)
    front_camera: CameraShift = CameraShift()
    wrist_camera: CameraShift = CameraShift()

    @property
    def contents(self) -> str:
        """What lies on the table, in words."""
        cubes = ", ".join(cube.color for cube in self.cubes)
        bowls = ", ".join(bowl.color for bowl in self.bowls)
        return f"cubes: {cubes}; bowls: {bowls}"
