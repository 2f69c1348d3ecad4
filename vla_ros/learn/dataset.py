# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Demonstrations on disk and in memory: a folder of npz shards, each some whole episodes."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vla_ros.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Frames:
    """Frames of demonstrations. N frames, C cameras, K instructions per frame.

    The first instruction of a frame is the one being carried out; the others are what-ifs.

    Attributes:
        images: RGB. Shape (N, C, H, W, 3), uint8.
        state: As the policy profile lists it. Shape (N, S).
        sentences: Shape (N, K), text.
        rows: Shape (N, K, T, 4).
        gripper: Shape (N, K, T), uint8.
        progress: Shape (N, K).
        done: Shape (N, K), uint8.
        pixels: Shape (N, K, C, 2, 2).
        offsets_m: Shape (N, K, 2, 3).
        episode: Number of the episode within the shard. Shape (N,).
    """

    images: NDArray[np.uint8]
    state: NDArray[np.float32]
    sentences: NDArray[np.str_]
    rows: NDArray[np.float32]
    gripper: NDArray[np.uint8]
    progress: NDArray[np.float32]
    done: NDArray[np.uint8]
    pixels: NDArray[np.float32]
    offsets_m: NDArray[np.float32]
    episode: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.state)


def write_shard(path: Path, frames: Frames) -> None:
    """Write frames; a half-written file never has the final name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part.npz")
    arrays: dict[str, Any] = {f.name: getattr(frames, f.name) for f in fields(frames)}
    np.savez(part, **arrays)
    part.rename(path)


def read_shards(folders: Sequence[Path]) -> list[Frames]:
    """Read every shard of some folders, in the order of their names.

    Raises:
        ConfigError: A folder holds none.
    """
    shards: list[Frames] = []
    for folder in folders:
        paths = sorted(p for p in folder.glob("*.npz") if not p.name.endswith(".part.npz"))
        if not paths:
            raise ConfigError(f"{folder}: holds no demonstrations (*.npz); collect some first")
        shards += [_read(path) for path in paths]
    return shards


def _read(path: Path) -> Frames:
    try:
        with np.load(path, allow_pickle=False) as file:
            return Frames(**{f.name: file[f.name] for f in fields(Frames)})
    except (OSError, ValueError, KeyError) as e:
        raise ConfigError(f"{path}: is not a shard of demonstrations: {e}; delete it") from e
