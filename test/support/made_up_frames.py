# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Frames that no simulator made, to test what only moves them around."""

import numpy as np

from vla_ros.learn.dataset import Frames, encode_picture

SENTENCE = "put the red cube in the blue bowl"


def make_frames(count: int = 6, *, side: int = 32, horizon: int = 16) -> Frames:
    """Return made-up frames: two cameras, three instructions, the last of which is impossible."""
    rng = np.random.default_rng(0)
    pictures = [
        encode_picture(image)
        for image in rng.integers(0, 256, (count * 2, side, side, 3), dtype=np.uint8)
    ]
    said = [SENTENCE, "take the green block to the green bowl", "lift the white bowl"]
    return Frames(
        pictures=np.concatenate(pictures),
        ends=np.cumsum([len(p) for p in pictures]).reshape(count, 2),
        state=rng.normal(0.0, 1.0, (count, 6)).astype(np.float32),
        sentences=np.array([said] * count),
        families=np.array([["put", "put", ""]] * count),
        grounded=np.array([[1, 1, 0]] * count, np.uint8),
        rows=rng.normal(0.0, 0.1, (count, 3, horizon, 4)).astype(np.float32),
        gripper=rng.integers(0, 2, (count, 3, horizon)).astype(np.uint8),
        progress=rng.random((count, 3)).astype(np.float32),
        done=rng.integers(0, 2, (count, 3)).astype(np.uint8),
        pixels=rng.random((count, 3, 2, 3, 2)).astype(np.float32),
        offsets_m=rng.normal(0.0, 0.1, (count, 3, 3, 3)).astype(np.float32),
        episode=np.zeros(count, np.int32),
    )
