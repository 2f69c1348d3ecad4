# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Cuts, undistorts and resizes a picture in one go, with a table that is made once for a lens.

Copies: one of the result, and one for each time that four pixels become one before: as `image.py`
does it, so that nothing is lost between the pixels that the table takes.
"""

import math
from dataclasses import dataclass
from typing import Any, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from vla_ros.observe.image import Box, Crop, crop_box, inner_box
from vla_ros.types import BoolArray, FloatArray
from vla_ros.view.camera import Lens

# The models of sensor_msgs/distortion_models, and how many numbers describe a lens in them.
_MODELS = {"plumb_bob": (4, 5), "rational_polynomial": (8,), "equidistant": (4,)}
LACKS = "lacks a focal length or a size"  # What a CameraInfo without a lens does.
_LARGEST = 32766  # OpenCV counts the pixels that it takes with 16 bits.
_NOWHERE = -2.0  # So far outside that no neighbour of it is inside.

_Pixels = TypeVar("_Pixels", bound=NDArray[np.generic])
_Map = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The picture that a policy sees.

    Attributes:
        lens: Where it shows what; without distortion.
        inner: The pixels that show something; the others are the frame of a letterbox.
    """

    lens: Lens
    inner: Box


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Remap:
    """Makes a target of a picture.

    Attributes:
        box: The pixels of the picture that are needed.
        halvings: How often four of them become one.
        maps: Where each pixel of the result is in what that leaves, as OpenCV's `remap` takes it.
        mixes: A pixel of the result may be a mixture of several.
        seen: The share of the target's inner pixels that the camera sees, 0 to 1.
    """

    box: Box
    halvings: int
    maps: tuple[NDArray[Any], NDArray[Any] | None]
    mixes: bool
    seen: float

    def apply(self, image: _Pixels) -> _Pixels:
        """Return the target: zero, or NaN in a depth image, where the camera sees nothing.

        Args:
            image: Of the size that this was made for. Shape (H, W) or (H, W, 3).
        """
        part: Any = self.box.of(image)
        for _ in range(self.halvings):
            size = (part.shape[1] // 2, part.shape[0] // 2)
            part = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
        method = cv2.INTER_LINEAR if self.mixes else cv2.INTER_NEAREST
        nothing = math.nan if image.dtype == np.float32 else 0
        fitted: _Pixels = cv2.remap(
            part, *self.maps, method, borderMode=cv2.BORDER_CONSTANT, borderValue=nothing
        )
        return fitted


def fault_of_lens(lens: Lens | None) -> str:
    """Return why what a lens distorts cannot be undone: what its CameraInfo says; or empty."""
    if lens is None:
        return LACKS
    counts = _MODELS.get(lens.model)
    if counts is None:
        known = ", ".join(_MODELS)
        return f"says distortion_model '{lens.model}', wanted one of {known}"
    if len(lens.coefficients) not in counts:
        wanted = " or ".join(map(str, counts))
        return f"has {len(lens.coefficients)} numbers in d, wanted {wanted} for {lens.model}"
    if not all(map(math.isfinite, lens.coefficients)):
        return f"has d = {list(lens.coefficients)}, wanted finite numbers"
    if not max(lens.size) <= _LARGEST:
        return f"is for {lens.size[0]}x{lens.size[1]} pixels, wanted {_LARGEST} at most"
    return ""


def fit_lens(lens: Lens, crop: Crop | None, width: int, height: int, *, letterbox: bool) -> Target:
    """Return a part of the undistorted picture, resized; see `crop_image` and `fit_image`.

    The undistorted picture has the size, focal lengths and centre of the distorted one.

    Args:
        lens: Of the camera.
        crop: The part.
        width: Wanted [pixels].
        height: Wanted [pixels].
        letterbox: As in `fit_image`.
    """
    box = crop_box(*lens.size, crop)
    inner = inner_box((box.width, box.height), width, height, letterbox=letterbox)
    x, y = inner.width / box.width, inner.height / box.height
    (fx, fy), (cx, cy) = lens.focal, lens.center
    # A whole number is the middle of a pixel: the picture begins half a pixel before 0.
    center = (
        (cx - box.left + 0.5) * x - 0.5 + inner.left,
        (cy - box.top + 0.5) * y - 0.5 + inner.top,
    )
    return Target(
        lens=Lens(focal=(fx * x, fy * y), center=center, size=(width, height)), inner=inner
    )


def fit_angle(angle_rad: float, width: int, height: int) -> Target:
    """Return the picture around the optical axis whose width shows an angle [rad]."""
    focal = 0.5 * width / math.tan(0.5 * angle_rad)
    lens = Lens(
        focal=(focal, focal), center=(0.5 * (width - 1), 0.5 * (height - 1)), size=(width, height)
    )
    return Target(lens=lens, inner=Box(left=0, top=0, right=width, bottom=height))


def make_remap(lens: Lens, target: Target, *, mixes: bool) -> Remap:
    """Return what makes a target of the pictures of a camera.

    Args:
        lens: Of the camera, without fault.
        target: What is wanted.
        mixes: False for depth: the nearest pixel is taken, and no pixel is halved before.
    """
    x, y = _trace(lens, target.lens)
    seen = _inside(x, lens.size[0]) & _inside(y, lens.size[1]) & _unfolded(x, y)
    framed = np.zeros_like(seen)  # The same, without what lies under the frame.
    inner = target.inner.of(framed)
    inner[:] = target.inner.of(seen)
    halvings = _halvings(lens, target.lens) if mixes else 0
    step = 1 << halvings
    columns = _axis(x, framed, lens.size[0], step)
    rows = _axis(y, framed, lens.size[1], step)
    return Remap(
        box=Box(
            left=columns.first * step,
            top=rows.first * step,
            right=(columns.last + 1) * step,
            bottom=(rows.last + 1) * step,
        ),
        halvings=halvings,
        maps=cv2.convertMaps(columns.at, rows.at, cv2.CV_16SC2, nninterpolation=not mixes),
        mixes=mixes,
        seen=float(inner.mean()),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Axis:
    """The columns, or the rows, that are taken from `first` to `last`; `at` counts from there."""

    first: int
    last: int
    at: _Map


def _axis(places: FloatArray, taken: BoolArray, length: int, step: int) -> _Axis:
    limit = length // step - 1
    halved = np.clip((places + 0.5) / step - 0.5, 0.0, limit)
    first = math.floor(halved[taken].min(initial=limit))
    at = np.where(taken, halved - first, _NOWHERE).astype(np.float32)
    return _Axis(first=first, last=math.ceil(halved[taken].max(initial=0.0)), at=at)


def _trace(lens: Lens, target: Lens) -> tuple[FloatArray, FloatArray]:
    """Return the column and the row of a camera's picture for each pixel of a target."""
    fisheye = lens.model == "equidistant"
    make: Any = cv2.fisheye.initUndistortRectifyMap if fisheye else cv2.initUndistortRectifyMap
    numbers = np.array(lens.coefficients)
    x, y = make(_matrix(lens), numbers, np.eye(3), _matrix(target), target.size, cv2.CV_32FC1)
    return x.astype(np.float64), y.astype(np.float64)


def _matrix(lens: Lens) -> FloatArray:
    (fx, fy), (cx, cy) = lens.focal, lens.center
    return np.array([[fx, 0.0, cx], [0.0, fy, cy], [0.0, 0.0, 1.0]])


def _inside(places: FloatArray, length: int) -> BoolArray:
    return (places >= -0.5) & (places <= length - 0.5)


def _unfolded(x: FloatArray, y: FloatArray) -> BoolArray:
    """Return where neighbours are neighbours; far outside of it a model shows things again."""
    with np.errstate(invalid="ignore", over="ignore"):
        (x_down, x_right), (y_down, y_right) = np.gradient(x), np.gradient(y)
        return np.asarray(x_right * y_down > x_down * y_right)


def _halvings(lens: Lens, target: Lens) -> int:
    """Return how often four pixels can become one and still be enough."""
    (width, height), count = lens.size, 0
    least = min(have / want for have, want in zip(lens.focal, target.focal, strict=True))
    while least >= 2 << count and width % (2 << count) == 0 and height % (2 << count) == 0:
        count += 1
    return count
