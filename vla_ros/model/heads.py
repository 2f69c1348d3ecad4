# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Action heads: from what the network understood to a chunk of rows, in three ways of the field.

Every head gets one feature vector per few rows and answers rows in units of the action scale, the
gripper as the logit of "open", and how sure it is. A head also knows what it is to be blamed for.
"""

import math
from typing import NamedTuple, Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional

from vla_ros.model.attention import ATTENTION_HEADS, TransformerLayer

_FAR_ROW_WEIGHT = 0.3
_GRIPPER_WEIGHT = 0.5
_LEAST_SPREAD = 0.02
_BINS = 256
_REACH_AT_ONCE, _REACH_PER_ROW = 0.2, 0.3  # How far a row can be, in action scales.
_FLOW_STEPS = 5
_SAMPLES = 4
_TIME_WIDTH = 32


class Chunk(NamedTuple):
    """What a head says.

    Attributes:
        rows: Divided by the action scale. Shape (B, T, A).
        gripper: Logit of "open". Shape (B, T).
        spread: How far a row may be off, all its numbers together, in the same units. Shape (B,).
    """

    rows: Tensor
    gripper: Tensor
    spread: Tensor


class ActionHead(Protocol):
    """What the network and the losses need of a head."""

    def __call__(self, features: Tensor) -> Chunk:
        """Answer. `features` has the shape (B, N, W), T / N rows each."""

    def blame(self, features: Tensor, rows: Tensor, gripper: Tensor, counts: Tensor) -> Tensor:
        """Return how wrong it is, per sample. Shape (B,).

        Args:
            features: As above.
            rows: What would have been right, divided by the action scale. Shape (B, T, A).
            gripper: The same of the gripper, 0 to 1. Shape (B, T).
            counts: 1 for each row that it is blamed for, else 0. Shape (B, T).
        """

    def resolution(self) -> Tensor:
        """Return how far apart the rows lie that it can answer, divided by the action scale.

        The shape broadcasts to (T, A); 0 where rows are continuous.
        """


def row_weights(horizon: int) -> Tensor:
    """Return how much each row counts: near ones more, since far ones are planned anew. Mean 1."""
    weights = torch.linspace(1.0, _FAR_ROW_WEIGHT, horizon)
    return weights / weights.mean()


class RegressionHead(nn.Module):
    """Continuous rows at once, with an L1 loss (Zhao et al. 2023, "ACT", arXiv:2304.13705).

    Beside each row it tells a scale, as if the error were Laplace distributed.
    """

    def __init__(self, width: int, horizon: int, action: int, per_token: int) -> None:
        """Build it.

        Args:
            width: Of the features.
            horizon: Rows of a chunk.
            action: Numbers per row, without the gripper.
            per_token: Rows per feature vector.
        """
        super().__init__()
        self._horizon, self._action = horizon, action
        self.norm = nn.LayerNorm(width)
        self.row = nn.Linear(width, per_token * (action + 2))
        self.register_buffer("weight", row_weights(horizon), persistent=False)

    def forward(self, features: Tensor) -> Chunk:
        """Answer; see `ActionHead`."""
        rows, gripper, scale = self._say(features)
        return Chunk(rows, gripper, (scale * self.weight).mean(1))

    def blame(self, features: Tensor, rows: Tensor, gripper: Tensor, counts: Tensor) -> Tensor:
        """Return the loss per sample; see `ActionHead`."""
        said, opened, scale = self._say(features)
        off = (said - rows).abs().sum(-1)
        unsure = off.detach() / scale + scale.log()  # The scale follows the error, not vice versa.
        wrong = off + 0.1 * unsure + _gripper_blame(opened, gripper)
        return (wrong * self.weight * counts).mean(1)

    def resolution(self) -> Tensor:
        """Return that nothing between two rows is left out; see `ActionHead`."""
        return torch.zeros(1, 1)

    def _say(self, features: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        said = self.row(self.norm(features)).reshape(-1, self._horizon, self._action + 2)
        scale = functional.softplus(said[..., -1]) + _LEAST_SPREAD
        return said[..., : self._action], said[..., -2], scale


class TokenHead(nn.Module):
    """Each number of a row as one of 256 words (Brohan et al. 2022, "RT-1", arXiv:2212.06817).

    All words are said at once (Kim et al. 2025, "OpenVLA-OFT", arXiv:2502.19645). The bins of a
    row span what the tool can reach until then.
    """

    def __init__(self, width: int, horizon: int, action: int, per_token: int) -> None:
        """Build it; arguments as `RegressionHead`."""
        super().__init__()
        self._horizon, self._action = horizon, action
        self.norm = nn.LayerNorm(width)
        self.word = nn.Linear(width, per_token * action * _BINS)
        self.gripper = nn.Linear(width, per_token)
        reach = _REACH_AT_ONCE + _REACH_PER_ROW * torch.arange(1, horizon + 1)
        self.register_buffer("reach", reach[:, None], persistent=False)
        self.register_buffer("weight", row_weights(horizon), persistent=False)
        centers = (torch.arange(_BINS) + 0.5) * (2.0 / _BINS) - 1.0
        self.register_buffer("centers", centers, persistent=False)

    def forward(self, features: Tensor) -> Chunk:
        """Answer with the likeliest words; see `ActionHead`."""
        scores, gripper = self._say(features)
        chance = scores.softmax(-1)
        mean = chance @ self.centers
        variance = (chance @ self.centers.square() - mean.square()).clamp(min=0.0)
        rows = self.centers[scores.argmax(-1)] * self.reach
        spread = (variance.sqrt() * self.reach).sum(-1)
        return Chunk(rows, gripper, (spread * self.weight).mean(1))

    def blame(self, features: Tensor, rows: Tensor, gripper: Tensor, counts: Tensor) -> Tensor:
        """Return the cross-entropy per sample; see `ActionHead`."""
        scores, opened = self._say(features)
        right = ((rows / self.reach + 1.0) * (_BINS / 2)).long().clamp(0, _BINS - 1)
        missed = functional.cross_entropy(
            scores.flatten(0, -2), right.flatten(), reduction="none"
        ).view_as(rows)
        wrong = missed.mean(-1) + _gripper_blame(opened, gripper)
        return (wrong * self.weight * counts).mean(1)

    def resolution(self) -> Tensor:
        """Return the width of the bins; see `ActionHead`."""
        return self.reach * (2.0 / _BINS)

    def _say(self, features: Tensor) -> tuple[Tensor, Tensor]:
        features = self.norm(features)
        scores = self.word(features).reshape(-1, self._horizon, self._action, _BINS)
        return scores, self.gripper(features).reshape(-1, self._horizon)


class FlowHead(nn.Module):
    """Rows flow from noise, led by a learned velocity (Lipman et al. 2023, arXiv:2210.02747).

    As in Black et al. 2024, "pi0", arXiv:2410.24164, in a few Euler steps. The noise it starts
    from belongs to the network, so that the same observation always gets the same answer; it
    answers with the mean of its samples, and how far they lie apart tells how unsure it is.
    """

    def __init__(self, width: int, horizon: int, action: int, per_token: int) -> None:
        """Build it; arguments as `RegressionHead`."""
        super().__init__()
        self._action, self._tokens, self._per_token = action, horizon // per_token, per_token
        self.norm = nn.LayerNorm(width)
        self.gripper = nn.Linear(width, per_token)
        self.enter = nn.Linear(per_token * action + _TIME_WIDTH, width)
        self.layer = TransformerLayer(width, ATTENTION_HEADS)
        self.leave = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, per_token * action))
        self.register_buffer("noise", torch.randn(_SAMPLES, horizon, action))
        self.register_buffer("weight", row_weights(horizon), persistent=False)
        turns = math.pi * 2.0 ** torch.arange(_TIME_WIDTH // 2)
        self.register_buffer("turns", turns, persistent=False)

    def forward(self, features: Tensor) -> Chunk:
        """Answer; see `ActionHead`."""
        features = self.norm(features)
        gripper = self.gripper(features).flatten(1)
        every = features.repeat_interleave(_SAMPLES, 0)
        rows = self.noise.repeat(features.shape[0], 1, 1)
        for step in range(_FLOW_STEPS):
            now = torch.full_like(rows[:, 0, 0], step / _FLOW_STEPS)
            rows = rows + self._velocity(rows, now, every) / _FLOW_STEPS
        samples = rows.reshape(-1, _SAMPLES, *self.noise.shape[1:])
        mean = samples.mean(1)
        apart = (samples - mean[:, None]).abs().sum(-1).mean(1)
        return Chunk(mean, gripper, (apart * self.weight).mean(1))

    def blame(self, features: Tensor, rows: Tensor, gripper: Tensor, counts: Tensor) -> Tensor:
        """Return how wrong the velocity is at a random time, per sample; see `ActionHead`."""
        features = self.norm(features)
        noise = torch.randn_like(rows)
        now = torch.rand(len(rows)).square()  # Early, where noise is left, more often than late.
        between = torch.lerp(noise, rows, now[:, None, None])
        wrong = (self._velocity(between, now, features) - (rows - noise)).square().mean(-1)
        wrong = wrong + _gripper_blame(self.gripper(features).flatten(1), gripper)
        return (wrong * self.weight * counts).mean(1)

    def resolution(self) -> Tensor:
        """Return that nothing between two rows is left out; see `ActionHead`."""
        return torch.zeros(1, 1)

    def _velocity(self, rows: Tensor, now: Tensor, features: Tensor) -> Tensor:
        """Return where rows (B, T, A) flow at times (B,)."""
        angle = now[:, None] * self.turns
        time = torch.cat((angle.sin(), angle.cos()), -1)[:, None].expand(-1, self._tokens, -1)
        grouped = rows.reshape(-1, self._tokens, self._per_token * self._action)
        tokens = features + self.enter(torch.cat((grouped, time), -1))
        velocity: Tensor = self.leave(self.layer(tokens))
        return velocity.reshape(rows.shape)


HEADS: dict[str, type[RegressionHead] | type[TokenHead] | type[FlowHead]] = {
    "regression": RegressionHead,
    "tokens": TokenHead,
    "flow": FlowHead,
}


def _gripper_blame(logit: Tensor, wanted: Tensor) -> Tensor:
    wrong = functional.binary_cross_entropy_with_logits(logit, wanted, reduction="none")
    return _GRIPPER_WEIGHT * wrong
