# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Vision encoder of one camera: where in the picture is what the instruction speaks of?

A picture becomes a map of keys and values, whatever is said, so that many sentences can share it.
Queries made of language and of the arm's state look for places in the map. Their attention is
supervised with the true places in training; without this grounding nothing is learned.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

KEY = 64
FOUND = KEY + 4
_STEM = 24
GROUPS = 8  # Channels are normalised in so many groups.
_DILATIONS = (1, 2, 1)


class Looked(NamedTuple):
    """What some queries found in one camera's picture.

    Attributes:
        found: What is there, where that is, how sure that is, and how far apart the places are
            that it may be: two things that fit are not one between them. Shape (B, Q, FOUND).
        scores: Of each place before the softmax, row-major over the map. Shape (B, Q, G * G).
    """

    found: Tensor
    scores: Tensor


class CameraMap(NamedTuple):
    """What one camera sees.

    Attributes:
        keys: Shape (B, KEY, G * G).
        values: Shape (B, G * G, KEY).
        whole: Mean of the features. Shape (B, C).
    """

    keys: Tensor
    values: Tensor
    whole: Tensor


def has_side(size: int, grid: int) -> bool:
    """Tell whether `CameraEncoder` makes a map of side `grid` of a picture of side `size`."""
    half, shrink = (size + 1) // 2, size // 2 // grid
    if shrink == 0:
        return False
    return (half + shrink // 2 * 2 - shrink - 1) // shrink + 1 == grid


class ResidualBlock(nn.Module):
    """A convolution and a mix of its channels, added to what came in."""

    def __init__(self, channels: int, dilation: int) -> None:
        super().__init__()
        self.wide = nn.Conv2d(channels, channels, 3, padding=dilation, dilation=dilation)
        self.norm = nn.GroupNorm(GROUPS, channels)
        self.mix = nn.Conv2d(channels, channels, 1)

    def forward(self, features: Tensor) -> Tensor:
        """Return features of the same shape (B, C, H, W)."""
        mixed: Tensor = self.mix(functional.relu(self.norm(self.wide(features))))
        return functional.relu(features + mixed)


class CameraEncoder(nn.Module):
    """Convolutions, and a spatial softmax per query."""

    def __init__(self, *, channels: int, grid: int, size: int) -> None:
        """Build it.

        Args:
            channels: Channels of the feature map, a multiple of `GROUPS`.
            grid: Side of the feature map, such as a quarter or an eighth of `size`; see
                `has_side`.
            size: Side of the square picture [pixels].
        """
        super().__init__()
        shrink = size // 2 // grid
        self.stem = nn.Conv2d(3, _STEM, 5, stride=2, padding=2)
        self.shrink = nn.Conv2d(_STEM, channels, shrink + 1, stride=shrink, padding=shrink // 2)
        self.norm = nn.GroupNorm(GROUPS, channels)
        self.blocks = nn.Sequential(*(ResidualBlock(channels, d) for d in _DILATIONS))
        self.key = nn.Conv2d(channels, KEY, 1)
        self.value = nn.Conv2d(channels, KEY, 1)
        centers = (torch.arange(grid) + 0.5) / grid
        grid_v, grid_u = torch.meshgrid(centers, centers, indexing="ij")
        self.register_buffer("places", torch.stack((grid_u.flatten(), grid_v.flatten()), -1))

    def forward(self, picture: Tensor) -> CameraMap:
        """Return what there is to see in a picture (B, 3, H, W), RGB in -1..1."""
        features = functional.relu(self.stem(picture))
        features = functional.relu(self.norm(self.shrink(features)))
        features = self.blocks(features)
        return CameraMap(
            self.key(features).flatten(2),
            self.value(features).flatten(2).transpose(1, 2),
            features.mean((2, 3)),
        )

    def look(self, seen: CameraMap, queries: Tensor) -> Looked:
        """Look for what the queries (B, Q, KEY) ask."""
        scores = queries @ seen.keys / math.sqrt(KEY)
        weights = scores.softmax(-1)
        where = weights @ self.places
        sure = torch.logsumexp(scores, -1, keepdim=True) / 5.0 - 1.0
        square = weights @ self.places.square().sum(-1, keepdim=True)
        spread = (square - where.square().sum(-1, keepdim=True)).clamp(min=1e-4).sqrt() * 4.0
        found = torch.cat((weights @ seen.values, where * 4.0 - 2.0, sure, spread), -1)
        return Looked(found, scores)
