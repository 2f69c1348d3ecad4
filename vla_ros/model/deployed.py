# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The network as it ships: uint8 pictures in, SI units out, nothing to normalise outside."""

import torch
from torch import Tensor, nn

from vla_ros.model.network import POINTS, VlaNetwork

OUTPUT_NAMES = ("rows", "gripper", "progress", "done", "grounded", "confidence")


def scale_picture(picture: Tensor) -> Tensor:
    """Return uint8 pictures (B, H, W, 3) as -1..1, shape (B, 3, H, W)."""
    return picture.permute(0, 3, 1, 2).float() / 127.5 - 1.0


class DeployedNetwork(nn.Module):
    """Wraps a network for export. Outputs as `OUTPUT_NAMES`, then one attention per camera."""

    def __init__(self, network: VlaNetwork) -> None:
        super().__init__()
        self.network = network
        self.register_buffer("action_scale", torch.tensor(network.shape.action_scale))

    def forward(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        """Predict a chunk.

        Args:
            inputs: One uint8 picture (B, H, W, 3) per camera, state (B, S), tokens (B, L).

        Returns:
            rows (B, T, A) in SI, gripper (B, T) 0..1, progress (B,), done (B,), grounded (B,),
            confidence (B,), and where each camera looks for object, goal and the thing named
            there (B, 3, G, G), sums 1.
        """
        *pictures, state, tokens = inputs
        seen = tuple(map(scale_picture, pictures))
        understood, chunk = self.network(seen, state, tokens)
        looked = [
            second.softmax(-1).reshape(-1, POINTS, camera.grid, camera.grid)
            for (_, second), camera in zip(
                understood.attention, self.network.shape.cameras, strict=True
            )
        ]
        return (
            chunk.rows * self.action_scale,
            chunk.gripper.sigmoid(),
            understood.progress.sigmoid(),
            understood.done.sigmoid(),
            understood.grounded.sigmoid(),
            1.0 / (1.0 + chunk.spread),
            *looked,
        )
