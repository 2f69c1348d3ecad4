# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Moves a chunk in time when the arm stood still while the policy thought."""

from dataclasses import replace

import numpy as np

from vla_ros.types import ActionChunk, FloatArray


def begin_from_rest(chunk: ActionChunk, position_rad: FloatArray, now_ns: int) -> ActionChunk:
    """Return the chunk as a plan that starts now, where the arm rests.

    A resting arm is still where the observation saw it, so no row has become late: dropping the
    first ones would make it jump, the more so the slower the policy is.

    Args:
        chunk: What the policy wants; the age of its observation stays as it is.
        position_rad: Measured arm joints, in column order; becomes row 0. Shape (J,).
        now_ns: Node clock.
    """
    return replace(
        chunk,
        first_ns=now_ns,
        position_rad=np.vstack((position_rad, chunk.position_rad)),
        gripper=np.concatenate((chunk.gripper[:1], chunk.gripper)),
    )
