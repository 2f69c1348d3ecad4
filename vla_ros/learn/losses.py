# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the network is told to be good at. Without the attention loss it learns nothing useful."""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from vla_ros.learn.batches import Batch
from vla_ros.learn.config import LossConfig
from vla_ros.model.network import VlaNetwork

_SPOT_CELLS = 0.75  # Radius of the spot that the attention shall cover [cells of the map].


class Losses(NamedTuple):
    """Each without its weight, but `total`; and two rates, which are not part of it.

    Attributes:
        total: What is minimised.
        action: Of the head.
        attention: Of both looks of all cameras.
        offsets: Of the points relative to the tool.
        progress: Of the progress.
        done: Of the end.
        grounded: Of what can be carried out.
        off_m: Mean error of the rows' positions [m].
        judged: Share of instructions that were judged rightly: can be carried out, or cannot.
    """

    total: Tensor
    action: Tensor
    attention: Tensor
    offsets: Tensor
    progress: Tensor
    done: Tensor
    grounded: Tensor
    off_m: Tensor
    judged: Tensor


def compute_losses(network: VlaNetwork, batch: Batch, weights: LossConfig) -> Losses:
    """Compare what the network says with the labels that there are.

    Of an instruction that cannot be carried out only that counts; it has no other labels.
    """
    said = network.understand(batch.pictures, batch.state, batch.tokens)
    shape = network.shape
    scale = torch.tensor(shape.action_scale)
    real = batch.grounded

    def mean(per_sample: Tensor, told: Tensor | float = 1.0) -> Tensor:
        weight = real * told
        return (per_sample * weight).sum() / weight.sum().clamp(min=1.0)

    cross = functional.binary_cross_entropy_with_logits
    wanted = batch.rows / scale, batch.gripper, batch.counts
    action = mean(network.head.blame(said.features, *wanted))
    attention = torch.stack(
        [
            attention_loss(scores, batch.pixels[:, c], camera.grid)
            for c, (looks, camera) in enumerate(zip(said.attention, shape.cameras, strict=True))
            for scores in looks
        ]
    ).sum()
    offsets_m, told = _told(batch.offsets_m)
    off = functional.smooth_l1_loss(said.offsets, offsets_m / scale[:3], reduction="none")
    offsets = mean(off.mean((1, 2)), told[:, 0, 0])
    label, told = _told(batch.progress)
    progress = mean(cross(said.progress, label, reduction="none"), told)
    label, told = _told(batch.done)
    done = mean(cross(said.done, label, reduction="none"), told)
    grounded = cross(said.grounded, real)
    total = (
        action
        + weights.attention * attention
        + weights.offsets * offsets
        + weights.progress * progress
        + weights.done * done
        + weights.grounded * grounded
    )
    with torch.no_grad():
        rows = network.head(said.features).rows * scale
        off = (rows - batch.rows)[..., :3].norm(dim=-1) * batch.counts
        off_m = mean(off.sum(1) / batch.counts.sum(1))
        judged = ((said.grounded > 0.0) == (real > 0.5)).float().mean()
    return Losses(total, action, attention, offsets, progress, done, grounded, off_m, judged)


def _told(label: Tensor) -> tuple[Tensor, Tensor]:
    """Return labels without gaps, and 1 where there was one, else 0."""
    told = label.isfinite()
    return torch.where(told, label, 0.0), told.float()


def attention_loss(scores: Tensor, pixels: Tensor, grid: int) -> Tensor:
    """Return the cross-entropy of an attention map to a spot around the true place.

    Args:
        scores: Before the softmax. Shape (B, P, G * G).
        pixels: True places as fractions of the picture; out of sight counts as nothing.
            Shape (B, P, 2).
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
