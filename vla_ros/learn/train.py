# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Behaviour cloning of the expert's chunks, on one thread, resumable, from one seed."""

import copy
import importlib
import json
import math
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from vla_ros.errors import ConfigError
from vla_ros.learn.batches import Batches, known_words
from vla_ros.learn.config import LearnConfig
from vla_ros.learn.dataset import Frames
from vla_ros.learn.losses import Losses, compute_losses
from vla_ros.model.network import CameraShape, NetworkShape, VlaNetwork
from vla_ros.policy.language import Vocabulary, make_vocabulary
from vla_ros.policy.spec import PolicyProfile

# A torch for GPUs brings triton. Loaded after Mesa's software renderer, which has an LLVM of its
# own, triton kills the process; the other way round both work.
with suppress(ImportError):
    importlib.import_module("triton")

CHECKPOINT = "checkpoint.pt"
CURVE = "curve.jsonl"
_REPORT_EVERY = 250
_LOWEST_RATE = 0.02  # Of the peak, at the end of the cosine.

Tell = Callable[[str], None]
Saved = Callable[[Path, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingReport:
    """How a training ended: batches done, wall time [s], mean losses of the last report."""

    steps: int
    wall_s: float
    losses: dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RoundTwo:
    """What a second round of training starts from.

    Attributes:
        checkpoint: Of the first round.
        corrections: What the policy of the first round did, labelled by the expert.
    """

    checkpoint: Path
    corrections: list[Frames]


class Trainer:
    """One round of training, with everything it keeps in one folder."""

    def __init__(
        self,
        config: LearnConfig,
        profile: PolicyProfile,
        folder: Path,
        shards: list[Frames],
        round_two: RoundTwo | None = None,
    ) -> None:
        """Build network and optimiser; continue from the folder's checkpoint if there is one.

        Args:
            config: How to train.
            profile: Policy the network is for.
            folder: Where checkpoints go.
            shards: Demonstrations.
            round_two: What a second round starts from; None for the first.

        Raises:
            ConfigError: A checkpoint does not fit.
        """
        torch.set_num_threads(1)
        torch.set_flush_denormal(True)
        torch.manual_seed(config.seed)
        self._config = config
        self._training = config.training
        self._folder = folder
        self.vocabulary = make_vocabulary(known_words(), config.network.text_length)
        self._batches = _make_batches(config, profile, self.vocabulary, shards, round_two)
        self.shape = make_shape(config, profile, self.vocabulary, self._batches)
        if round_two is not None and config.corrections is not None:
            update = {"steps": config.corrections.steps, "peak_rate": config.corrections.peak_rate}
            self._training = config.training.model_copy(update=update)
            self.shape = load_trained(round_two.checkpoint)[0].shape
        network = VlaNetwork(self.shape)
        if round_two is not None:
            network.load_state_dict(load_trained(round_two.checkpoint)[0].state_dict())
        self._network = network.to(memory_format=torch.channels_last)
        self._mean = copy.deepcopy(self._network)
        self._optimiser = torch.optim.AdamW(
            self._network.parameters(), weight_decay=config.training.weight_decay
        )
        self.step = 0
        if self.checkpoint.is_file():
            self._resume(self.checkpoint)

    @property
    def parameters(self) -> int:
        """Number of weights."""
        return sum(p.numel() for p in self._network.parameters())

    @property
    def frames(self) -> int:
        """Number of frames it learns from."""
        return len(self._batches)

    @property
    def checkpoint(self) -> Path:
        """Where the newest checkpoint lies, or will lie."""
        return self._folder / CHECKPOINT

    def run(self, tell: Tell, saved: Saved) -> TrainingReport:
        """Train to the end of the step budget.

        Args:
            tell: Gets a progress line every few hundred batches.
            saved: Called with the path and the step after each checkpoint.
        """
        training = self._training
        began, began_step = time.monotonic(), self.step
        sums = torch.zeros(len(Losses._fields))
        means: dict[str, float] = {}
        while self.step < training.steps:
            sums += torch.stack([loss.detach() for loss in self._advance()])
            if self.step % _REPORT_EVERY == 0:
                means = dict(zip(Losses._fields, (sums / _REPORT_EVERY).tolist(), strict=True))
                sums.zero_()
                rate = (self.step - began_step) * training.batch / (time.monotonic() - began)
                self._note(means, rate)
                tell(_line(self.step, training.steps, means, rate))
            if self.step % training.save_every == 0 or self.step == training.steps:
                saved(self._save(), self.step)
        return TrainingReport(steps=self.step, wall_s=time.monotonic() - began, losses=means)

    def _advance(self) -> Losses:
        training = self._training
        batch = self._batches.draw(self.step, training.batch, training.what_if)
        for group in self._optimiser.param_groups:
            group["lr"] = training.peak_rate * rate_factor(
                self.step, training.steps, training.warmup_steps
            )
        said = self._network(batch.pictures, batch.state, batch.tokens)
        losses = compute_losses(said, batch, self.shape, self._config.losses)
        self._optimiser.zero_grad(set_to_none=True)
        losses.total.backward()
        nn.utils.clip_grad_norm_(self._network.parameters(), 1.0)
        self._optimiser.step()
        self.step += 1
        self._average()
        return losses

    @torch.no_grad()
    def _average(self) -> None:
        decay = min(self._training.ema_decay, 1.0 - 1.0 / (0.1 * self.step + 2.0))
        mean, now = list(self._mean.parameters()), list(self._network.parameters())
        torch._foreach_lerp_(mean, now, 1.0 - decay)

    def _save(self) -> Path:
        self._folder.mkdir(parents=True, exist_ok=True)
        part = self._folder / (CHECKPOINT + ".part")
        torch.save(
            {
                "shape": asdict(self.shape),
                "words": list(self.vocabulary.words),
                "network": self._network.state_dict(),
                "mean": self._mean.state_dict(),
                "optimiser": self._optimiser.state_dict(),
                "step": self.step,
            },
            part,
        )
        part.rename(self.checkpoint)
        return self.checkpoint

    def _resume(self, path: Path) -> None:
        saved = _load(path)
        if saved["words"] != list(self.vocabulary.words):
            raise ConfigError(f"{path}: was trained with another vocabulary; use another folder")
        try:
            self._network.load_state_dict(saved["network"])
            self._mean.load_state_dict(saved["mean"])
            self._optimiser.load_state_dict(saved["optimiser"])
        except (RuntimeError, ValueError) as e:
            raise ConfigError(f"{path}: is of another network: {e}; use another folder") from e
        self.shape = shape_from(saved["shape"])
        self.step = int(saved["step"])

    def _note(self, means: dict[str, float], rate: float) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / CURVE).open("a", encoding="utf-8") as file:
            file.write(json.dumps({"step": self.step, "samples_per_s": rate, **means}) + "\n")


def _make_batches(
    config: LearnConfig,
    profile: PolicyProfile,
    vocabulary: Vocabulary,
    shards: list[Frames],
    round_two: RoundTwo | None,
) -> Batches:
    if round_two is None or config.corrections is None:
        return Batches(shards, vocabulary, profile.state, config.seed)
    return Batches(
        shards,
        vocabulary,
        profile.state,
        config.seed + 1,
        corrections=round_two.corrections,
        share=config.corrections.share,
    )


def make_shape(
    config: LearnConfig, profile: PolicyProfile, vocabulary: Vocabulary, batches: Batches
) -> NetworkShape:
    """Return the sizes of the network, with statistics of the demonstrations."""
    network = config.network
    mean, scale = batches.state_statistics()
    return NetworkShape(
        vocabulary=len(vocabulary.words),
        text_length=vocabulary.length,
        cameras=tuple(CameraShape(**camera.model_dump()) for camera in network.cameras),
        state_mean=mean,
        state_scale=scale,
        action_scale=network.action_scale,
        horizon=profile.action.horizon,
        queries=network.queries,
        width=network.width,
        text_width=network.text_width,
        layers=network.layers,
    )


def load_trained(path: Path) -> tuple[VlaNetwork, Vocabulary, int]:
    """Return the averaged network of a checkpoint, its vocabulary and its step.

    Raises:
        ConfigError: The file is missing or no checkpoint.
    """
    saved = _load(path)
    shape = shape_from(saved["shape"])
    network = VlaNetwork(shape)
    network.load_state_dict(saved["mean"])
    words = Vocabulary(words=tuple(saved["words"]), length=shape.text_length)
    return network.eval(), words, int(saved["step"])


def shape_from(saved: dict[str, Any]) -> NetworkShape:
    """Return the sizes that a checkpoint holds."""
    cameras = tuple(CameraShape(**camera) for camera in saved["cameras"])
    lists: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in saved.items()}
    return NetworkShape(**{**lists, "cameras": cameras})


def rate_factor(step: int, steps: int, warmup: int) -> float:
    """Return the learning rate of a step as a fraction of the peak."""
    rise = min(1.0, (step + 1) / warmup)
    cosine = 0.5 * (1.0 + math.cos(math.pi * min(1.0, step / steps)))
    return rise * (_LOWEST_RATE + (1.0 - _LOWEST_RATE) * cosine)


def _load(path: Path) -> dict[str, Any]:
    try:
        saved: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as e:  # torch raises many unrelated types.
        raise ConfigError(f"{path}: is not a checkpoint that can be read: {e}") from e
    return saved


def _line(step: int, steps: int, means: dict[str, float], rate: float) -> str:
    losses = " ".join(f"{name}={value:.4f}" for name, value in means.items())
    return f"step {step}/{steps} {losses} samples_per_s={rate:.0f}"
