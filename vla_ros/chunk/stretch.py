# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Slows a chunk down: the same path, later. The step between rows stays what the gate expects."""

from dataclasses import replace

import numpy as np

from vla_ros.types import ActionChunk


def stretch(chunk: ActionChunk, scale: float) -> ActionChunk:
    """Return the chunk whose row k of before is now due `k step / scale` after row 0.

    Joints are interpolated between rows, the gripper takes the opening of the row before.

    Args:
        chunk: What the policy wants at its own speed.
        scale: Speed along the path, 0 < scale <= 1.

    Raises:
        ValueError: The scale is outside that range.
    """
    if not 0.0 < scale <= 1.0:
        raise ValueError(f"speed scale is {scale}, wanted 0 < scale <= 1")
    rows = len(chunk.position_rad)
    if scale == 1.0 or rows < 2:
        return chunk
    at_row = np.arange(int((rows - 1) / scale + 1e-9) + 1) * scale
    columns = [np.interp(at_row, np.arange(rows), column) for column in chunk.position_rad.T]
    before = np.floor(at_row + 1e-9).astype(int)
    return replace(
        chunk, position_rad=np.stack(columns, axis=1), gripper=chunk.gripper[before].copy()
    )
