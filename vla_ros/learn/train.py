# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Behaviour cloning of the expert's chunks, resumable, from one seed.

Several processes, one thread each, compute gradients of batches of their own, and all take the
same step with the mean. On a CPU that is twice as fast as one process with two threads.
"""

import copy
import importlib
import json
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from torch import distributed, nn

from vla_ros.errors import ConfigError
from vla_ros.learn.batches import Batches
from vla_ros.learn.checkpoint import load_trained, read_checkpoint
from vla_ros.learn.config import CorrectionConfig, LearnConfig, OptimiserConfig
from vla_ros.learn.curve import cut_curve
from vla_ros.learn.dataset import Frames, read_demonstrations
from vla_ros.learn.fast import choose_compare, multiply_in_bfloat16, takes_bfloat16
from vla_ros.learn.foreign import read_foreign
from vla_ros.learn.kept import FOLDER
from vla_ros.learn.losses import Losses
from vla_ros.learn.progress import Watch, unseen
from vla_ros.model.network import CameraShape, NetworkShape, VlaNetwork
from vla_ros.policy.language import Vocabulary, make_vocabulary
from vla_ros.policy.spec import PolicyProfile
from vla_ros.sim.tasks import known_words

# A torch for GPUs brings triton. Loaded after Mesa's software renderer, which has an LLVM of its
# own, triton kills the process; the other way round both work.
with suppress(ImportError):
    importlib.import_module("triton")

CHECKPOINT = "checkpoint.pt"
CURVE = "curve.jsonl"
_REPORT_EVERY = 250  # Steps at most; in a short training there are ten reports.
_LOWEST_RATE = 0.02  # Of the peak, at the end.

Tell = Callable[[str], None]
Saved = Callable[[Path, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """A round of training after the first.

    Attributes:
        checkpoint: Of the round before.
        corrections: Folders with what the policies of the rounds before did, labelled by the
            expert.
        settings: How this round goes.
    """

    checkpoint: Path
    corrections: tuple[Path, ...]
    settings: CorrectionConfig


class Trainer:
    """One round of training, with everything it keeps in one folder."""

    def __init__(
        self,
        config: LearnConfig,
        profile: PolicyProfile,
        folder: Path,
        demonstrations: Path,
        later: Round | None = None,
    ) -> None:
        """Build network and optimiser; continue from the folder's checkpoint if there is one.

        Args:
            config: How to train.
            profile: Policy the network is for.
            folder: Where checkpoints go.
            demonstrations: Folder of the demonstrations, if the config has no dataset.
            later: What a later round starts from; None for the first.

        Raises:
            ConfigError: A checkpoint does not fit, or what it shall learn from.
        """
        torch.set_num_threads(1)
        torch.set_flush_denormal(True)
        torch.manual_seed(config.seed)
        self._config = config
        self._training = config.training
        self._folder = folder
        self._rank, self._workers = 0, 1
        if distributed.is_initialized():
            self._rank, self._workers = distributed.get_rank(), distributed.get_world_size()
        shown, words = _read(config, profile, demonstrations, folder)
        self.vocabulary = make_vocabulary(words, config.network.text_length)
        self._batches = Batches(
            shown,
            self.vocabulary,
            profile.state,
            config.seed,
            corrections=read_demonstrations(later.corrections, profile) if later else (),
            share=later.settings.share if later else 0.0,
            gripper_stroke=abs(profile.state_gripper.open - profile.state_gripper.closed),
        )
        if later is None:
            self.network = VlaNetwork(
                make_shape(config, profile, self.vocabulary, self._batches.state_statistics())
            )
        else:
            settings = later.settings
            update = {"steps": settings.steps, "peak_rate": settings.peak_rate}
            self._training = config.training.model_copy(update=update)
            self.network = load_trained(later.checkpoint)[0].train()
        self.network = self.network.to(memory_format=torch.channels_last)
        self._mean = copy.deepcopy(self.network)
        if takes_bfloat16(self._training):
            multiply_in_bfloat16(self.network)
        self._compare = choose_compare(self._training)
        self._optimiser = torch.optim.AdamW(
            self.network.parameters(), weight_decay=config.training.weight_decay, fused=True
        )
        self.step = 0
        if self.checkpoint.is_file():
            self._resume(self.checkpoint)
        if self.leads:
            cut_curve(self._folder / CURVE, self.step)

    @property
    def shape(self) -> NetworkShape:
        """Sizes of the network."""
        return self.network.shape

    @property
    def leads(self) -> bool:
        """It is the one process that tells and saves."""
        return self._rank == 0

    @property
    def parameters(self) -> int:
        """Number of weights."""
        return sum(p.numel() for p in self.network.parameters())

    @property
    def frames(self) -> int:
        """Number of frames it learns from."""
        return len(self._batches)

    @property
    def checkpoint(self) -> Path:
        """Where the newest checkpoint lies, or will lie."""
        return self._folder / CHECKPOINT

    def run(self, tell: Tell, saved: Saved, watch: Watch = unseen) -> None:
        """Train to the end of the step budget.

        Args:
            tell: Gets a line of mean losses every few hundred batches, and at the end.
            saved: Called with the path and the step after each checkpoint.
            watch: Gets the step after every batch.
        """
        training = self._training
        if not self.leads:
            watch = unseen
        every = max(1, min(_REPORT_EVERY, training.steps // 10))
        began, began_step = time.monotonic(), self.step
        sums, reported_step = torch.zeros(len(Losses._fields)), self.step
        watch(self.step, training.steps)
        while self.step < training.steps:
            sums += torch.stack([loss.detach() for loss in self.advance()])
            watch(self.step, training.steps)
            at_end = self.step == training.steps
            if at_end or self.step % every == 0:
                values = (sums / (self.step - reported_step)).tolist()
                means = dict(zip(Losses._fields, values, strict=True))
                sums.zero_()
                reported_step = self.step
                frames = (self.step - began_step) * training.frames * self._workers
                rate = frames / (time.monotonic() - began)
                if self.leads:
                    self._note(means, rate)
                    tell(_line(self.step, training.steps, means, rate))
            if self.leads and (at_end or self.step % training.save_every == 0):
                saved(self._save(), self.step)

    def advance(self) -> Losses:
        """Take one step, together with the other processes."""
        training = self._training
        number = self.step * self._workers + self._rank
        torch.manual_seed(_noise_seed(self._config.seed, number))
        batch = self._batches.draw(number, training.frames)
        for group in self._optimiser.param_groups:
            group["lr"] = training.peak_rate * rate_factor(self.step, training)
        losses = self._compare(self.network, batch, self._config.losses)
        self._optimiser.zero_grad(set_to_none=True)
        losses.total.backward()
        if self._workers > 1:
            _share_gradients(self.network, self._workers)
        nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self._optimiser.step()
        self.step += 1
        self._average()
        return losses

    @torch.no_grad()
    def _average(self) -> None:
        decay = min(self._training.ema_decay, 1.0 - 1.0 / (0.1 * self.step + 2.0))
        mean, now = list(self._mean.parameters()), list(self.network.parameters())
        torch._foreach_lerp_(mean, now, 1.0 - decay)

    def _save(self) -> Path:
        self._folder.mkdir(parents=True, exist_ok=True)
        part = self._folder / (CHECKPOINT + ".part")
        torch.save(
            {
                "shape": asdict(self.shape),
                "words": list(self.vocabulary.words),
                "network": self.network.state_dict(),
                "mean": self._mean.state_dict(),
                "optimiser": self._optimiser.state_dict(),
                "step": self.step,
            },
            part,
        )
        part.rename(self.checkpoint)
        return self.checkpoint

    def _resume(self, path: Path) -> None:
        saved = read_checkpoint(path)
        if saved["words"] != list(self.vocabulary.words):
            raise ConfigError(f"{path}: was trained with another vocabulary; use another folder")
        try:
            self.network.load_state_dict(saved["network"])
            self._mean.load_state_dict(saved["mean"])
            self._optimiser.load_state_dict(saved["optimiser"])
        except (RuntimeError, ValueError) as e:
            raise ConfigError(f"{path}: is of another network: {e}; use another folder") from e
        self.step = int(saved["step"])

    def _note(self, means: dict[str, float], rate: float) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / CURVE).open("a", encoding="utf-8") as file:
            file.write(json.dumps({"step": self.step, "frames_per_s": rate, **means}) + "\n")


def _read(
    config: LearnConfig, profile: PolicyProfile, demonstrations: Path, folder: Path
) -> tuple[list[Frames], Collection[str]]:
    """Return what there is to learn from, and the words that sentences may hold."""
    if config.dataset is None:
        return read_demonstrations([demonstrations], profile), known_words()
    longest = config.network.text_length
    frames = read_foreign(config.dataset, profile, folder / FOLDER, longest)
    return frames, {str(said) for piece in frames for said in np.unique(piece.sentences)}


def make_shape(
    config: LearnConfig,
    profile: PolicyProfile,
    vocabulary: Vocabulary,
    statistics: tuple[tuple[float, ...], tuple[float, ...]],
) -> NetworkShape:
    """Return the sizes of the network, with the statistics of what it learns from.

    Config and policy profile have to fit together; see `check_fit`.
    """
    network = config.network
    mean, scale = statistics
    return NetworkShape(
        vocabulary=len(vocabulary.words),
        text_length=vocabulary.length,
        cameras=tuple(CameraShape(**camera.model_dump()) for camera in network.cameras),
        state_mean=mean,
        state_scale=scale,
        action_scale=network.action_scale,
        horizon=profile.action.horizon,
        head=network.head,
        rows_per_token=network.rows_per_token,
        queries=network.queries,
        width=network.width,
        layers=network.layers,
        text_width=network.text_width,
        text_layers=network.text_layers,
    )


def rate_factor(step: int, training: OptimiserConfig) -> float:
    """Return the learning rate of a step as a fraction of the peak: up, level, down at the end."""
    rise = min(1.0, (step + 1) / training.warmup_steps)
    left = (training.steps - step) / max(1.0, training.cooldown * training.steps)
    return rise * max(_LOWEST_RATE, min(1.0, left))


def _noise_seed(seed: int, number: int) -> int:
    """Return what a batch of a training draws the noise of its head from."""
    return int(np.random.SeedSequence([seed, 6, number]).generate_state(1, np.uint64)[0])


def _share_gradients(network: nn.Module, workers: int) -> None:
    """Give every process the mean of all gradients."""
    gradients = [p.grad for p in network.parameters() if p.grad is not None]
    flat = torch.cat([gradient.flatten() for gradient in gradients])
    distributed.all_reduce(flat)
    flat /= workers
    for gradient, shared in zip(
        gradients, flat.split([g.numel() for g in gradients]), strict=True
    ):
        gradient.copy_(shared.view_as(gradient))


def _line(step: int, steps: int, means: dict[str, float], rate: float) -> str:
    losses = " ".join(f"{name}={value:.4f}" for name, value in means.items())
    return f"step {step}/{steps} {losses} frames_per_s={rate:.0f}"
