# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The simulated arm on its table: takes position targets, tells joint states, draws pictures."""

import copy
import math
from dataclasses import dataclass

import mujoco
import numpy as np
from numpy.typing import NDArray

from vla_ros.errors import SimulationError
from vla_ros.sim.arm import (
    CAMERAS,
    FINGER_TRAVEL_M,
    GRIPPER_JOINT,
    JOINT_NAMES,
    tool_down_joints,
)
from vla_ros.sim.parts import Vector
from vla_ros.sim.render import Renderer, Snapshot, apply_look
from vla_ros.sim.scene import DEFAULT_LAYOUT, Layout, Placement, Scene
from vla_ros.sim.strangers import Stranger
from vla_ros.sim.table import Container, Hand, Item, Table
from vla_ros.sim.things import ITEMS, ItemShape, item_shape
from vla_ros.sim.world_mjcf import PHYSICS_STEP_S, item_name, stranger_name, world_model
from vla_ros.types import FloatArray, ImageArray

PHYSICS_STEP_NS = round(PHYSICS_STEP_S * 1e9)
GRIPPER_SPEED_PER_S = 5.0  # Opening fraction per second.
_SQUEEZE_M = 0.012  # How far the finger's target runs ahead; times its stiffness, the grip force.


@dataclass(frozen=True, kw_only=True)
class WorldOptions:
    """How the world is drawn.

    Attributes:
        shadows: Draw shadows; three times slower.
        pixel_noise: Standard deviation of the noise on each colour value, of 255.
        samples: Anti-aliasing samples per pixel; 0 is fastest.
    """

    shadows: bool = False
    pixel_noise: float = 2.0
    samples: int = 0


@dataclass(frozen=True, kw_only=True, eq=False)
class ArmState:
    """Measured joints.

    Attributes:
        time_ns: Simulated time.
        position_rad: Arm joints [rad], shape (6,).
        velocity_rad_s: Arm joints [rad/s], shape (6,).
        finger_m: Position of the finger joint [m]; fully open is 0.042.
        finger_m_s: Its velocity [m/s].
    """

    time_ns: int
    position_rad: FloatArray
    velocity_rad_s: FloatArray
    finger_m: float
    finger_m_s: float

    @property
    def opening(self) -> float:
        """Gripper opening: 0 closed, 1 open."""
        return self.finger_m / FINGER_TRAVEL_M


@dataclass(frozen=True, kw_only=True)
class ToolPose:
    """Tool centre point in base_link: position [m] and yaw [rad]."""

    position_m: Vector
    yaw_rad: float


class World:
    """One arm, one table, one scene at a time.

    `command`, `step`, `reset` and all readers belong to one thread (or one lock). `snapshot` is
    cheap; a `Renderer` from `make_renderer` may draw it in any other thread.
    """

    def __init__(self, options: WorldOptions | None = None) -> None:
        self._options = options or WorldOptions()
        self._opening = 1.0
        self._steps = 0
        self._scene: Scene | None = None
        self._renderer: Renderer | None = None
        self._build(DEFAULT_LAYOUT)

    def _build(self, layout: Layout) -> None:
        """Take the model for some things, and look up where everything is in it."""
        self._layout = layout
        self._pristine = world_model(layout, self._options.samples)
        self._model = copy.deepcopy(self._pristine)
        self._data = mujoco.MjData(self._model)
        self._arm_q = [int(self._model.joint(n).qposadr[0]) for n in JOINT_NAMES]
        self._arm_v = [int(self._model.joint(n).dofadr[0]) for n in JOINT_NAMES]
        self._arm_u = [self._model.actuator(n).id for n in JOINT_NAMES]
        self._finger_q = int(self._model.joint(GRIPPER_JOINT).qposadr[0])
        self._finger_v = int(self._model.joint(GRIPPER_JOINT).dofadr[0])
        self._mirror_q = int(self._model.joint(f"{GRIPPER_JOINT}_mirror").qposadr[0])
        self._finger_u = self._model.actuator(GRIPPER_JOINT).id
        self._tcp = self._model.site("tcp").id

    # -- what a driver offers --------------------------------------------------------------

    @property
    def time_ns(self) -> int:
        """Simulated time; it never goes back, not even on a reset."""
        return self._steps * PHYSICS_STEP_NS

    @property
    def scene(self) -> Scene:
        """The scene that was laid out last."""
        if self._scene is None:
            raise SimulationError("the world has no scene yet; call World.reset(scene) first")
        return self._scene

    def reset(self, scene: Scene) -> None:
        """Lay out a scene, with the arm at rest at its start pose.

        Raises:
            SimulationError: The start pose is out of reach.
        """
        start = tool_down_joints(scene.start.position_m, scene.start.yaw_rad)
        if scene.layout != self._layout:
            self._build(scene.layout)
        mujoco.mj_resetData(self._model, self._data)
        apply_look(self._model, self._pristine, scene)
        for index, container in enumerate(scene.containers):
            self._data.mocap_pos[index] = (container.x_m, container.y_m, 0.0)
        for index, item in enumerate(scene.items):
            self._lay(item_name(index), item, ITEMS[item.kind].half_m[2])
        for index, stranger in enumerate(scene.strangers):
            self._lay(stranger_name(index), stranger, stranger.half_height_m)
        self._data.qpos[self._arm_q] = start
        finger = scene.start.gripper * FINGER_TRAVEL_M
        self._data.qpos[[self._finger_q, self._mirror_q]] = finger
        self._data.ctrl[self._finger_u] = finger
        self._scene = scene
        self.command(start, scene.start.gripper)
        mujoco.mj_forward(self._model, self._data)

    def _lay(self, name: str, thing: Placement | Stranger, half_height_m: float) -> None:
        half_rad = thing.yaw_rad / 2
        at = int(self._model.joint(name).qposadr[0])
        self._data.qpos[at : at + 7] = (
            *(thing.x_m, thing.y_m, half_height_m + 2e-4),
            *(math.cos(half_rad), 0.0, 0.0, math.sin(half_rad)),
        )

    def command(self, position_rad: FloatArray, opening: float | None = None) -> None:
        """Set the targets of the position servos; they hold until the next command.

        Args:
            position_rad: Arm joints [rad], shape (6,).
            opening: Gripper: 0 closed, 1 open; None leaves its target.

        Raises:
            ValueError: A target is not finite or the shape is wrong.
        """
        target = np.asarray(position_rad, dtype=np.float64)
        if target.shape != (len(JOINT_NAMES),) or not np.isfinite(target).all():
            raise ValueError(f"arm target {target} is not {len(JOINT_NAMES)} finite numbers")
        if opening is not None:
            self.command_gripper(opening)
        self._data.ctrl[self._arm_u] = target

    def command_gripper(self, opening: float) -> None:
        """Set the target of the gripper: 0 closed, 1 open."""
        if not math.isfinite(opening):
            raise ValueError(f"gripper target {opening} is not finite")
        self._opening = min(max(opening, 0.0), 1.0)

    def step(self, duration_ns: int = PHYSICS_STEP_NS) -> None:
        """Advance physics by a whole number of 2 ms steps."""
        count, rest = divmod(duration_ns, PHYSICS_STEP_NS)
        if rest or count < 0:
            raise ValueError(f"{duration_ns} ns is not a multiple of {PHYSICS_STEP_NS} ns")
        for _ in range(count):
            self._slew_gripper()
            mujoco.mj_step(self._model, self._data)
        self._steps += count

    def joint_state(self) -> ArmState:
        """Return the measured joints."""
        return ArmState(
            time_ns=self.time_ns,
            position_rad=self._data.qpos[self._arm_q].copy(),
            velocity_rad_s=self._data.qvel[self._arm_v].copy(),
            finger_m=float(self._data.qpos[self._finger_q]),
            finger_m_s=float(self._data.qvel[self._finger_v]),
        )

    def snapshot(self) -> Snapshot:
        """Return what a renderer needs to draw this instant."""
        return Snapshot(
            time_ns=self.time_ns,
            scene=self.scene,
            positions=self._data.qpos.copy(),
            mocap_m=self._data.mocap_pos.copy(),
        )

    def make_renderer(self) -> Renderer:
        """Return a new renderer of this world, for use in one thread."""
        return Renderer(
            samples=self._options.samples,
            shadows=self._options.shadows,
            pixel_noise=self._options.pixel_noise,
        )

    def render(self, camera: str, width: int, height: int) -> ImageArray:
        """Return the RGB picture of a camera now, shape (height, width, 3), uint8."""
        if self._renderer is None:
            self._renderer = self.make_renderer()
        return self._renderer.draw(self.snapshot(), camera, width, height)

    def try_drawing(self) -> None:
        """Draw one small picture and forget it, to find out whether this machine can.

        Raises:
            SimulationError: No off-screen OpenGL; the text names the packages to install.
        """
        self.render(CAMERAS[0].name, 32, 32)
        self.close()

    def close(self) -> None:
        """Free the OpenGL context of `render`."""
        if self._renderer is not None:
            self._renderer.close()
            self._renderer = None

    # -- privileged: for the expert, the checks and the labels, never for a policy ----------

    def tool(self) -> ToolPose:
        """Return where the tool centre point is."""
        x, y, z = self._data.site_xpos[self._tcp].tolist()
        along = self._data.site_xmat[self._tcp]
        return ToolPose(position_m=(x, y, z), yaw_rad=math.atan2(along[3], along[0]))

    def table(self) -> Table:
        """Return what is where now."""
        tool = self.tool()
        velocity = np.zeros(6)
        site = mujoco.mjtObj.mjOBJ_SITE
        mujoco.mj_objectVelocity(self._model, self._data, site, self._tcp, velocity, 0)
        hand = Hand(
            at_m=tool.position_m,
            yaw_rad=tool.yaw_rad,
            opening=self.joint_state().opening,
            speed_m_s=float(np.linalg.norm(velocity[3:])),
        )
        items = tuple(self._item(i, placed) for i, placed in enumerate(self.scene.items))
        containers = tuple(
            Container(kind=c.kind, color=c.color, at_m=(c.x_m, c.y_m))
            for c in self.scene.containers
        )
        return Table(hand=hand, items=items, containers=containers)

    def _item(self, index: int, placed: Placement) -> Item:
        body = self._data.body(item_name(index))
        x, y, z = body.xpos.tolist()
        axes = body.xmat.reshape(3, 3)
        up_axis = int(np.argmax(np.abs(axes[2])))
        return Item(
            kind=placed.kind,
            color=placed.color,
            at_m=(x, y, z),
            yaw_rad=_flat_yaw(axes, item_shape(placed.kind, up_axis)),
            up_axis=up_axis,
            start_m=(placed.x_m, placed.y_m),
            speed_m_s=float(np.linalg.norm(body.cvel[3:])),
        )

    def strangers_m(self) -> tuple[Vector, ...]:
        """Return where the things are that no sentence names, in the order of the scene [m]."""
        places: list[Vector] = []
        for index in range(len(self.scene.strangers)):
            x, y, z = self._data.body(stranger_name(index)).xpos.tolist()
            places.append((x, y, z))
        return tuple(places)

    def pixel(self, camera: str, point_m: Vector) -> tuple[float, float] | None:
        """Return where a point in base_link appears in a square picture, or None behind the lens.

        Returns:
            (u, v) as fractions of the picture's height from its centre: u right, v down; inside
            a square picture both lie in -0.5 .. 0.5.
        """
        index = self._model.camera(camera).id
        axes = self._data.cam_xmat[index].reshape(3, 3)
        x, y, z = (axes.T @ (np.array(point_m) - self._data.cam_xpos[index])).tolist()
        if not z < -0.01:
            return None
        focal = 0.5 / math.tan(math.radians(float(self._model.cam_fovy[index])) / 2)
        return focal * x / -z, -focal * y / -z

    # ---------------------------------------------------------------------------------------

    def _slew_gripper(self) -> None:
        """Move the finger target at the speed of the gripper's motor."""
        reach = GRIPPER_SPEED_PER_S * FINGER_TRAVEL_M * PHYSICS_STEP_S
        finger = float(self._data.qpos[self._finger_q])
        # No further than the squeeze from the finger itself, so that it lets go at once.
        now = float(self._data.ctrl[self._finger_u])
        now = min(max(now, finger - _SQUEEZE_M), finger + _SQUEEZE_M)
        change = self._opening * FINGER_TRAVEL_M - now
        self._data.ctrl[self._finger_u] = now + min(max(change, -reach), reach)


def _flat_yaw(axes: NDArray[np.float64], shape: ItemShape) -> float:
    """Yaw of an item, within half a turn that it looks the same after, to either side [rad]."""
    turn_rad = shape.turn_rad
    if turn_rad == 0.0:
        return 0.0
    any_side = turn_rad <= math.pi / 2  # A cube: whichever of its faces is up.
    column = int(np.argmin(np.abs(axes[2]))) if any_side else shape.long_axis
    yaw = math.atan2(axes[1, column], axes[0, column])
    return (yaw + turn_rad / 2) % turn_rad - turn_rad / 2
