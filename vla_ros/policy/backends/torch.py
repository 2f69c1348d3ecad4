# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Runs the user's own network with torch, from weights or from an exported program.

`.pt` is a checkpoint of `vla_ros train`, `.safetensors` the same network with its sizes and its
description as metadata, `.pt2` any network as an exported program. None of them is unpickled.
"""

import io
import json
import pickle
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from vla_ros.errors import ConfigError, PolicyError
from vla_ros.learn.checkpoint import describe, load_trained, shape_from
from vla_ros.model.deployed import OUTPUT_NAMES, DeployedNetwork
from vla_ros.model.network import NetworkShape, VlaNetwork
from vla_ros.policy.answer import Array, attention_of
from vla_ros.policy.embedded import EmbeddedPolicy, Feed, make_feed, model_path
from vla_ros.policy.model_file import (
    METADATA_KEY,
    ModelDescription,
    check_description,
    read_description,
)
from vla_ros.policy.program_file import look_into
from vla_ros.policy.spec import PolicyProfile
from vla_ros.robot.profile import RobotProfile

SHAPE_KEY = "network"  # Metadata of a .safetensors file: its NetworkShape as JSON.

_TRAINED = "a checkpoint of vla_ros train"

Forward = Callable[..., object]


class TorchBackend(EmbeddedPolicy):
    """A policy in a file of torch. Thread rules: see `PolicyBackend`."""

    def __init__(self, profile: PolicyProfile, robot: RobotProfile) -> None:
        """Load the file and hold it against the profile.

        Raises:
            ConfigError: The file is missing, unreadable, a pickle, or does not fit the profile,
                or its device is not there.
        """
        super().__init__(profile, robot, TorchModel(profile))


def make_backend(profile: PolicyProfile, robot: RobotProfile) -> TorchBackend:
    """Load the policy; see `registry.make_backend`."""
    return TorchBackend(profile, robot)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loaded:
    """What was in a file.

    Attributes:
        forward: From inputs to outputs, as a dict by name or in the order of `DeployedNetwork`.
        description: What the file says about itself.
    """

    forward: Forward
    description: ModelDescription


class TorchModel:
    """Implements `EmbeddedModel`."""

    def __init__(self, profile: PolicyProfile) -> None:
        """Load the file.

        Raises:
            ConfigError: It cannot be read, or its device is not there.
        """
        path = model_path(profile)
        self._path = path
        self._profile = profile
        self._device, why = _choose_device(path, profile.device)
        if path.suffix not in _LOADERS:
            raise ConfigError(
                f"{path}: backend 'torch' reads {', '.join(_LOADERS)}. Save the weights as "
                ".safetensors, or the whole network with torch.export.save as .pt2"
            )
        torch.set_num_threads(profile.threads)
        self._loaded = _LOADERS[path.suffix](path, profile, self._device)
        self._inputs = (
            *(image.key for image in self._loaded.description.images),
            "state",
            "tokens",
        )
        self._note = f"the model runs on torch {self._device}, threads={profile.threads}{why}"

    @property
    def description(self) -> ModelDescription:
        """What the file says about itself."""
        return self._loaded.description

    @property
    def notes(self) -> tuple[str, ...]:
        """Where it runs, and why not elsewhere."""
        return (self._note,)

    def shapes(self) -> dict[str, tuple[object, ...]]:
        """Return the shapes of what it is given and of what it answers to that.

        Raises:
            ConfigError: It does not take what it says it does.
        """
        feed = make_feed(self.description)
        try:
            said = self._answer(feed)
        except PolicyError as e:
            raise ConfigError(
                f"{self._path}: does not take the inputs that it says it does: {e}. Wanted, in "
                f"this order: {', '.join(self._inputs)}"
            ) from e
        return {name: tuple(array.shape) for name, array in (feed | said).items()}

    def run(self, names: Sequence[str], feed: Feed) -> Sequence[Array]:
        """Return outputs.

        Raises:
            PolicyError: The model failed.
        """
        said = self._answer(feed)
        return [said[name] for name in names]

    def _answer(self, feed: Feed) -> dict[str, Array]:
        # A copy: what was observed is read-only, and torch does not know that.
        inputs = [torch.tensor(feed[name], device=self._device) for name in self._inputs]
        try:
            with torch.inference_mode():
                named = self._name(self._loaded.forward(*inputs))
                return {name: tensor.cpu().numpy() for name, tensor in named.items()}
        except Exception as e:  # torch raises many unrelated types.
            raise PolicyError(f"policy '{self._profile.name}' failed: {e}") from e

    def _name(self, said: object) -> Mapping[str, torch.Tensor]:
        if isinstance(said, dict):
            return said
        attention = (attention_of(image.key) for image in self.description.images)
        known = (*OUTPUT_NAMES, *attention)
        if not isinstance(said, tuple | list) or len(said) != len(known):
            count = len(said) if isinstance(said, tuple | list) else type(said).__name__
            raise PolicyError(
                f"it answers {count}, wanted a dict by name, or in this order: {', '.join(known)}"
            )
        return dict(zip(known, said, strict=True))


def _load_checkpoint(path: Path, profile: PolicyProfile, device: torch.device) -> _Loaded:
    try:
        network, words, _ = load_trained(path)
    except ConfigError as e:
        if isinstance(e.__cause__, pickle.UnpicklingError):
            raise _refusal(path) from e
        raise
    except (KeyError, TypeError, RuntimeError) as e:
        raise ConfigError(
            f"{path}: is no checkpoint of `vla_ros train`: {e!r}. Save other weights as "
            ".safetensors, with the sizes of the network, or export the program as .pt2"
        ) from e
    return _deploy(network, describe([network], words, profile, _TRAINED), device)


def _load_safetensors(path: Path, profile: PolicyProfile, device: torch.device) -> _Loaded:  # noqa: ARG001
    try:
        from safetensors import SafetensorError, safe_open  # noqa: PLC0415  Only for such files.
    except ImportError as e:
        raise ConfigError(f"{path}: needs the package safetensors: pip install safetensors") from e
    try:
        with safe_open(str(path), framework="pt") as file:
            metadata = file.metadata() or {}
            weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except SafetensorError as e:
        raise ConfigError(f"{path}: is not a safetensors file that can be read: {e}") from e
    described = read_description(path, metadata.get(METADATA_KEY))
    try:
        shape: NetworkShape = shape_from(json.loads(metadata[SHAPE_KEY]))
        network = VlaNetwork(shape)
        network.load_state_dict(weights)
    except (KeyError, TypeError, ValueError, RuntimeError) as e:
        raise ConfigError(
            f"{path}: its weights are not those of the network that its metadata "
            f"'{SHAPE_KEY}' gives the sizes of (a NetworkShape as JSON): {e!r}"
        ) from e
    return _deploy(network, described, device)


def _load_program(path: Path, profile: PolicyProfile, device: torch.device) -> _Loaded:
    inside = look_into(path, path.read_bytes())
    described = read_description(path, inside.metadata)
    check_description(path, described, profile)
    try:
        module = torch.export.load(io.BytesIO(inside.program)).module()
    except Exception as e:  # torch raises many unrelated types.
        raise ConfigError(f"{path}: is not an exported program that can be read: {e}") from e
    return _Loaded(forward=module.to(device), description=described)


_LOADERS = {
    ".pt": _load_checkpoint,
    ".safetensors": _load_safetensors,
    ".pt2": _load_program,
}


def _deploy(network: VlaNetwork, described: ModelDescription, device: torch.device) -> _Loaded:
    return _Loaded(forward=DeployedNetwork(network).eval().to(device), description=described)


def _choose_device(path: Path, device: str) -> tuple[torch.device, str]:
    """Return the device, and in words why it is not a better one."""
    if device == "cpu":
        return torch.device("cpu"), ""
    if torch.cuda.is_available():
        return torch.device("cuda"), ""
    reason = "this torch was built without CUDA" if not torch.version.cuda else "no GPU is found"
    if device == "auto":
        return torch.device("cpu"), f" (no cuda: {reason})"
    raise ConfigError(
        f"{path}: device 'cuda' cannot be used: {reason}. Install a torch with CUDA, or set "
        "device: cpu"
    )


def _refusal(path: Path) -> ConfigError:
    return ConfigError(
        f"{path}: is a pickle of more than plain weights, which could run anything when it is "
        "loaded. Save the state dict as .safetensors, or the network with torch.export.save "
        "as .pt2"
    )
