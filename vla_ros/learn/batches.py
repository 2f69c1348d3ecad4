# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Random batches of demonstrations, as tensors; batch n of a seed is always the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vla_ros.errors import ConfigError
from vla_ros.learn.dataset import Frames
from vla_ros.policy.language import Vocabulary, split_words
from vla_ros.spelling import put_right
from vla_ros.types import ImageArray

_BRIGHTNESS, _TINT, _PIXEL_NOISE = 0.15, 0.05, 0.01
_NOISE = 1 << 20  # Numbers of pixel noise that are drawn once; each picture gets a piece of them.
_STATE_NOISE = {"gripper": 0.02, "tool_sin_yaw": 0.005, "tool_cos_yaw": 0.005}
_POSITION_NOISE_M = 0.002


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Batch:
    """B frames with K instructions each, for one step of training; see `Frames` for the units.

    Attributes:
        pictures: One per camera, RGB in -1..1. Shape (B, 3, H, W).
        state: Shape (B, S).
        tokens: Shape (B * K, L), the instructions of a frame one after the other, as below.
        grounded: Shape (B * K,).
        rows: Shape (B * K, T, A).
        gripper: Shape (B * K, T).
        counts: 1 for each row that is a label, else 0. Shape (B * K, T).
        progress: Shape (B * K,); as those below, NaN where there is no label.
        done: Shape (B * K,).
        pixels: Shape (B * K, C, 3, 2).
        offsets_m: Shape (B * K, 3, 3).
    """

    pictures: tuple[Tensor, ...]
    state: Tensor
    tokens: Tensor
    grounded: Tensor
    rows: Tensor
    gripper: Tensor
    counts: Tensor
    progress: Tensor
    done: Tensor
    pixels: Tensor
    offsets_m: Tensor


class Batches:
    """Draws batches from shards held in memory."""

    def __init__(
        self,
        demonstrations: Sequence[Frames],
        vocabulary: Vocabulary,
        state: tuple[str, ...],
        seed: int,
        *,
        corrections: Sequence[Frames] = (),
        share: float = 0.0,
        gripper_stroke: float = 1.0,
    ) -> None:
        """Encode the sentences.

        Args:
            demonstrations: At least one shard.
            vocabulary: Of the policy.
            state: Names of the state numbers.
            seed: Of everything that is drawn.
            corrections: Shards of a second kind.
            share: Their share of a batch.
            gripper_stroke: Between closed and open, as the state writes the gripper.

        Raises:
            ConfigError: A sentence is longer than the vocabulary allows.
        """
        shards = self._shards = [*demonstrations, *corrections]
        self._seed = seed
        self._demonstrated = sum(map(len, demonstrations))
        self._share = share if corrections else 0.0
        self._noise = np.array([_STATE_NOISE.get(k, _POSITION_NOISE_M) for k in state], np.float32)
        self._noise[[k == "gripper" for k in state]] *= gripper_stroke
        lengths = [len(shard) for shard in shards]
        self._shard_of = np.repeat(np.arange(len(shards)), lengths)
        self._frame_of = np.concatenate([np.arange(n) for n in lengths])
        self._tokens = [_encode(shard, vocabulary) for shard in shards]

    def __len__(self) -> int:
        """Return the number of frames."""
        return len(self._shard_of)

    def state_statistics(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Return mean and standard deviation of each state number."""
        state = np.concatenate([shard.state for shard in self._shards])
        return tuple(state.mean(0).tolist()), tuple((state.std(0) + 1e-3).tolist())

    def draw(self, number: int, frames: int) -> Batch:
        """Return batch `number` of some frames, each with all its instructions."""
        # Rounds differ in how much there is to learn from, so each draws its own.
        rng = np.random.default_rng([self._seed, 5, number, len(self)])
        picks = rng.integers(self._demonstrated, size=frames)
        corrected = rng.random(frames) < self._share
        if corrected.any():
            others = rng.integers(self._demonstrated, len(self), size=frames)
            picks = np.where(corrected, others, picks)
        places = list(zip(self._shard_of[picks], self._frame_of[picks], strict=True))

        def gather(name: str) -> Tensor:
            arrays = [getattr(self._shards[s], name)[f] for s, f in places]
            return torch.from_numpy(np.concatenate(arrays)).float()

        images = [self._shards[s].images(int(f)) for s, f in places]
        state = np.stack([self._shards[s].state[f] for s, f in places])
        state += rng.normal(0.0, 1.0, state.shape).astype(np.float32) * self._noise
        rows = gather("rows")
        return Batch(
            pictures=tuple(_augmented(np.stack(i), rng) for i in zip(*images, strict=True)),
            state=torch.from_numpy(state),
            tokens=torch.from_numpy(np.concatenate([self._tokens[s][f] for s, f in places])),
            grounded=gather("grounded"),
            rows=rows,
            gripper=gather("gripper"),
            counts=(torch.arange(rows.shape[1]) < gather("steps")[:, None]).float(),
            progress=gather("progress"),
            done=gather("done"),
            pixels=gather("pixels"),
            offsets_m=gather("offsets_m"),
        )


def _encode(shard: Frames, vocabulary: Vocabulary) -> NDArray[np.int64]:
    """Return the numbers of the words of all sentences; unknown words are left out.

    Those come only in sentences that cannot be carried out, and are refused before the policy
    reads them.

    Raises:
        ConfigError: A sentence is longer than the vocabulary allows.
    """
    number = {word: n for n, word in enumerate(vocabulary.words)}
    known = frozenset(vocabulary.words[1:])
    tokens = np.zeros((*shard.sentences.shape, vocabulary.length), np.int64)
    for place in np.ndindex(*shard.sentences.shape):
        sentence = str(shard.sentences[place])
        words = put_right(split_words(sentence), known)
        numbers = [number[word] for word in words if word in known]
        if len(numbers) > vocabulary.length:
            raise ConfigError(
                f"'{sentence}' has {len(numbers)} words that the network reads, wanted at most "
                f"network.text_length = {vocabulary.length}; set that to {len(numbers)} or more "
                "and train in another folder"
            )
        tokens[place][: len(numbers)] = numbers
    return tokens


def _augmented(images: ImageArray, rng: np.random.Generator) -> Tensor:
    """Return pictures (B, H, W, 3) uint8 as -1..1 (B, 3, H, W) under slightly other light."""
    count = len(images)
    gain = (1.0 + rng.normal(0.0, _BRIGHTNESS, (count, 1))) * (
        1.0 + rng.normal(0.0, _TINT, (count, 3))
    )
    shift = rng.normal(0.0, _TINT, (count, 1))
    pictures = torch.from_numpy(images).permute(0, 3, 1, 2).float()
    gains = torch.from_numpy(gain.astype(np.float32))[:, :, None, None]
    shifts = torch.from_numpy(shift.astype(np.float32))[:, :, None, None]
    varied = (pictures * (gains / 127.5)).add_(shifts * 2.0 - 1.0)
    for picture in varied:
        picture.add_(_noise(picture.shape, rng), alpha=2.0 * _PIXEL_NOISE)
    return varied.clamp_(-1.0, 1.0)


def _noise(shape: torch.Size, rng: np.random.Generator) -> Tensor:
    first = int(rng.integers(_NOISE))
    return _endless_noise(shape.numel())[first : first + shape.numel()].view(shape)


@cache
def _endless_noise(piece: int) -> Tensor:
    """Return noise in which a piece of some size can start at each of `_NOISE` places."""
    noise = np.random.default_rng(0).standard_normal(_NOISE, np.float32)
    return torch.from_numpy(np.resize(noise, _NOISE + piece))
