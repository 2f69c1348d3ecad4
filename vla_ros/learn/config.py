# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""One file says how a policy is made: config/learn/NAME.yaml, parsed strictly."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from vla_ros.policy.spec import GripperForm
from vla_ros.resources import config_path
from vla_ros.strict_yaml import StrictModel, load_strict_yaml, mistake

Count = Annotated[int, Field(ge=1)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]
Positive = Annotated[float, Field(gt=0.0)]
Weight = Annotated[float, Field(ge=0.0)]


class DemonstrationConfig(StrictModel):
    """What is collected; see `demonstrations.DemonstrationOptions`.

    Attributes:
        families: How often each task family comes, relative to the others.
    """

    episodes: Count
    first_seed: Annotated[int, Field(ge=0)]
    processes: Count
    families: dict[str, Count]
    every_s: Positive
    near_starts: Share
    far_starts: Share
    kicks: Share


class DatasetConfig(StrictModel):
    """A LeRobotDataset v3.0 that somebody recorded; see `foreign.read_foreign`.

    Attributes:
        path: Its folder.
        gripper: How its states and actions write the gripper; left out: 0 closed, 1 open.
    """

    path: Annotated[Path, Field(strict=False)]
    gripper: GripperForm = GripperForm()


class CorrectionConfig(StrictModel):
    """A further round (DAgger, Ross et al. 2011, arXiv:1011.0686).

    The policy moves the arm, the expert labels where that leads, the training goes on.

    Attributes:
        episodes: How many the policy plays.
        first_seed: Of their scenes.
        near_starts: Share that starts near a thing with a wrong yaw or offset.
        others: Share that is told something else than what the scene was laid out for.
        share: Share of corrections, of this round and those before, in a batch.
        steps: Batches of this round.
        peak_rate: Learning rate of this round.
        families: How often each task family comes; left out: as in the demonstrations.
    """

    episodes: Count
    first_seed: Annotated[int, Field(ge=0)]
    near_starts: Share
    others: Share = 0.0
    share: Share
    steps: Count
    peak_rate: Positive
    families: dict[str, Count] | None = None


class CameraConfig(StrictModel):
    """One camera of the network; see `model.network.CameraShape`."""

    key: str
    size: Count
    channels: Count
    grid: Count


class NetworkConfig(StrictModel):
    """Sizes of the network; see `model.network.NetworkShape`."""

    text_length: Count
    cameras: Annotated[tuple[CameraConfig, ...], Field(min_length=1)]
    head: Literal["regression", "tokens", "flow"]
    rows_per_token: Count
    queries: Annotated[int, Field(ge=3)]
    width: Count
    layers: Count
    text_width: Count
    text_layers: Count
    action_scale: Annotated[tuple[Positive, ...], Field(min_length=3)]


class OptimiserConfig(StrictModel):
    """How long and how fast.

    Attributes:
        steps: Batches.
        frames: Frames per batch and process, each with all its instructions.
        processes: How many compute gradients at a time.
        precision: In which the heavy parts are multiplied; auto: bfloat16 on a CPU that has units
            for it (AMX), else float32.
        compiled: Let torch compile the network, if there is a C++ compiler and enough to do.
        peak_rate: Learning rate after the warm-up.
        warmup_steps: Batches until then.
        cooldown: Share of the batches at the end in which the learning rate falls to nothing.
        weight_decay: Of AdamW.
        ema_decay: Of the running mean of the weights, which is what ships.
        save_every: Batches between checkpoints.
    """

    steps: Count
    frames: Count
    processes: Count
    precision: Literal["auto", "float32", "bfloat16"] = "auto"
    compiled: bool = True
    peak_rate: Positive
    warmup_steps: Count
    cooldown: Share
    weight_decay: Weight
    ema_decay: Share
    save_every: Count


class LossConfig(StrictModel):
    """Weights of the losses beside that of the head, which is 1."""

    attention: Weight
    offsets: Weight
    progress: Weight
    done: Weight
    grounded: Weight


class LearnConfig(StrictModel):
    """Everything that decides what the trained policy is.

    Attributes:
        policy: Policy profile it is made for.
        seed: Of the first weights, of which frames a batch holds and how they are varied, and of
            the noise of the head `flow`. Scenes have seeds of their own (`first_seed`).
        networks: How many learn the same, with this seed and those after it. Several answer as an
            ensemble: where they differ, the policy is less sure.
        demonstrations: What it learns from, collected in our simulator.
        dataset: What it learns from instead.
        corrections: What it learns from in further rounds; left out: there are none.
        network: Its sizes.
        training: How long and how fast.
        losses: What counts how much.
    """

    policy: str
    seed: Annotated[int, Field(ge=0)]
    networks: Count = 1
    demonstrations: DemonstrationConfig | None = None
    dataset: DatasetConfig | None = None
    corrections: tuple[CorrectionConfig, ...] = ()
    network: NetworkConfig
    training: OptimiserConfig
    losses: LossConfig

    @model_validator(mode="after")
    def _check_source(self) -> "LearnConfig":
        if (self.demonstrations is None) == (self.dataset is None):
            raise mistake("give either 'demonstrations' or 'dataset'", "demonstrations")
        if self.dataset is not None and self.corrections:
            raise mistake(
                "should be left out: nobody corrects a policy of a dataset", "corrections"
            )
        return self


def load_learn_config(name_or_path: str | Path) -> LearnConfig:
    """Read a config.

    Args:
        name_or_path: Name of a shipped one (config/learn/NAME.yaml) or a path.

    Raises:
        ConfigError: The file is missing or wrong.
    """
    return load_strict_yaml(config_path("learn", name_or_path), LearnConfig)
