# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Where nodes leave files on a robot."""

import os
from collections.abc import Mapping
from pathlib import Path

ROS = "ros"
NONE = "none"


def log_folder(wanted: str, kind: str, environ: Mapping[str, str] = os.environ) -> Path | None:
    """Return the folder that a parameter names; None for the word `none`.

    Args:
        wanted: A path, or `ros` for a folder beside ROS's own logs: in ROS_LOG_DIR, else in
            ROS_HOME, else in ~/.ros.
        kind: Name of the folder there.
        environ: Of the process.
    """
    if wanted == NONE:
        return None
    return ros_folder(kind, environ) if wanted == ROS else Path(wanted).expanduser()


def ros_folder(kind: str, environ: Mapping[str, str] = os.environ) -> Path:
    """Return the folder of one kind of files beside ROS's own logs.

    Args:
        kind: Its name.
        environ: Of the process.
    """
    base = environ.get("ROS_LOG_DIR") or environ.get("ROS_HOME") or "~/.ros"
    return Path(base).expanduser() / "vla_ros" / kind
