# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The checkpoint of a training as a network that can answer, and what it says about itself."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from vla_ros.errors import ConfigError
from vla_ros.model.network import CameraShape, NetworkShape, VlaNetwork
from vla_ros.policy.language import Vocabulary
from vla_ros.policy.model_file import ImageSize, ModelDescription, Normalisation
from vla_ros.policy.spec import PolicyProfile


def read_checkpoint(path: Path) -> dict[str, Any]:
    """Return everything a checkpoint holds; weights only, nothing of it is run.

    Raises:
        ConfigError: The file is missing or no checkpoint.
    """
    try:
        saved: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as e:  # torch raises many unrelated types.
        raise ConfigError(f"{path}: is not a checkpoint that can be read: {e}") from e
    return saved


def load_trained(path: Path) -> tuple[VlaNetwork, Vocabulary, int]:
    """Return the averaged network of a checkpoint, its vocabulary and its step.

    Raises:
        ConfigError: The file is missing or no checkpoint.
    """
    saved = read_checkpoint(path)
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


def describe(
    networks: Sequence[VlaNetwork],
    vocabulary: Vocabulary,
    profile: PolicyProfile,
    trained: str,
) -> ModelDescription:
    """Return what networks say about themselves; what they do not know is the profile's.

    Args:
        networks: One, or the ensemble; sizes and statistics of the first count.
        vocabulary: Of its sentences.
        profile: Policy profile that it is for.
        trained: How it was made, in words.
    """
    shape, action = networks[0].shape, profile.action
    return ModelDescription(
        words=vocabulary.words,
        text_length=vocabulary.length,
        images=tuple(ImageSize(key=c.key, width=c.size, height=c.size) for c in shape.cameras),
        state=profile.state,
        space=action.space.value,
        rotation=None if action.rotation is None else action.rotation.value,
        rows=action.rows,
        step_s=action.step_s,
        horizon=shape.horizon,
        normalisation=Normalisation(
            state_mean=shape.state_mean,
            state_scale=shape.state_scale,
            action_scale=shape.action_scale,
        ),
        parameters=sum(p.numel() for network in networks for p in network.parameters()),
        trained=trained,
    )
