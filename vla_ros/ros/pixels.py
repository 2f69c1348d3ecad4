# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The pixel encodings of sensor_msgs/Image in common use, each turned into RGB.

Copies: `rgb8` none (the result looks into the message's memory); all others one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vla_ros.types import ImageArray

Convert = Callable[[NDArray[np.generic]], NDArray[np.generic]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """How the pixels of one encoding lie in memory.

    Attributes:
        dtype: Type of a sample, in the byte order of this machine.
        channels: Samples per pixel.
        to_rgb: From an array of shape (H, W) or (H, W, channels) to RGB uint8 (H, W, 3).
    """

    dtype: np.dtype[np.generic]
    channels: int
    to_rgb: Convert

    @property
    def pixel_bytes(self) -> int:
        """Bytes per pixel."""
        return self.dtype.itemsize * self.channels


def _cv(code: int) -> Convert:
    return lambda pixels: cv2.cvtColor(pixels, code)


def _unchanged(pixels: NDArray[np.generic]) -> NDArray[np.generic]:
    return pixels


def _from_mono16(pixels: NDArray[np.generic]) -> NDArray[np.generic]:
    """Keep the upper eight bits: 65535 is white."""
    upper = np.right_shift(pixels.astype(np.uint16, copy=False), 8).astype(np.uint8)
    return cv2.cvtColor(upper, cv2.COLOR_GRAY2RGB)


_U8, _U16 = np.dtype(np.uint8), np.dtype(np.uint16)


def _eight(channels: int, to_rgb: Convert) -> Encoding:
    return Encoding(dtype=_U8, channels=channels, to_rgb=to_rgb)


_MONO8 = _eight(1, _cv(cv2.COLOR_GRAY2RGB))
_BGR8 = _eight(3, _cv(cv2.COLOR_BGR2RGB))
_UYVY = _eight(2, _cv(cv2.COLOR_YUV2RGB_UYVY))
_YUYV = _eight(2, _cv(cv2.COLOR_YUV2RGB_YUYV))

ENCODINGS: dict[str, Encoding] = {
    "rgb8": _eight(3, _unchanged),
    "bgr8": _BGR8,
    "rgba8": _eight(4, _cv(cv2.COLOR_RGBA2RGB)),
    "bgra8": _eight(4, _cv(cv2.COLOR_BGRA2RGB)),
    "mono8": _MONO8,
    "mono16": Encoding(dtype=_U16, channels=1, to_rgb=_from_mono16),
    # OpenCV types say nothing about colour; OpenCV's own order is blue, green, red.
    "8UC1": _MONO8,
    "8UC3": _BGR8,
    # Two names for each: the first is ROS 1's, the second says the byte order.
    "yuv422": _UYVY,
    "uyvy": _UYVY,
    "yuv422_yuy2": _YUYV,
    "yuyv": _YUYV,
    # Named after the first two pixels of the first two rows.
    "bayer_rggb8": _eight(1, _cv(cv2.COLOR_BayerRGGB2RGB)),
    "bayer_bggr8": _eight(1, _cv(cv2.COLOR_BayerBGGR2RGB)),
    "bayer_gbrg8": _eight(1, _cv(cv2.COLOR_BayerGBRG2RGB)),
    "bayer_grbg8": _eight(1, _cv(cv2.COLOR_BayerGRBG2RGB)),
}


def decode_pixels(
    data: memoryview, encoding: Encoding, *, width: int, height: int, step: int, big_endian: bool
) -> ImageArray:
    """Return RGB, uint8, shape (H, W, 3), from rows of `step` bytes.

    Args:
        data: At least `step * height` bytes.
        encoding: How they are meant.
        width: [pixels].
        height: [pixels].
        step: Bytes from one row to the next.
        big_endian: Byte order of samples wider than a byte.
    """
    row_bytes = width * encoding.pixel_bytes
    rows = np.frombuffer(data, dtype=np.uint8, count=step * height).reshape(height, step)
    pixels: NDArray[Any] = rows[:, :row_bytes].reshape(height, width, encoding.pixel_bytes)
    if encoding.dtype.itemsize > 1:
        order = encoding.dtype.newbyteorder(">" if big_endian else "<")
        # A copy only where rows are padded; then into the byte order of this machine.
        pixels = np.ascontiguousarray(pixels).view(order).astype(encoding.dtype, copy=False)
    if encoding.channels == 1:
        pixels = pixels[:, :, 0]
    return np.asarray(encoding.to_rgb(pixels), dtype=np.uint8)
