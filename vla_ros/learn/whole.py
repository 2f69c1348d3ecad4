# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Files that an interruption does not leave half written."""

from pathlib import Path


def write_whole(path: Path, text: str) -> None:
    """Write a file that is either old or whole, and the folder that it lies in.

    Args:
        path: The file.
        text: All that it shall hold.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(text, encoding="utf-8")
    part.rename(path)
