# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The file of figures that `--json` names: room is made before the work, and not after hours."""

import json
from collections.abc import Mapping
from pathlib import Path

from vla_ros.errors import ConfigError


def make_room(path: Path | None) -> None:
    """Make the folder of a file of figures, if one is wanted.

    Raises:
        ConfigError: It is a folder itself.
    """
    if path is None:
        return
    if path.is_dir():
        raise ConfigError(f"--json {path}: is a folder, wanted a file")
    path.parent.mkdir(parents=True, exist_ok=True)


def write_json(path: Path | None, figures: Mapping[str, object]) -> None:
    """Write figures, if a file of them is wanted."""
    if path is not None:
        path.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
