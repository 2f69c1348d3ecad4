# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The network as it ships: uint8 pictures in, SI units out, nothing to normalise outside."""

from collections.abc import Iterable

import torch
from torch import Tensor, nn

from vla_ros.model.heads import row_weights
from vla_ros.model.network import POINTS, VlaNetwork

OUTPUT_NAMES = ("rows", "gripper", "progress", "done", "grounded", "confidence")


def scale_picture(picture: Tensor) -> Tensor:
    """Return uint8 pictures (B, H, W, 3) as -1..1, shape (B, 3, H, W)."""
    return picture.permute(0, 3, 1, 2).float() / 127.5 - 1.0


class DeployedNetwork(nn.Module):
    """Wraps a network for export, or several as an ensemble, which answers with their mean.

    How far the rows of an ensemble lie apart adds to how far each of them says that it may be off
    (Lakshminarayanan et al. 2017, "deep ensembles", arXiv:1612.01474): networks that learned the
    same from other first weights differ where they have learned too little.
    """

    def __init__(self, *networks: VlaNetwork) -> None:
        """Build it.

        Args:
            networks: At least one, all of the same sizes.
        """
        super().__init__()
        self.networks = nn.ModuleList(networks)
        self.shape = networks[0].shape
        self.register_buffer("action_scale", torch.tensor(self.shape.action_scale))
        self.register_buffer("weight", row_weights(self.shape.horizon))

    def forward(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        """Predict a chunk.

        Args:
            inputs: One uint8 picture (B, H, W, 3) per camera, state (B, S), tokens (B, L).

        Returns:
            As `OUTPUT_NAMES`: rows (B, T, A) in SI, gripper (B, T) 0..1, progress (B,), done (B,),
            grounded (B,), confidence (B,); then, for each camera, where it looks for object, goal
            and the thing named there (B, 3, G, G), sums 1.
        """
        *pictures, state, tokens = inputs
        seen = tuple(map(scale_picture, pictures))
        said = [network(seen, state, tokens) for network in self.networks]
        understood, chunks = zip(*said, strict=True)
        rows = _mean(chunk.rows for chunk in chunks)
        spread = _mean(chunk.spread for chunk in chunks)
        if len(chunks) > 1:
            apart = _mean((chunk.rows - rows).abs().sum(-1) for chunk in chunks)
            spread = spread + (apart * self.weight).mean(1)
        looked = [
            _mean(u.attention[number][1].softmax(-1) for u in understood).reshape(
                -1, POINTS, camera.grid, camera.grid
            )
            for number, camera in enumerate(self.shape.cameras)
        ]
        return (
            rows * self.action_scale,
            _mean(chunk.gripper.sigmoid() for chunk in chunks),
            _mean(u.progress.sigmoid() for u in understood),
            _mean(u.done.sigmoid() for u in understood),
            _mean(u.grounded.sigmoid() for u in understood),
            1.0 / (1.0 + spread),
            *looked,
        )

    def resolution(self) -> Tensor:
        """Return how far apart the rows lie that it can answer, in SI; 0 where continuous."""
        return self.networks[0].head.resolution() * self.action_scale


def _mean(of: Iterable[Tensor]) -> Tensor:
    first, *others = of
    return sum(others, first) / (1 + len(others)) if others else first
