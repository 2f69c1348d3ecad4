# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Demonstrations on disk and in memory: a folder of npz shards, each some whole episodes.

Pictures stay compressed in memory too: a shard is read once, its pictures are decoded as drawn.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vla_ros.errors import ConfigError
from vla_ros.types import ImageArray

_QUALITY = 95
_FULL_COLOR = (cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Frames:
    """Frames of demonstrations. N frames, C cameras, K instructions per frame.

    The first instruction of a frame is the one being carried out, the last one cannot be carried
    out in its scene; those between are what-ifs.

    Attributes:
        pictures: JPEG files of all frames and cameras, one after the other. Shape (bytes,), uint8.
        ends: Where each of them ends. Shape (N, C).
        state: As the policy profile lists it. Shape (N, S).
        sentences: Shape (N, K), text.
        families: Task family of each; empty for what cannot be carried out. Shape (N, K), text.
        grounded: Whether it can be carried out. Shape (N, K), uint8.
        rows: Shape (N, K, T, 4).
        gripper: Shape (N, K, T), uint8.
        progress: Shape (N, K).
        done: Shape (N, K), uint8.
        pixels: Shape (N, K, C, 3, 2).
        offsets_m: Shape (N, K, 3, 3).
        episode: Number of the episode within the shard. Shape (N,).
    """

    pictures: NDArray[np.uint8]
    ends: NDArray[np.int64]
    state: NDArray[np.float32]
    sentences: NDArray[np.str_]
    families: NDArray[np.str_]
    grounded: NDArray[np.uint8]
    rows: NDArray[np.float32]
    gripper: NDArray[np.uint8]
    progress: NDArray[np.float32]
    done: NDArray[np.uint8]
    pixels: NDArray[np.float32]
    offsets_m: NDArray[np.float32]
    episode: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.state)

    def images(self, frame: int) -> tuple[ImageArray, ...]:
        """Return the RGB pictures of a frame, one per camera, each of shape (H, W, 3)."""
        first = int(self.ends[frame - 1, -1]) if frame else 0
        bounds = (first, *self.ends[frame].tolist())
        return tuple(_decode(self.pictures[a:b]) for a, b in itertools.pairwise(bounds))


def encode_picture(image: ImageArray) -> NDArray[np.uint8]:
    """Return a picture (H, W, 3) RGB as a JPEG file, colours at full resolution."""
    options = (cv2.IMWRITE_JPEG_QUALITY, _QUALITY, *_FULL_COLOR)
    _, file = cv2.imencode(".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), options)
    return np.asarray(file, np.uint8)


def _decode(file: NDArray[np.uint8]) -> ImageArray:
    image = cv2.imdecode(file, cv2.IMREAD_COLOR)
    if image is None:
        raise ConfigError("a picture of the demonstrations cannot be read; collect them again")
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), np.uint8)


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
