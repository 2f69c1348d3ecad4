# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Brings a camera image to the part and the size a policy wants.

Copies: one of the result; none where the size is right already, also of a part.
"""

import math
from dataclasses import dataclass
from typing import Protocol, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from vla_ros.types import DepthArray, ImageArray
from vla_ros.view.camera import Lens

_EDGE_SLACK = 0.01  # Of width or height; what is missing so little at an edge nobody misses.

_Pixels = TypeVar("_Pixels", bound=NDArray[np.generic])


class Crop(Protocol):
    """A part of a picture, as fractions of its width and height."""

    @property
    def left(self) -> float:
        """0 to 1, from the left edge."""

    @property
    def top(self) -> float:
        """0 to 1, from the upper edge."""

    @property
    def right(self) -> float:
        """0 to 1, from the left edge too."""

    @property
    def bottom(self) -> float:
        """0 to 1, from the upper edge too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a picture; see `Crop`."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """Whole pixels of a picture, up to but without `right` and `bottom`."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """[pixels]."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """[pixels]."""
        return self.bottom - self.top

    def of(self, image: _Pixels) -> _Pixels:
        """Return that part of an image, without a copy."""
        return image[self.top : self.bottom, self.left : self.right]  # type: ignore[return-value]


def crop_box(width: int, height: int, crop: Crop | None) -> Box:
    """Return the pixels of a part; at least one.

    Args:
        width: Of the picture [pixels].
        height: Of the picture [pixels].
        crop: The part; all of it if None.
    """
    if crop is None:
        return Box(left=0, top=0, right=width, bottom=height)
    left, top = (min(round(f * n), n - 1) for f, n in ((crop.left, width), (crop.top, height)))
    return Box(
        left=left,
        top=top,
        right=max(left + 1, round(crop.right * width)),
        bottom=max(top + 1, round(crop.bottom * height)),
    )


def inner_box(old: tuple[int, int], width: int, height: int, *, letterbox: bool) -> Box:
    """Return the pixels that a resized image fills.

    Args:
        old: Its width and height before [pixels].
        width: Of the result [pixels].
        height: Of the result [pixels].
        letterbox: Keep the aspect ratio; otherwise it fills everything.
    """
    scale = min(width / old[0], height / old[1])
    inner = (min(width, max(1, round(old[0] * scale))), min(height, max(1, round(old[1] * scale))))
    inner_width, inner_height = inner if letterbox else (width, height)
    left, top = (width - inner_width) // 2, (height - inner_height) // 2
    return Box(left=left, top=top, right=left + inner_width, bottom=top + inner_height)


def part_of_view(lens: Lens, angle_rad: float, aspect: float) -> Part | None:
    """Return the part of a picture that shows an angle; None if the lens shows less.

    Args:
        lens: Of the camera, as its CameraInfo says; what it distorts is left out.
        angle_rad: From the left to the right edge of the part [rad].
        aspect: Width of the part by its height.
    """
    (fx, fy), (cx, cy), (width, height) = lens.focal, lens.center, lens.size
    across = math.tan(0.5 * angle_rad)
    right, down = fx * across, fy * across / aspect
    edges = (
        (cx - right) / width,
        (cy - down) / height,
        (cx + right) / width,
        (cy + down) / height,
    )
    if not all(-_EDGE_SLACK <= edge <= 1.0 + _EDGE_SLACK for edge in edges):
        return None
    left, top, right, bottom = (min(max(edge, 0.0), 1.0) for edge in edges)
    return Part(left=left, top=top, right=right, bottom=bottom)


def crop_image(image: _Pixels, crop: Crop | None) -> _Pixels:
    """Return a part of an image, without a copy; at least one pixel.

    Args:
        image: Shape (H, W) or (H, W, 3).
        crop: The part; all of it if None.
    """
    return crop_box(image.shape[1], image.shape[0], crop).of(image)


def fit_depth(depth_m: DepthArray, width: int, height: int, *, letterbox: bool) -> DepthArray:
    """Return a depth image in another size; no pixel is a mixture of two.

    Args:
        depth_m: [m], shape (H, W).
        width: Wanted [pixels].
        height: Wanted [pixels].
        letterbox: As in `fit_image`; the frame is NaN.
    """
    old_height, old_width = depth_m.shape
    if (old_width, old_height) == (width, height):
        return depth_m
    inner = inner_box((old_width, old_height), width, height, letterbox=letterbox)
    size = (inner.width, inner.height)
    framed: DepthArray = np.full((height, width), np.nan, dtype=np.float32)
    inner.of(framed)[:] = cv2.resize(depth_m, size, interpolation=cv2.INTER_NEAREST_EXACT)
    return framed


def fit_image(image: ImageArray, width: int, height: int, *, letterbox: bool) -> ImageArray:
    """Return the image in another size; itself if it has that size already.

    Args:
        image: RGB, uint8, shape (H, W, 3).
        width: Wanted [pixels].
        height: Wanted [pixels].
        letterbox: Keep the aspect ratio and centre the image on black; otherwise stretch it.
    """
    old_height, old_width = image.shape[:2]
    if (old_width, old_height) == (width, height):
        return image
    inner = inner_box((old_width, old_height), width, height, letterbox=letterbox)
    if (inner.width, inner.height) == (width, height):
        return _resize(image, width, height)
    framed = np.zeros((height, width, 3), dtype=np.uint8)
    inner.of(framed)[:] = _resize(image, inner.width, inner.height)
    return framed


def _resize(image: ImageArray, width: int, height: int) -> ImageArray:
    """Average where pixels merge, interpolate where they multiply."""
    while _halves(image.shape[0], height) and _halves(image.shape[1], width):
        # Averaging four pixels is five times faster than averaging over odd sizes at once.
        size = (image.shape[1] // 2, image.shape[0] // 2)
        image = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    shrinks = width * height < image.shape[0] * image.shape[1]
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, (width, height), interpolation=method), dtype=np.uint8)


def _halves(old: int, new: int) -> bool:
    return old % 2 == 0 and old >= 2 * new
