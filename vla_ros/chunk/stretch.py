# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Slows a chunk down: the same path, later. The step between rows stays what the gate expects."""

from dataclasses import replace

import numpy as np

from vla_ros.types import ActionChunk, FloatArray


def stretch(chunk: ActionChunk, scale: float, begin_rad: FloatArray | None = None) -> ActionChunk:
    """Return the chunk with its path stretched to `1 / scale` of its time.

    Joints are interpolated between rows, the gripper takes the opening of the row before.

    Args:
        chunk: What the policy wants at its own speed.
        scale: Speed along the path, 0 < scale <= 1.
        begin_rad: Where the arm is one step before row 0 [rad], shape (J,); the way from there is
            stretched as well. None if row 0 is where the arm is.

    Raises:
        ValueError: The scale is outside that range.
    """
    if not 0.0 < scale <= 1.0:
        raise ValueError(f"speed scale is {scale}, wanted 0 < scale <= 1")
    if scale == 1.0 or len(chunk.position_rad) == 0:
        return chunk
    path, gripper, first = chunk.position_rad, chunk.gripper, 0.0
    if begin_rad is not None:
        path = np.vstack((begin_rad, path))
        gripper = np.concatenate((gripper[:1], gripper))
        first = scale
    at = np.arange(first, len(path) - 1 + 1e-9, scale)
    columns = [np.interp(at, np.arange(len(path)), column) for column in path.T]
    before = np.floor(at + 1e-9).astype(int)
    return replace(chunk, position_rad=np.stack(columns, axis=1), gripper=gripper[before].copy())
