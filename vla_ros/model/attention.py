# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A transformer layer that exports to plain ONNX operators."""

import math

from torch import Tensor, nn

ATTENTION_HEADS = 4  # Of every layer; the width is a multiple of it.


class TransformerLayer(nn.Module):
    """Pre-norm self-attention and feed-forward, each with a residual."""

    def __init__(self, width: int, heads: int, expansion: int = 3) -> None:
        super().__init__()
        self._heads = heads
        self.norm_attention = nn.LayerNorm(width)
        self.query_key_value = nn.Linear(width, 3 * width)
        self.project = nn.Linear(width, width)
        self.norm_feed = nn.LayerNorm(width)
        self.feed = nn.Sequential(
            nn.Linear(width, expansion * width), nn.GELU(), nn.Linear(expansion * width, width)
        )

    def forward(self, tokens: Tensor, padding: Tensor | None = None) -> Tensor:
        """Return tokens that have looked at each other.

        Args:
            tokens: Shape (B, N, D).
            padding: True where nothing is to be looked at, shape (B, N).
        """
        tokens = tokens + self.project(self._attend(self.norm_attention(tokens), padding))
        return tokens + self.feed(self.norm_feed(tokens))

    def _attend(self, tokens: Tensor, padding: Tensor | None) -> Tensor:
        batch, count, width = tokens.shape
        split = self.query_key_value(tokens).view(
            batch, count, 3, self._heads, width // self._heads
        )
        query, key, value = split.permute(2, 0, 3, 1, 4)
        # Not torch's fused attention: on a CPU in bfloat16 its gradient takes six times as long.
        scores = (query / math.sqrt(width // self._heads)) @ key.transpose(-2, -1)
        if padding is not None:
            scores = scores.masked_fill(padding[:, None, None, :], -1e4)
        mixed = scores.softmax(-1) @ value
        return mixed.transpose(1, 2).reshape(batch, count, width)
