# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Vision encoder of one camera: where in the picture is what the instruction speaks of?

Queries made of language and the arm's state look for a place in a feature map. The attention is
supervised with the true places in training; without this grounding nothing is learned.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

_KEY = 64


class Looked(NamedTuple):
    """What one camera contributes.

    Attributes:
        tokens: One per query and one for the whole picture. Shape (B, Q + 1, D).
        attention: Scores before the softmax, row-major over the map. Shape (B, Q, G * G).
    """

    tokens: Tensor
    attention: Tensor


class FilmBlock(nn.Module):
    """Residual convolution whose channels the sentence amplifies or mutes."""

    def __init__(self, channels: int, sentence: int) -> None:
        super().__init__()
        self.wide = nn.Conv2d(channels, channels, 3, padding=1)
        self.norm = nn.GroupNorm(8, channels)
        self.film = nn.Linear(sentence, 2 * channels)
        self.mix = nn.Conv2d(channels, channels, 1)

    def forward(self, features: Tensor, sentence: Tensor) -> Tensor:
        """Return features of the same shape (B, C, H, W)."""
        gain, bias = self.film(sentence)[:, :, None, None].chunk(2, 1)
        seen = self.norm(self.wide(features)) * (1.0 + gain) + bias
        return functional.relu(features + self.mix(functional.relu(seen)))


class CameraEncoder(nn.Module):
    """Convolutions, a FiLM block, and a spatial softmax per query."""

    def __init__(self, *, channels: int, grid: int, size: int, sentence: int, width: int) -> None:
        """Build it.

        Args:
            channels: Channels of the feature map.
            grid: Side of the feature map: a quarter or an eighth of `size`.
            size: Side of the square picture [pixels].
            sentence: Width of the sentence vector.
            width: Width of the tokens.
        """
        super().__init__()
        self.stem = nn.Conv2d(3, 32, 6, stride=4, padding=1)
        self.shrink = nn.Conv2d(32, channels, 3, stride=size // 4 // grid, padding=1)
        self.norm = nn.GroupNorm(8, channels)
        self.block = FilmBlock(channels, sentence)
        self.key = nn.Conv2d(channels, _KEY, 1)
        self.value = nn.Conv2d(channels, _KEY, 1)
        self.whole = nn.Linear(channels, width)
        self.place = nn.Linear(_KEY + 3, width)
        centers = (torch.arange(grid) + 0.5) / grid
        grid_v, grid_u = torch.meshgrid(centers, centers, indexing="ij")
        self.register_buffer("pixels", torch.stack((grid_u.flatten(), grid_v.flatten()), -1))

    def forward(self, picture: Tensor, sentence: Tensor, queries: Tensor) -> Looked:
        """Look for what the queries ask.

        Args:
            picture: RGB in -1..1. Shape (B, 3, H, W).
            sentence: Shape (B, S).
            queries: Shape (B, Q, 64).
        """
        features = functional.relu(self.stem(picture))
        features = functional.relu(self.norm(self.shrink(features)))
        features = self.block(features, sentence)
        scores = queries @ self.key(features).flatten(2) / math.sqrt(_KEY)
        weights = scores.softmax(-1)
        found = weights @ self.value(features).flatten(2).transpose(1, 2)
        where = weights @ self.pixels * 4.0 - 2.0
        sure = torch.logsumexp(scores, -1, keepdim=True) / 5.0 - 1.0
        places = self.place(torch.cat((found, where, sure), -1))
        whole = self.whole(features.mean((2, 3)))[:, None]
        return Looked(torch.cat((places, whole), 1), scores)
