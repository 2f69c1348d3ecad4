# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Backends by name; the module of one is imported only when it is used."""

import difflib
import importlib
from pathlib import Path
from typing import Protocol, cast

from vla_ros.errors import ConfigError
from vla_ros.policy.backend import PolicyBackend
from vla_ros.policy.spec import PolicyProfile
from vla_ros.robot.profile import RobotProfile

_MODULES = {
    "onnx": "vla_ros.policy.backends.onnx",
    "torch": "vla_ros.policy.backends.torch",
}
_READERS = {".onnx": "onnx", ".pt": "torch", ".pt2": "torch", ".safetensors": "torch"}


class _BackendModule(Protocol):
    def make_backend(self, profile: PolicyProfile, robot: RobotProfile) -> PolicyBackend:
        """Load the policy."""


def backend_names() -> tuple[str, ...]:
    """Names that a policy profile may give as `backend`."""
    return tuple(sorted(_MODULES))


def with_model(profile: PolicyProfile, model: Path) -> PolicyProfile:
    """Return the profile of a policy that lies in another file, whatever it came from before.

    Args:
        profile: Of the policy.
        model: Model file. If no backend of ours reads such files, the profile's is kept.
    """
    backend = _READERS.get(model.suffix, profile.backend)
    changed = {"model": model.absolute(), "address": None, "backend": backend}
    return profile.model_copy(update=changed)


def make_backend(profile: PolicyProfile, robot: RobotProfile) -> PolicyBackend:
    """Load the policy that a profile describes.

    Args:
        profile: The policy.
        robot: The robot whose observations it will get.

    Raises:
        ConfigError: No such backend, or the model file does not fit the profile or the robot.
    """
    for image in profile.images:
        robot.camera(image.camera)
    if profile.point_cloud is not None:
        robot.point_cloud(profile.point_cloud.source)
    if profile.backend not in _MODULES:
        near = difflib.get_close_matches(profile.backend, _MODULES, n=1)
        hint = f" Did you mean '{near[0]}'?" if near else ""
        raise ConfigError(
            f"policy backend '{profile.backend}' is not registered.{hint} "
            f"Available: {', '.join(backend_names())}. "
            f"Set 'backend' in config/policies/{profile.name}.yaml."
        )
    module = cast("_BackendModule", importlib.import_module(_MODULES[profile.backend]))
    return module.make_backend(profile, robot)
