# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the expert would do from the present state, as numbers to learn from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vla_ros.errors import ConfigError
from vla_ros.policy.rows import Anchor, EefDelta
from vla_ros.policy.spec import (
    ActionSpace,
    ActionSpec,
    DeltaFrame,
    DeltaStart,
    RotationForm,
)
from vla_ros.sim.expert import plan
from vla_ros.sim.parts import Vector
from vla_ros.sim.table import Table
from vla_ros.sim.tasks import FAMILIES, Task
from vla_ros.sim.world import World
from vla_ros.types import FloatArray, PolicyOutput

OUT_OF_SIGHT = -1.0
POINTS = 3
_USUAL_SHARE = 1.0 / 3.0  # Of a family's longest time, a task takes from a usual start.
_RELATIVE = EefDelta(RotationForm.YAW)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Label:
    """What one picture should have made the network say, for one instruction.

    Attributes:
        rows: Of the tool, relative to where it was measured: x, y, z [m] and yaw [rad] in the
            base frame. Shape (T, 4).
        gripper: Opening wanted, 0 or 1. Shape (T,).
        progress: 0..1.
        done: The task is finished.
        grounded: The instruction can be carried out in this scene; if not, only this counts.
        pixels: What is moved, where to, and the thing that the sentence names there, in each
            camera, as fractions of the picture from its upper left corner; `OUT_OF_SIGHT` behind
            the lens. Shape (C, 3, 2).
        offsets_m: The same points relative to the tool, base frame [m]. Shape (3, 3).
    """

    rows: FloatArray
    gripper: FloatArray
    progress: float
    done: bool
    grounded: bool
    pixels: NDArray[np.float32]
    offsets_m: FloatArray

    def as_output(self) -> PolicyOutput:
        """Return it as the answer of a perfect policy."""
        return PolicyOutput(
            rows=self.rows.copy(),
            gripper=self.gripper.copy(),
            progress=self.progress,
            done_probability=float(self.done),
        )


def frame_rate_hz(every_s: float, step_s: float) -> int:
    """Return how many frames a second are recorded.

    Args:
        every_s: Time between recorded frames [s].
        step_s: Time between the rows of the policy's answers [s].

    Raises:
        ConfigError: That is no whole number, or rows of the answers fall between the frames.
    """
    rate_hz = round(1.0 / every_s)
    ahead = every_s / step_s
    if abs(rate_hz * every_s - 1.0) > 1e-6 or abs(ahead - round(ahead)) > 1e-6:
        raise ConfigError(
            f"every_s = {every_s:g}: wanted a whole number of frames per second, and a "
            f"multiple of the policy's step_s = {step_s:g} s"
        )
    return rate_hz


def answers_not_taught(action: ActionSpec) -> list[str]:
    """Return what a policy profile says of its answers that no label is written like, in words."""
    rotation = "left out" if action.rotation is None else action.rotation.value
    scale = "left out" if action.scale is None else list(action.scale)
    pairs = (
        ("space", action.space.value, ActionSpace.EEF_DELTA.value),
        ("rotation", rotation, RotationForm.YAW.value),
        ("deltas", action.deltas.value, DeltaStart.MEASURED.value),
        ("delta_frame", action.delta_frame.value, DeltaFrame.BASE.value),
        ("scale", scale, "left out"),
        ("gripper.closed", action.gripper.closed, 0.0),
        ("gripper.open", action.gripper.open, 1.0),
    )
    return [f"action.{key} = {got}: wanted {want}" for key, got, want in pairs if got != want]


def make_label(
    world: World, task: Task, anchor: Anchor, action: ActionSpec, cameras: tuple[str, ...]
) -> Label:
    """Ask the expert; privileged, so only for demonstrations.

    Args:
        world: Its present state is labelled.
        task: What is to be done.
        anchor: The measured arm, which the rows are relative to.
        action: Horizon and step of the policy.
        cameras: Names of the policy's cameras.
    """
    table, family = world.table(), FAMILIES[task.family]
    planned = plan(table, task, action.horizon, action.step_s)
    points = _points(table, task)
    usual_steps = family.longest_s * _USUAL_SHARE / action.step_s
    return Label(
        rows=_rounded(_RELATIVE.inverse(np.array(planned.rows), anchor)),
        gripper=np.array(planned.gripper),
        progress=float(np.clip(1.0 - planned.remaining_steps / usual_steps, 0.0, 1.0)),
        done=planned.done,
        grounded=True,
        pixels=np.array([[_pixel(world, c, p) for p in points] for c in cameras], np.float32),
        offsets_m=np.array(points) - anchor.position_m,
    )


def no_label(action: ActionSpec, cameras: tuple[str, ...]) -> Label:
    """Return the label of an instruction that cannot be carried out: there is nothing to do."""
    return Label(
        rows=np.zeros((action.horizon, len(action.rows) - 1)),
        gripper=np.zeros(action.horizon),
        progress=0.0,
        done=False,
        grounded=False,
        pixels=np.full((len(cameras), POINTS, 2), OUT_OF_SIGHT, np.float32),
        offsets_m=np.zeros((POINTS, 3)),
    )


def _points(table: Table, task: Task) -> tuple[Vector, Vector, Vector]:
    """Return where the object is, where it shall go, and where the thing named beside it is."""
    item, goal = FAMILIES[task.family].focus(table, task)
    if task.target is None:
        return item, goal, goal
    x, y, *z = table.thing(task.target).at_m
    return item, goal, (x, y, z[0] if z else 0.0)


def _rounded(rows: FloatArray) -> FloatArray:
    """Round the corners of a path that starts at zero, so that joints need not jerk there."""
    padded = np.vstack((np.zeros((1, rows.shape[1])), rows, rows[-1:]))
    smooth: FloatArray = 0.25 * padded[:-2] + 0.5 * padded[1:-1] + 0.25 * padded[2:]
    return smooth


def _pixel(world: World, camera: str, point_m: Vector) -> tuple[float, float]:
    found = world.pixel(camera, point_m)
    if found is None:
        return OUT_OF_SIGHT, OUT_OF_SIGHT
    u, v = found
    return u + 0.5, v + 0.5
