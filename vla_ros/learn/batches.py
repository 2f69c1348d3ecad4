# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Random batches of demonstrations, as tensors; batch n of a seed is always the same."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from vla_ros.learn.dataset import Frames
from vla_ros.policy.language import Vocabulary
from vla_ros.sim.basic import WORDS

_BRIGHTNESS, _TINT = 0.12, 0.04
_STATE_NOISE = {"gripper": 0.02, "tool_sin_yaw": 0.005, "tool_cos_yaw": 0.005}
_POSITION_NOISE_M = 0.002
_SYNONYMS = {"in": "inside", "into": "inside", "the": "a"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Batch:
    """Samples for one step of training; see `Frames` for the units.

    Attributes:
        pictures: One per camera, RGB in -1..1. Shape (B, 3, H, W).
        state: Shape (B, S).
        tokens: Shape (B, L).
        rows: Shape (B, T, A).
        gripper: Shape (B, T).
        progress: Shape (B,).
        done: Shape (B,).
        pixels: Shape (B, C, 2, 2).
        offsets_m: Shape (B, 2, 3).
    """

    pictures: tuple[Tensor, ...]
    state: Tensor
    tokens: Tensor
    rows: Tensor
    gripper: Tensor
    progress: Tensor
    done: Tensor
    pixels: Tensor
    offsets_m: Tensor


def known_words() -> list[str]:
    """Return every word that the sentences of the demonstrations may use."""
    return sorted(WORDS)


def vary(sentence: str, rng: np.random.Generator) -> str:
    """Return a sentence, sometimes with other small words or a `please`."""
    words = sentence.split()
    if rng.random() < 0.25:
        words = [_SYNONYMS.get(word, word) if rng.random() < 0.5 else word for word in words]
    if rng.random() < 0.15:
        words = ["please", *words] if rng.random() < 0.5 else [*words, "please"]
    return " ".join(words)


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
    ) -> None:
        """Encode the sentences.

        Args:
            demonstrations: At least one shard.
            vocabulary: Of the policy.
            state: Names of the state numbers.
            seed: Of everything that is drawn.
            corrections: Shards of a second kind.
            share: Their share of a batch.
        """
        shards = self._shards = [*demonstrations, *corrections]
        self._seed = seed
        self._demonstrated = sum(map(len, demonstrations))
        self._share = share if corrections else 0.0
        self._noise = np.array([_STATE_NOISE.get(k, _POSITION_NOISE_M) for k in state], np.float32)
        lengths = [len(shard) for shard in shards]
        self._shard_of = np.repeat(np.arange(len(shards)), lengths)
        self._frame_of = np.concatenate([np.arange(n) for n in lengths])
        rng = np.random.default_rng([seed, 3])
        self._tokens = [_encode(shard, vocabulary, rng) for shard in shards]

    def __len__(self) -> int:
        """Return the number of frames."""
        return len(self._shard_of)

    def state_statistics(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Return mean and standard deviation of each state number."""
        state = np.concatenate([shard.state for shard in self._shards])
        return tuple(state.mean(0).tolist()), tuple((state.std(0) + 1e-3).tolist())

    def draw(self, number: int, size: int, what_if: float) -> Batch:
        """Return batch `number`.

        Args:
            number: Which one.
            size: Samples.
            what_if: Share of samples with an instruction that is not being carried out.
        """
        rng = np.random.default_rng([self._seed, 5, number])
        picks = rng.integers(self._demonstrated, size=size)
        corrected = rng.random(size) < self._share
        if corrected.any():
            others = rng.integers(self._demonstrated, len(self), size=size)
            picks = np.where(corrected, others, picks)
        which = (rng.random(size) < what_if).astype(int)
        places = list(zip(self._shard_of[picks], self._frame_of[picks], which, strict=True))

        def gather(name: str) -> Tensor:
            arrays = [getattr(self._shards[s], name)[f, k] for s, f, k in places]
            return torch.from_numpy(np.stack(arrays)).float()

        images = np.stack([self._shards[s].images[f] for s, f, _ in places])
        state = np.stack([self._shards[s].state[f] for s, f, _ in places])
        state += rng.normal(0.0, 1.0, state.shape).astype(np.float32) * self._noise
        return Batch(
            pictures=tuple(_augmented(images[:, c], rng) for c in range(images.shape[1])),
            state=torch.from_numpy(state),
            tokens=torch.from_numpy(np.stack([self._tokens[s][f, k] for s, f, k in places])),
            rows=gather("rows"),
            gripper=gather("gripper"),
            progress=gather("progress"),
            done=gather("done"),
            pixels=gather("pixels"),
            offsets_m=gather("offsets_m"),
        )


def _encode(shard: Frames, vocabulary: Vocabulary, rng: np.random.Generator) -> np.ndarray:
    known: dict[str, list[np.ndarray]] = {}
    tokens = np.zeros((*shard.sentences.shape, vocabulary.length), np.int64)
    for place in np.ndindex(*shard.sentences.shape):
        sentence = str(shard.sentences[place])
        variants = known.setdefault(sentence, [])
        if len(variants) < 8:
            variants.append(vocabulary.encode(vary(sentence, rng)))
        tokens[place] = variants[int(rng.integers(len(variants)))]
    return tokens


def _augmented(images: np.ndarray, rng: np.random.Generator) -> Tensor:
    """Return pictures (B, H, W, 3) uint8 as -1..1 (B, 3, H, W) under slightly other light."""
    count = len(images)
    gain = (1.0 + rng.normal(0.0, _BRIGHTNESS, (count, 1))) * (
        1.0 + rng.normal(0.0, _TINT, (count, 3))
    )
    shift = rng.normal(0.0, _TINT, (count, 1))
    pictures = torch.from_numpy(images).permute(0, 3, 1, 2).float()
    gains = torch.from_numpy(gain.astype(np.float32))[:, :, None, None]
    shifts = torch.from_numpy(shift.astype(np.float32))[:, :, None, None]
    return (pictures * (gains / 127.5)).add_(shifts * 2.0 - 1.0).clamp_(-1.0, 1.0)
