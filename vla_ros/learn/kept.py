# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The pictures of a dataset as a policy sees them, decoded from its videos once and for all.

They lie in one file that all processes of a training map: it is in memory once, as far as there is
room, and the next training on the same dataset begins at once.
"""

import fcntl
import hashlib
import itertools
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from vla_ros.learn.lerobot.layout import IMAGES
from vla_ros.learn.lerobot.reader import LeRobotReader
from vla_ros.observe.image import fit_image
from vla_ros.policy.images import ImageSpec
from vla_ros.types import ImageArray

FOLDER = "pictures"  # Beside a dataset of ours; may be deleted at any time.
_QUALITY = 98  # What video and this lose together is about what JPEG of 95 alone would lose.
_FULL_COLOR = (cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444)
_VERSION = 1  # Of the files; a change makes new ones.


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KeptPictures:
    """Pictures of N frames from C cameras.

    Attributes:
        files: JPEG files of all frames and cameras, one after the other. Shape (bytes,), uint8.
        ends: Where each of them ends. Shape (N, C).
    """

    files: NDArray[np.uint8]
    ends: NDArray[np.int64]

    def images(self, frame: int) -> tuple[ImageArray, ...]:
        """Return the RGB pictures of a frame, one per camera, each of shape (H, W, 3)."""
        first = int(self.ends[frame - 1, -1]) if frame else 0
        bounds = (first, *self.ends[frame].tolist())
        return tuple(_decode(self.files[a:b]) for a, b in itertools.pairwise(bounds))

    def cut(self, first: int, last: int) -> "KeptPictures":
        """Return the frames from one to another, that one left out; no copy."""
        begin = int(self.ends[first - 1, -1]) if first else 0
        ends = self.ends[first:last]
        return KeptPictures(files=self.files[begin : int(ends[-1, -1])], ends=ends - begin)


def keep_pictures(
    reader: LeRobotReader, images: tuple[ImageSpec, ...], folder: Path
) -> KeptPictures:
    """Return the pictures of a dataset; decode them if that was never done.

    Args:
        reader: Of the dataset.
        images: How the policy sees them.
        folder: Where they are kept. Several processes may ask at once: one of them works.

    Raises:
        ConfigError: A picture is missing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    name = _fingerprint(reader, images)
    files, ends = folder / f"{name}.jpegs", folder / f"{name}.npy"
    with _locked(folder / "lock"):
        if not ends.is_file():
            _write(reader, images, files, ends)
    return KeptPictures(files=np.memmap(files, np.uint8, mode="r"), ends=np.load(ends))


def encode_picture(image: ImageArray) -> NDArray[np.uint8]:
    """Return a picture (H, W, 3) RGB as a JPEG file, colours at full resolution."""
    options = (cv2.IMWRITE_JPEG_QUALITY, _QUALITY, *_FULL_COLOR)
    _, file = cv2.imencode(".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), options)
    return np.asarray(file, np.uint8)


def _decode(file: NDArray[np.uint8]) -> ImageArray:
    image = cv2.cvtColor(cv2.imdecode(file, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
    return np.asarray(image, np.uint8)


def _fingerprint(reader: LeRobotReader, images: tuple[ImageSpec, ...]) -> str:
    """Return a name that changes with the pictures and with how the policy sees them."""
    sources = {path for image in images for path in reader.sources(IMAGES + image.key)}
    made_of = {
        "version": _VERSION,
        "quality": _QUALITY,
        "images": [image.model_dump(mode="json") for image in images],
        "frames": len(reader),
        "sources": sorted((str(path.name), path.stat().st_size) for path in sources),
    }
    return hashlib.sha256(json.dumps(made_of, sort_keys=True).encode()).hexdigest()[:16]


def _write(reader: LeRobotReader, images: tuple[ImageSpec, ...], files: Path, ends: Path) -> None:
    """Write both files; the one with the ends comes last and only whole."""
    cameras = [
        reader.pictures(IMAGES + image.key, partial(_keep, image=image)) for image in images
    ]
    sizes: list[int] = []
    with files.open("wb") as out:
        for picture in itertools.chain.from_iterable(zip(*cameras, strict=True)):
            out.write(picture)
            sizes.append(len(picture))
    part = ends.with_suffix(".part.npy")
    np.save(part, np.cumsum(sizes, dtype=np.int64).reshape(-1, len(images)))
    os.replace(part, ends)


def _keep(picture: ImageArray, image: ImageSpec) -> NDArray[np.uint8]:
    fitted = fit_image(picture, image.width, image.height, letterbox=image.letterbox)
    return encode_picture(fitted)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
