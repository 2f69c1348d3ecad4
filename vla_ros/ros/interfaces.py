# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Message packages that not every installation has: imported where a profile asks for them."""

import importlib
import os
from typing import Any

from vla_ros.errors import ConfigError


def import_interface(module: str, name: str, *, wanted_by: str) -> Any:
    """Return the type of a message, service or action.

    Args:
        module: Where it lives, for example `control_msgs.action`.
        name: Of the type, for example `FollowJointTrajectory`.
        wanted_by: Key and value of the profile, for example `command.kind: joint_jog`.

    Raises:
        ConfigError: It is not installed; names the package that has it.
    """
    try:
        return getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        package, _, kind = module.partition(".")
        debian = f"ros-{os.environ.get('ROS_DISTRO', '<distro>')}-{package.replace('_', '-')}"
        raise ConfigError(
            f"'{wanted_by}' in the robot profile needs {package}/{kind}/{name}, which is not "
            f"installed. Install {debian}, or choose another kind"
        ) from error
