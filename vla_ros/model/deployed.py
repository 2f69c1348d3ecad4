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
    """Wraps a network for export, or several as an ensemble, of which the first one acts.

    The mean of two good ways past a thing may lead into it, and that of an open and a closed hand
    is neither. So the others only say, with the first, whether the task can be done, and doubt:
    how far the rows lie apart, gripper included, adds to how far each says that it may be off.
    Networks that learned the same from other first weights differ where they have learned too
    little (Lakshminarayanan et al. 2017, "deep ensembles", arXiv:1612.01474).
    """

    def __init__(self, *networks: VlaNetwork) -> None:
        """Build it.

        Args:
            networks: At least one, all of the same sizes; the first one acts.
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
        chunk, mind = chunks[0], understood[0]
        spread = _mean(each.spread for each in chunks)
        if len(chunks) > 1:
            apart = _apart(each.rows for each in chunks).sum(-1)
            apart = apart + _apart(each.gripper.sigmoid() for each in chunks)
            spread = spread + (apart * self.weight).mean(1)
        looked = [
            mind.attention[number][1].softmax(-1).reshape(-1, POINTS, camera.grid, camera.grid)
            for number, camera in enumerate(self.shape.cameras)
        ]
        return (
            chunk.rows * self.action_scale,
            chunk.gripper.sigmoid(),
            mind.progress.sigmoid(),
            mind.done.sigmoid(),
            _mean(u.grounded.sigmoid() for u in understood),
            1.0 / (1.0 + spread),
            *looked,
        )

    def resolution(self) -> Tensor:
        """Return how far apart the rows lie that it can answer, in SI; 0 where continuous."""
        return self.networks[0].head.resolution() * self.action_scale


def _apart(of: Iterable[Tensor]) -> Tensor:
    """Return how far what several say lies from their mean, on average."""
    said = tuple(of)
    mean = _mean(said)
    return _mean((each - mean).abs() for each in said)


def _mean(of: Iterable[Tensor]) -> Tensor:
    first, *others = of
    return sum(others, first) / (1 + len(others)) if others else first
