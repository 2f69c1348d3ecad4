# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The pixel encodings of sensor_msgs/Image in common use, each turned into RGB.

Copies: `rgb8` none (the result looks into the message's memory); all others one, samples of 16
bits one more for their upper halves, and up to two for padded rows and a foreign byte order.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import Image

from vla_ros.errors import ObservationError
from vla_ros.types import ImageArray

Convert = Callable[[NDArray[np.generic]], NDArray[np.generic]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """How the pixels of one encoding lie in memory.

    Attributes:
        dtype: Type of a sample, in the byte order of this machine.
        channels: Samples per pixel.
        to_rgb: From an array of shape (H, W) or (H, W, channels) to RGB uint8 (H, W, 3).
        shared: So many columns and rows of pixels share a colour.
        chroma_rows: Rows of colour behind each two rows of brightness.
    """

    dtype: np.dtype[np.generic]
    channels: int
    to_rgb: Convert
    shared: tuple[int, int] = (1, 1)
    chroma_rows: int = 0

    @property
    def pixel_bytes(self) -> int:
        """Bytes per pixel."""
        return self.dtype.itemsize * self.channels

    def rows(self, height: int) -> int:
        """Return the rows in memory of an image so many pixels high."""
        return height + self.chroma_rows * height // 2


def _cv(code: int) -> Convert:
    return lambda pixels: cv2.cvtColor(pixels, code)


def _unchanged(pixels: NDArray[np.generic]) -> NDArray[np.generic]:
    return pixels


def _upper(code: int) -> Convert:
    """Keep the upper eight bits of each sample: 65535 is the brightest."""
    return lambda samples: cv2.cvtColor(
        np.right_shift(samples.astype(np.uint16, copy=False), 8).astype(np.uint8), code
    )


_U8, _U16 = np.dtype(np.uint8), np.dtype(np.uint16)


def _eight(channels: int, to_rgb: Convert, shared: tuple[int, int] = (1, 1)) -> Encoding:
    return Encoding(dtype=_U8, channels=channels, to_rgb=to_rgb, shared=shared)


def _sixteen(code: int) -> Encoding:
    return Encoding(dtype=_U16, channels=1, to_rgb=_upper(code))


def _planes(to_rgb: Convert) -> Encoding:
    return Encoding(dtype=_U8, channels=1, to_rgb=to_rgb, shared=(2, 2), chroma_rows=1)


_MONO8 = _eight(1, _cv(cv2.COLOR_GRAY2RGB))
_BGR8 = _eight(3, _cv(cv2.COLOR_BGR2RGB))
_UYVY = _eight(2, _cv(cv2.COLOR_YUV2RGB_UYVY), shared=(2, 1))
_YUYV = _eight(2, _cv(cv2.COLOR_YUV2RGB_YUYV), shared=(2, 1))

ENCODINGS: dict[str, Encoding] = {
    "rgb8": _eight(3, _unchanged),
    "bgr8": _BGR8,
    "rgba8": _eight(4, _cv(cv2.COLOR_RGBA2RGB)),
    "bgra8": _eight(4, _cv(cv2.COLOR_BGRA2RGB)),
    "mono8": _MONO8,
    "mono16": _sixteen(cv2.COLOR_GRAY2RGB),
    # OpenCV types say nothing about colour; OpenCV's own order is blue, green, red.
    "8UC1": _MONO8,
    "8UC3": _BGR8,
    # Two names for each: the first is ROS 1's, the second says the byte order.
    "yuv422": _UYVY,
    "uyvy": _UYVY,
    "yuv422_yuy2": _YUYV,
    "yuyv": _YUYV,
    # Brightness first, then colours: blue-yellow before red-green, or after.
    "nv12": _planes(_cv(cv2.COLOR_YUV2RGB_NV12)),
    "nv21": _planes(_cv(cv2.COLOR_YUV2RGB_NV21)),
    # Named after the first two pixels of the first two rows.
    "bayer_rggb8": _eight(1, _cv(cv2.COLOR_BayerRGGB2RGB)),
    "bayer_bggr8": _eight(1, _cv(cv2.COLOR_BayerBGGR2RGB)),
    "bayer_gbrg8": _eight(1, _cv(cv2.COLOR_BayerGBRG2RGB)),
    "bayer_grbg8": _eight(1, _cv(cv2.COLOR_BayerGRBG2RGB)),
    "bayer_rggb16": _sixteen(cv2.COLOR_BayerRGGB2RGB),
    "bayer_bggr16": _sixteen(cv2.COLOR_BayerBGGR2RGB),
    "bayer_gbrg16": _sixteen(cv2.COLOR_BayerGBRG2RGB),
    "bayer_grbg16": _sixteen(cv2.COLOR_BayerGRBG2RGB),
}


def decode_pixels(
    data: memoryview, encoding: Encoding, *, width: int, height: int, step: int, big_endian: bool
) -> ImageArray:
    """Return RGB, uint8, shape (H, W, 3), from rows of `step` bytes.

    Args:
        data: At least `step * encoding.rows(height)` bytes.
        encoding: How they are meant.
        width: [pixels].
        height: [pixels].
        step: Bytes from one row to the next.
        big_endian: Byte order of samples wider than a byte.
    """
    row_bytes = width * encoding.pixel_bytes
    lines = encoding.rows(height)
    rows = np.frombuffer(data, dtype=np.uint8, count=step * lines).reshape(lines, step)
    pixels: NDArray[Any] = rows[:, :row_bytes].reshape(lines, width, encoding.pixel_bytes)
    if encoding.dtype.itemsize > 1:
        order = encoding.dtype.newbyteorder(">" if big_endian else "<")
        # A copy only where rows are padded; then into the byte order of this machine.
        pixels = np.ascontiguousarray(pixels).view(order).astype(encoding.dtype, copy=False)
    if encoding.channels == 1:
        pixels = pixels[:, :, 0]
    return np.asarray(encoding.to_rgb(pixels), dtype=np.uint8)


def decode_file(data: NDArray[np.uint8], flags: int, camera: str) -> NDArray[Any] | None:
    """Return the pixels of a JPEG or PNG file; None if it is none.

    Args:
        data: The file.
        flags: Of OpenCV's `imdecode`.
        camera: What messages call its camera.

    Raises:
        ObservationError: OpenCV refuses it, for example because it is said to be huge.
    """
    try:
        return cv2.imdecode(data, flags)
    except cv2.error as e:
        raise ObservationError(
            f"camera '{camera}': a picture of {len(data)} bytes cannot be decoded: OpenCV wants "
            f"{e.err}. Check the camera driver"
        ) from e


def check_layout(msg: Image, camera: str, *, row_bytes: int, rows: int) -> None:
    """Check that the bytes of an image are as many as it says.

    Args:
        msg: The image.
        camera: What messages call its camera.
        row_bytes: Bytes of the pixels in a row.
        rows: Rows in memory.

    Raises:
        ObservationError: They are not.
    """
    if not (msg.width > 0 and msg.height > 0 and msg.step >= row_bytes):
        raise ObservationError(
            f"camera '{camera}': {msg.width}x{msg.height} pixels of {msg.encoding} do not fit "
            f"rows of {msg.step} bytes, wanted at least {row_bytes}. Check the camera driver"
        )
    if len(msg.data) != msg.step * rows:
        raise ObservationError(
            f"camera '{camera}': {len(msg.data)} bytes of data, wanted {rows} rows of "
            f"{msg.step} = {msg.step * rows}. Check the camera driver"
        )
