# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the expert would do from the present state, as numbers to learn from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vla_ros.policy.spec import ActionSpec, RotationForm
from vla_ros.policy.transforms import Anchor, EefDelta
from vla_ros.sim.basic import tasks_in
from vla_ros.sim.expert import plan
from vla_ros.sim.parts import Vector
from vla_ros.sim.tasks import FAMILIES, Task
from vla_ros.sim.world import World
from vla_ros.types import FloatArray, PolicyOutput

OUT_OF_SIGHT = -1.0
_USUAL_SHARE = 1.0 / 3.0  # Of a family's longest time, a task takes from a usual start.
_RELATIVE = EefDelta(RotationForm.YAW)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Label:
    """What one picture should have made the network say, for one instruction.

    Attributes:
        rows: In the policy's action space. Shape (T, 4).
        gripper: Opening wanted, 0 or 1. Shape (T,).
        progress: 0..1.
        done: The task is finished.
        pixels: Target and goal in each camera, fractions of the picture from its upper left
            corner; `OUT_OF_SIGHT` behind the lens. Shape (C, 2, 2).
        offsets_m: Target and goal relative to the tool, base frame [m]. Shape (2, 3).
    """

    rows: FloatArray
    gripper: FloatArray
    progress: float
    done: bool
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
    points = family.focus(table, task)
    usual_steps = family.longest_s * _USUAL_SHARE / action.step_s
    return Label(
        rows=_rounded(_RELATIVE.inverse(np.array(planned.rows), anchor)),
        gripper=np.array(planned.gripper),
        progress=float(np.clip(1.0 - planned.remaining_steps / usual_steps, 0.0, 1.0)),
        done=planned.done,
        pixels=np.array([[_pixel(world, c, p) for p in points] for c in cameras], np.float32),
        offsets_m=np.array(points) - anchor.position_m,
    )


def other_task(task: Task, world: World, rng: np.random.Generator) -> Task:
    """Return another task that the same basic scene allows."""
    tasks = tasks_in(world.scene)
    tasks.remove(task)
    return tasks[int(rng.integers(len(tasks)))]


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
