# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The embedded policy's network: two cameras, one sentence, the arm's state -> a chunk of rows.

Language asks, each camera looks, what was found asks again, a transformer fuses, a head answers.
"""

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from vla_ros.model.attention import ATTENTION_HEADS, TransformerLayer
from vla_ros.model.heads import HEADS, Chunk
from vla_ros.model.text import TextEncoder
from vla_ros.model.vision import FOUND, KEY, CameraEncoder, CameraMap, Looked

POINTS = 3  # Queries whose attention is supervised: the object, its goal, the thing named there.


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
        head: Key of `HEADS`.
        rows_per_token: Rows that one token of the fusion answers.
        queries: Places each camera looks for; the first `POINTS` are supervised.
        width: Width of the fusion transformer.
        layers: Layers of the fusion transformer.
        text_width: Width of the language encoder.
        text_layers: Layers of the language encoder.
    """

    vocabulary: int
    text_length: int
    cameras: tuple[CameraShape, ...]
    state_mean: tuple[float, ...]
    state_scale: tuple[float, ...]
    action_scale: tuple[float, ...]
    horizon: int
    head: str = "regression"
    rows_per_token: int = 2
    queries: int = 6
    width: int = 160
    layers: int = 3
    text_width: int = 96
    text_layers: int = 2


class Understood(NamedTuple):
    """What the network makes of its inputs, before a head turns it into motion.

    Attributes:
        features: For the head. Shape (B, T / rows per token, W).
        progress: Logit. Shape (B,).
        done: Logit. Shape (B,).
        grounded: Logit of "this can be carried out here". Shape (B,).
        attention: Per camera and per look, scores of the points. Shape (B, POINTS, G * G).
        offsets: The points relative to the tool, divided by the first three action scales.
            Shape (B, POINTS, 3).
    """

    features: Tensor
    progress: Tensor
    done: Tensor
    grounded: Tensor
    attention: tuple[tuple[Tensor, Tensor], ...]
    offsets: Tensor


class VlaNetwork(nn.Module):
    """Understands a scene and a sentence, and answers with a chunk."""

    def __init__(self, shape: NetworkShape) -> None:
        super().__init__()
        self.shape = shape
        cameras, width, state = len(shape.cameras), shape.width, len(shape.state_mean)
        asked = cameras * shape.queries
        self.text = TextEncoder(
            vocabulary=shape.vocabulary,
            length=shape.text_length,
            width=shape.text_width,
            layers=shape.text_layers,
            slots=asked,
        )
        self.first_query = nn.Sequential(
            nn.Linear(shape.text_width + state, 128), nn.GELU(), nn.Linear(128, KEY)
        )
        self.cameras = nn.ModuleList(
            CameraEncoder(
                channels=camera.channels,
                grid=camera.grid,
                size=camera.size,
            )
            for camera in shape.cameras
        )
        self.found = nn.ModuleList(nn.Linear(FOUND, width) for _ in range(2))
        self.slot = nn.Linear(shape.text_width, width)
        self.whole = nn.ModuleList(nn.Linear(c.channels, width) for c in shape.cameras)
        self.state = nn.Sequential(nn.Linear(state, width), nn.GELU(), nn.Linear(width, width))
        self.sentence = nn.Linear(shape.text_width, width)
        around = cameras + 2
        self.kinds = nn.ParameterList(
            nn.Parameter(torch.randn(1, asked + around, width) * 0.3) for _ in range(2)
        )
        self.compare = TransformerLayer(width, ATTENTION_HEADS)
        self.second_query = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, KEY))
        answers = shape.horizon // shape.rows_per_token + 1
        self.answers = nn.Parameter(torch.randn(1, answers, width) * 0.3)
        self.fusion = nn.ModuleList(
            TransformerLayer(width, ATTENTION_HEADS) for _ in range(shape.layers)
        )
        self.head = HEADS[shape.head](
            width, shape.horizon, len(shape.action_scale), shape.rows_per_token
        )
        self.task_head = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, 3 + 3 * POINTS))
        self.register_buffer("state_mean", torch.tensor(shape.state_mean))
        self.register_buffer("state_scale", torch.tensor(shape.state_scale))

    def forward(
        self, pictures: tuple[Tensor, ...], state: Tensor, tokens: Tensor
    ) -> tuple[Understood, Chunk]:
        """Understand and answer; arguments as `understand`."""
        understood = self.understand(pictures, state, tokens)
        return understood, self.head(understood.features)

    def understand(
        self, pictures: tuple[Tensor, ...], state: Tensor, tokens: Tensor
    ) -> Understood:
        """Understand B sentences, K of them for each of B / K scenes, one after the other.

        Args:
            pictures: One per camera, RGB in -1..1. Shape (B / K, 3, H, W).
            state: SI units. Shape (B / K, S).
            tokens: Word numbers. Shape (B, L).
        """
        sentence, slots = self.text(tokens)
        each = len(tokens) // len(state) if self.training else 1
        state = _for_each((state - self.state_mean) / self.state_scale, each)
        maps = [camera(picture) for camera, picture in zip(self.cameras, pictures, strict=True)]
        around = [
            *(
                _for_each(whole(seen.whole)[:, None], each)
                for whole, seen in zip(self.whole, maps, strict=True)
            ),
            self.state(state)[:, None],
            self.sentence(sentence)[:, None],
        ]
        query = self.first_query(
            torch.cat((slots, state[:, None].expand(-1, slots.shape[1], -1)), -1)
        )
        first, found = self._look(maps, query, each)
        told = self.found[0](found) + self.slot(slots)
        told = self.compare(torch.cat((told, *around), 1) + self.kinds[0])[:, : slots.shape[1]]
        second, found = self._look(maps, self.second_query(told), each)
        told = torch.cat((told + self.found[1](found), *around), 1) + self.kinds[1]
        fused = torch.cat((told, self.answers.expand(tokens.shape[0], -1, -1)), 1)
        for layer in self.fusion:
            fused = layer(fused)
        task = self.task_head(fused[:, -1])
        return Understood(
            features=fused[:, -self.answers.shape[1] : -1],
            progress=task[:, 0],
            done=task[:, 1],
            grounded=task[:, 2],
            attention=tuple(
                (a.scores[:, :POINTS], b.scores[:, :POINTS])
                for a, b in zip(first, second, strict=True)
            ),
            offsets=task[:, 3:].reshape(-1, POINTS, 3),
        )

    def _look(
        self, maps: list[CameraMap], queries: Tensor, each: int
    ) -> tuple[list[Looked], Tensor]:
        """Return what each camera found, and all of it in one. Shape (B, C * Q, FOUND)."""
        count = self.shape.queries
        looked = []
        for camera, seen, query in zip(self.cameras, maps, queries.split(count, 1), strict=True):
            # All the queries about one picture look at once.
            look = camera.look(seen, query.reshape(-1, each * count, KEY))
            looked.append(Looked(*(part.reshape(-1, count, part.shape[-1]) for part in look)))
        return looked, torch.cat([look.found for look in looked], 1)


def _for_each(scenes: Tensor, count: int) -> Tensor:
    """Return each scene `count` times."""
    return scenes if count == 1 else scenes.repeat_interleave(count, 0)
