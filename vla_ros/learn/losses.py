# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the network is told to be good at. Without the attention loss it learns nothing useful."""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from vla_ros.learn.batches import Batch
from vla_ros.learn.config import LossConfig
from vla_ros.model.network import NetworkShape, Prediction

_SPOT_CELLS = 0.75  # Radius of the spot that the attention shall cover [cells of the map].
_FAR_ROW_WEIGHT = 0.3


class Losses(NamedTuple):
    """Each without its weight, but `total`."""

    total: Tensor
    rows: Tensor
    gripper: Tensor
    attention: Tensor
    offsets: Tensor
    progress: Tensor
    done: Tensor


def compute_losses(
    said: Prediction, batch: Batch, shape: NetworkShape, weights: LossConfig
) -> Losses:
    """Compare what the network says with the labels."""
    scale = torch.tensor(shape.action_scale)
    near = torch.linspace(1.0, _FAR_ROW_WEIGHT, shape.horizon)
    near = near / near.mean()
    off = (said.rows - batch.rows / scale).abs().sum(-1)
    rows = (off * near).mean()
    cross = functional.binary_cross_entropy_with_logits
    gripper = (cross(said.gripper, batch.gripper, reduction="none") * near).mean()
    attention = torch.stack(
        [
            attention_loss(scores, batch.pixels[:, c], camera.grid)
            for c, (scores, camera) in enumerate(zip(said.attention, shape.cameras, strict=True))
        ]
    ).sum()
    offsets = functional.smooth_l1_loss(said.offsets, batch.offsets_m / scale[:3])
    progress = cross(said.progress, batch.progress)
    done = cross(said.done, batch.done)
    total = (
        rows
        + weights.gripper * gripper
        + weights.attention * attention
        + weights.offsets * offsets
        + weights.progress * progress
        + weights.done * done
    )
    return Losses(total, rows, gripper, attention, offsets, progress, done)


def attention_loss(scores: Tensor, pixels: Tensor, grid: int) -> Tensor:
    """Return the cross-entropy of an attention map to a spot around the true place.

    Args:
        scores: Before the softmax. Shape (B, 2, G * G).
        pixels: Target and goal as fractions of the picture; out of sight counts as nothing.
            Shape (B, 2, 2).
        grid: Side G of the map.
    """
    visible = ((pixels > 0.0) & (pixels < 1.0)).all(-1)
    centers = (torch.arange(grid) + 0.5) / grid
    width = _SPOT_CELLS / grid
    across, down = (
        torch.exp(-((pixels[..., axis, None] - centers) ** 2) / (2.0 * width**2))
        for axis in (0, 1)
    )
    spot = (down[..., :, None] * across[..., None, :]).flatten(-2)
    spot = spot / spot.sum(-1, keepdim=True).clamp(min=1e-6)
    missed = -(spot * scores.log_softmax(-1)).sum(-1)
    return (missed * visible).sum() / visible.sum().clamp(min=1)
