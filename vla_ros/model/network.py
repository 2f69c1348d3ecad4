# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The embedded policy's network: two cameras, one sentence, the arm's state -> a chunk of rows."""

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from vla_ros.model.attention import TransformerLayer
from vla_ros.model.text import TextEncoder
from vla_ros.model.vision import CameraEncoder

TARGET_QUERY, GOAL_QUERY = 0, 1  # The queries whose attention is supervised.


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraShape:
    """One camera of the network.

    Attributes:
        key: Name of the image.
        size: Side of the square picture [pixels].
        channels: Channels of its feature map.
        grid: Side of its feature map.
    """

    key: str
    size: int
    channels: int
    grid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkShape:
    """Sizes of a network; together with its weights it is the whole policy.

    Attributes:
        vocabulary: Number of words with padding.
        text_length: Longest sentence [words].
        cameras: In input order.
        state_mean: Mean of each state number; their count is the state's size.
        state_scale: Typical deviation of each state number.
        action_scale: Typical size of each number in a row, without the gripper.
        horizon: Rows per chunk.
        queries: Places each camera looks for.
        width: Width of the fusion transformer.
        text_width: Width of the language encoder.
        layers: Layers of the fusion transformer.
    """

    vocabulary: int
    text_length: int
    cameras: tuple[CameraShape, ...]
    state_mean: tuple[float, ...]
    state_scale: tuple[float, ...]
    action_scale: tuple[float, ...]
    horizon: int
    queries: int = 4
    width: int = 128
    text_width: int = 96
    layers: int = 2


class Prediction(NamedTuple):
    """What the network says; the last two are only for training.

    Attributes:
        rows: Divided by `action_scale`. Shape (B, T, A).
        gripper: Logit of "open". Shape (B, T).
        progress: Logit. Shape (B,).
        done: Logit. Shape (B,).
        attention: Per camera, scores of target and goal. Shape (B, 2, G * G).
        offsets: Target and goal relative to the tool, divided by the first three action scales.
            Shape (B, 2, 3).
    """

    rows: Tensor
    gripper: Tensor
    progress: Tensor
    done: Tensor
    attention: tuple[Tensor, ...]
    offsets: Tensor


class VlaNetwork(nn.Module):
    """Language asks, each camera looks, a transformer fuses, action tokens answer."""

    def __init__(self, shape: NetworkShape) -> None:
        super().__init__()
        self.shape = shape
        cameras, width, state = len(shape.cameras), shape.width, len(shape.state_mean)
        self.text = TextEncoder(
            shape.vocabulary, shape.text_length, shape.text_width, cameras * shape.queries
        )
        self.query = nn.Sequential(
            nn.Linear(shape.text_width + state, 128), nn.GELU(), nn.Linear(128, 64)
        )
        self.cameras = nn.ModuleList(
            CameraEncoder(
                channels=camera.channels,
                grid=camera.grid,
                size=camera.size,
                sentence=shape.text_width,
                width=width,
            )
            for camera in shape.cameras
        )
        self.state = nn.Sequential(nn.Linear(state, width), nn.GELU(), nn.Linear(width, width))
        self.sentence = nn.Linear(shape.text_width, width)
        seen = cameras * (shape.queries + 1) + 2
        self.token_kind = nn.Parameter(torch.randn(1, seen, width) * 0.3)
        self.row_tokens = nn.Parameter(torch.randn(1, shape.horizon, width) * 0.3)
        self.task_token = nn.Parameter(torch.randn(1, 1, width) * 0.3)
        self.fusion = nn.ModuleList(TransformerLayer(width, 4) for _ in range(shape.layers))
        self.row_head = nn.Sequential(
            nn.LayerNorm(width), nn.Linear(width, len(shape.action_scale) + 1)
        )
        self.task_head = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, 2 + 6))
        self.register_buffer("state_mean", torch.tensor(shape.state_mean))
        self.register_buffer("state_scale", torch.tensor(shape.state_scale))

    def forward(self, pictures: tuple[Tensor, ...], state: Tensor, tokens: Tensor) -> Prediction:
        """Predict a chunk.

        Args:
            pictures: One per camera, RGB in -1..1. Shape (B, 3, H, W).
            state: SI units. Shape (B, S).
            tokens: Word numbers. Shape (B, L).
        """
        batch, queries = state.shape[0], self.shape.queries
        state = (state - self.state_mean) / self.state_scale
        sentence, slots = self.text(tokens)
        asked = self.query(
            torch.cat((slots, state[:, None].expand(-1, slots.shape[1], -1)), -1)
        ).split(queries, 1)
        looked = [
            camera(picture, sentence, query)
            for camera, picture, query in zip(self.cameras, pictures, asked, strict=True)
        ]
        seen = [
            *(look.tokens for look in looked),
            self.state(state)[:, None],
            self.sentence(sentence)[:, None],
        ]
        fused = torch.cat(
            (
                torch.cat(seen, 1) + self.token_kind,
                self.row_tokens.expand(batch, -1, -1),
                self.task_token.expand(batch, -1, -1),
            ),
            1,
        )
        for layer in self.fusion:
            fused = layer(fused)
        rows = self.row_head(fused[:, -1 - self.shape.horizon : -1])
        task = self.task_head(fused[:, -1])
        return Prediction(
            rows=rows[..., :-1],
            gripper=rows[..., -1],
            progress=task[:, 0],
            done=task[:, 1],
            attention=tuple(look.attention[:, : GOAL_QUERY + 1] for look in looked),
            offsets=task[:, 2:].reshape(batch, 2, 3),
        )
