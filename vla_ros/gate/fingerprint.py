# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""One number for all constants of a gate: equal numbers decide equally."""

import hashlib
import json

from vla_ros import __version__
from vla_ros.robot.profile import RobotProfile


def make_fingerprint(profile: RobotProfile, urdf: bytes) -> str:
    """Return the SHA-256 [hex] of what a gate is made from: profile, URDF and version.

    The same on every machine: the path of the URDF does not count, its content does.

    Args:
        profile: Of the robot.
        urdf: The file it names, as it is.
    """
    canonical = json.dumps(
        profile.model_dump(mode="json", exclude={"urdf"}), sort_keys=True, separators=(",", ":")
    )
    parts = (__version__.encode(), canonical.encode(), urdf)
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()
