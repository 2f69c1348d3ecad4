# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Language encoder: from word numbers to a sentence vector and a few slots that ask for parts."""

import math

import torch
from torch import Tensor, nn

from vla_ros.model.attention import ATTENTION_HEADS, TransformerLayer


class TextEncoder(nn.Module):
    """Embeds a padded sentence; learned slots each pick the words they need."""

    def __init__(
        self, *, vocabulary: int, length: int, width: int, layers: int, slots: int
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width)
        self.position = nn.Parameter(torch.randn(1, length, width) * 0.02)
        self.layers = nn.ModuleList(
            TransformerLayer(width, ATTENTION_HEADS) for _ in range(layers)
        )
        self.norm = nn.LayerNorm(width)
        self.slots = nn.Parameter(torch.randn(slots, width) * 0.5)
        self.key = nn.Linear(width, width)
        self.value = nn.Linear(width, width)
        self._scale = 1.0 / math.sqrt(width)

    def forward(self, tokens: Tensor) -> tuple[Tensor, Tensor]:
        """Return the sentence vector (B, D) and the slots (B, S, D).

        Args:
            tokens: Word numbers, 0 is padding. Shape (B, L).
        """
        padding = tokens == 0
        words = self.embedding(tokens) + self.position
        for layer in self.layers:
            words = layer(words, padding)
        words = self.norm(words)
        present = (~padding).to(words.dtype).unsqueeze(-1)
        sentence = (words * present).sum(1) / present.sum(1).clamp(min=1.0)
        scores = self.slots @ self.key(words).transpose(1, 2) * self._scale
        weights = scores.masked_fill(padding[:, None], -1e4).softmax(-1)
        return sentence, weights @ self.value(words)
