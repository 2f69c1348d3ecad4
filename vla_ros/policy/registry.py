# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Backends by name; the module of one is imported only when it is used."""

import difflib
import importlib
from typing import Protocol, cast

from vla_ros.errors import ConfigError
from vla_ros.policy.backend import PolicyBackend
from vla_ros.policy.spec import PolicyProfile
from vla_ros.robot.profile import RobotProfile

_MODULES = {
    "onnx": "vla_ros.policy.backends.onnx",
    "torch": "vla_ros.policy.backends.torch",
}


class _BackendModule(Protocol):
    def make_backend(self, profile: PolicyProfile, robot: RobotProfile) -> PolicyBackend:
        """Load the policy."""


def backend_names() -> tuple[str, ...]:
    """Names that a policy profile may give as `backend`."""
    return tuple(sorted(_MODULES))


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
