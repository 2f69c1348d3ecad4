# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""From checkpoints to the one ONNX file that ships, checked against the networks it came from."""

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch

from vla_ros.errors import ConfigError
from vla_ros.learn.checkpoint import describe, load_trained
from vla_ros.model.deployed import OUTPUT_NAMES, DeployedNetwork
from vla_ros.model.network import NetworkShape, VlaNetwork
from vla_ros.policy.model_file import (
    METADATA_KEY,
    check_description,
)
from vla_ros.policy.spec import PolicyProfile

_OPSET = 17
_TOLERANCE = 1e-3


def export(
    checkpoints: Sequence[Path], profile: PolicyProfile, target: Path, trained: str
) -> float:
    """Write the ONNX file.

    Args:
        checkpoints: Of a training; of several that learned the same, if they are an ensemble.
        profile: Policy profile that the file is for.
        target: Where to write.
        trained: How it was made, in words; goes into the file.

    Returns:
        Largest difference between the file's answers and the network's. A row of the head
        `tokens` may be one bin off, since two bins can be as good as the same.

    Raises:
        ConfigError: A checkpoint cannot be read, does not fit the profile or the others, or the
            file answers otherwise than the networks.
    """
    networks: list[VlaNetwork] = []
    for checkpoint in checkpoints:
        network, vocabulary, _ = load_trained(checkpoint)
        if networks and network.shape != networks[0].shape:
            raise ConfigError(f"{checkpoint}: is of another network than {checkpoints[0]}")
        networks.append(network)
    described = describe(networks, vocabulary, profile, trained)
    check_description(checkpoints[0], described, profile)
    deployed = DeployedNetwork(*networks).eval()
    part = target.with_suffix(".part.onnx")
    target.parent.mkdir(parents=True, exist_ok=True)
    _write(deployed, part)
    model = onnx.load(part)
    onnx.helper.set_model_props(model, {METADATA_KEY: described.model_dump_json()})
    onnx.checker.check_model(model)
    onnx.save(model, part)
    difference = _largest_difference(deployed, part)
    if not difference <= _TOLERANCE:
        raise ConfigError(
            f"{part}: answers differ from the network's by {difference:.2g}, limit {_TOLERANCE:g}"
        )
    part.rename(target)
    return difference


def _example(shape: NetworkShape, batch: int) -> tuple[torch.Tensor, ...]:
    draw = torch.Generator().manual_seed(0)
    pictures = [
        torch.randint(0, 256, (batch, c.size, c.size, 3), dtype=torch.uint8, generator=draw)
        for c in shape.cameras
    ]
    mean, scale = torch.tensor(shape.state_mean), torch.tensor(shape.state_scale)
    state = mean + scale * torch.randn(batch, len(mean), generator=draw)
    tokens = torch.randint(1, shape.vocabulary, (batch, shape.text_length), generator=draw)
    tokens[:, shape.text_length // 2 :] = 0
    return (*pictures, state, tokens)


def _input_names(shape: NetworkShape) -> list[str]:
    return [*(camera.key for camera in shape.cameras), "state", "tokens"]


def _write(deployed: DeployedNetwork, path: Path) -> None:
    shape = deployed.shape
    inputs = _input_names(shape)
    outputs = [*OUTPUT_NAMES, *(f"attention_{camera.key}" for camera in shape.cameras)]
    with warnings.catch_warnings():
        # The TorchScript exporter is deprecated, but writes one self-contained file.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            deployed,
            _example(shape, 1),
            str(path),
            input_names=inputs,
            output_names=outputs,
            dynamic_axes={name: {0: "batch"} for name in (*inputs, *outputs)},
            opset_version=_OPSET,
            dynamo=False,
        )


def _largest_difference(deployed: DeployedNetwork, path: Path) -> float:
    """Compare networks and file on a batch of three, so that the batch size is dynamic too."""
    example = _example(deployed.shape, 3)
    with torch.no_grad():
        wanted = deployed(*example)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    feed = dict(zip(_input_names(deployed.shape), (t.numpy() for t in example), strict=True))
    got = session.run(None, feed)
    off = [np.abs(w.numpy() - g) for w, g in zip(wanted, got, strict=True)]
    off[OUTPUT_NAMES.index("rows")] -= deployed.resolution().numpy()
    return float(np.max([each.max() for each in off]))  # NaN if any is.
