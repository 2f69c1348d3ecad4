# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the arm does while a policy thinks, for a policy that goes on from there."""

import math
from dataclasses import dataclass

import numpy as np

from vla_ros.chunk.schedule import ChunkSchedule
from vla_ros.policy.transforms import PolicyAdapter
from vla_ros.types import FloatArray, Observation


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prefix:
    """The running plan as rows of the answer that is asked for, as far as it goes.

    Attributes:
        rows: In the action space of the policy, relative to the new observation where that is
            relative. Shape (T, D), T at most the horizon.
        gripper: Opening wanted per row: 0 closed, 1 open. Shape (T,).
        frozen: So many rows from the first one are due before the answer can be there: the arm
            does them whatever the answer is.
    """

    rows: FloatArray
    gripper: FloatArray
    frozen: int


def make_prefix(
    running: ChunkSchedule, adapter: PolicyAdapter, observation: Observation, latency_s: float
) -> Prefix | None:
    """Return what the running plan does from an observation on; None if nothing is planned.

    Args:
        running: The plan that is followed.
        adapter: To the action space of the policy.
        observation: What the policy is shown.
        latency_s: How long its answer may take [s].
    """
    action = adapter.profile.action
    pace = running.scale if running.scale > 0.0 else 1.0
    positions: list[tuple[float, ...]] = []
    gripper: list[float] = []
    for row in range(1, action.horizon + 1):  # Row 0 of a chunk is where the arm was seen.
        due_s = row * action.step_s / pace - action.lead_s
        target = running.sample(observation.stamp_ns + round(due_s * 1e9))
        if target is None:
            break
        positions.append(target.position)
        gripper.append(1.0 if target.gripper is None else target.gripper)
    if not positions:
        return None
    frozen = math.ceil((latency_s + action.lead_s) * pace / action.step_s - 1e-9)
    return Prefix(
        rows=adapter.from_joints(np.array(positions), observation),
        gripper=np.array(gripper),
        frozen=min(frozen, len(positions)),
    )
