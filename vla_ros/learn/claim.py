# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What lies in a folder was made in one way: nobody mixes it with what is made in another."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vla_ros.errors import ConfigError
from vla_ros.learn.whole import write_whole


def claim(path: Path, made_with: Mapping[str, Any]) -> None:
    """Write down what a folder's content is made with, or hold it against what is written there.

    Args:
        path: Where that is written: a file in the folder.
        made_with: Values by name, as JSON has them.

    Raises:
        ConfigError: It was made with something else, the first difference is named; or what is
            written there cannot be read.
    """
    if not path.is_file():
        write_whole(path, json.dumps(made_with, indent=2) + "\n")
        return
    known = _read(path)
    for name in sorted(known.keys() | made_with.keys()):
        if known.get(name) != made_with.get(name):
            raise ConfigError(
                f"{path.parent}: holds what was made with {name} = {known.get(name)}, wanted "
                f"{made_with.get(name)}; use another folder"
            )


def _read(path: Path) -> dict[str, Any]:
    try:
        known: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as e:
        raise ConfigError(
            f"{path}: cannot be read as JSON: {e}. It says what {path.parent} was made with; use "
            "another folder, or delete the file if you are sure that this was the same"
        ) from e
    return known
