# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Answers that lead astray on purpose, so that demonstrations show the way back."""

from dataclasses import replace

import numpy as np

from vla_ros.types import PolicyOutput


def kicked(output: PolicyOutput, rng: np.random.Generator, height_m: float) -> PolicyOutput:
    """Return an answer that leads astray: an offset that grows over the first rows."""
    direction = rng.normal(0.0, 1.0, 3) * (1.0, 1.0, 0.6)
    offset = direction / np.linalg.norm(direction) * rng.uniform(0.015, 0.05)
    turn = rng.normal(0.0, 0.3)
    ramp = np.minimum(np.arange(1, len(output.rows) + 1) / 3.0, 1.0)[:, np.newaxis]
    rows = output.rows + ramp * np.append(offset, turn)
    rows[:, 2] = np.maximum(rows[:, 2], 0.018 - height_m)
    gripper = output.gripper.copy()
    if rng.random() < 0.15:
        gripper[:] = 1.0 - gripper[0]
    return replace(output, rows=rows, gripper=gripper)
