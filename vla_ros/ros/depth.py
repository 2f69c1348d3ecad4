# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Depth images to metres; what was not measured is NaN, never zero.

`16UC1` is millimetres with 0 for nothing, `32FC1` metres (REP 118). A compressed depth image of
compressed_depth_image_transport is a header of 12 bytes and 16 bits a pixel, as PNG or as RVL: the
same millimetres, or for 32FC1 an inverse depth with its two numbers in the header.
"""

import math
import struct
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import CompressedImage, Image

from vla_ros.errors import ObservationError
from vla_ros.ros.pixels import check_layout, decode_file
from vla_ros.ros.rvl import decode_rvl
from vla_ros.ros.stamps import decode_stamp
from vla_ros.types import DepthArray, DepthFrame

DEPTH_ENCODING = "32FC1"
_MILLIMETRE = np.float32(1e-3)
_TYPES = {"16UC1": "u2", "mono16": "u2", DEPTH_ENCODING: "f4"}
_HEADER = struct.Struct("<iff")  # A format that nobody reads, and the two numbers.
_PNG = b"\x89PNG"
_PNG_END = b"IEND\xaeB`\x82"


def decode_depth(msg: Image, camera: str, arrival_ns: int) -> DepthFrame:
    """Return a depth image in metres; one copy, none for 32FC1 in this machine's byte order.

    Args:
        msg: The image.
        camera: Name of the camera in the robot profile.
        arrival_ns: When it arrived, node clock [ns].

    Raises:
        ObservationError: The message contradicts itself, or is no depth image.
    """
    what = f"depth of {camera}"
    kind = _TYPES.get(msg.encoding)
    if kind is None:
        raise ObservationError(
            f"camera '{camera}': encoding '{msg.encoding}' is no depth image. Supported: "
            f"{', '.join(_TYPES)}. Check depth_topic in the robot profile"
        )
    dtype = np.dtype(f"{'>' if msg.is_bigendian else '<'}{kind}")
    check_layout(msg, what, row_bytes=msg.width * dtype.itemsize, rows=msg.height)
    rows = np.frombuffer(memoryview(msg.data), np.uint8).reshape(msg.height, msg.step)
    pixels = np.ascontiguousarray(rows[:, : msg.width * dtype.itemsize]).view(dtype)
    return DepthFrame(
        camera=camera,
        stamp_ns=decode_stamp(msg, f"camera '{what}'"),
        arrival_ns=arrival_ns,
        depth_m=_millimetres(pixels) if kind == "u2" else pixels.astype(np.float32, copy=False),
    )


def decode_compressed_depth(msg: CompressedImage, camera: str, arrival_ns: int) -> DepthFrame:
    """Return a compressed depth image in metres.

    Args:
        msg: The image; its format is encoding and codec: `16UC1; compressedDepth png`.
        camera: Name of the camera in the robot profile.
        arrival_ns: When it arrived, node clock [ns].

    Raises:
        ObservationError: It is not complete, or compressed in another way.
    """
    encoding, _, how = msg.format.partition(";")
    transport, _, codec = how.strip().partition(" ")
    known = transport == "compressedDepth" and codec in _CODECS
    if encoding.strip() not in _TYPES or not known:
        raise ObservationError(
            f"camera '{camera}': format '{msg.format}' is not supported for depth. Supported: "
            "'16UC1; compressedDepth png' and '32FC1; compressedDepth png', and rvl for png. "
            "Check depth_topic and depth_transport in the robot profile"
        )
    data = memoryview(msg.data)
    pixels = _CODECS[codec](data[_HEADER.size :], camera)
    if encoding.strip() == DEPTH_ENCODING:
        _, numerator, offset = _HEADER.unpack(data[: _HEADER.size])
        depth_m = _from_inverse(pixels, numerator, offset, camera)
    else:
        depth_m = _millimetres(pixels)
    return DepthFrame(
        camera=camera,
        stamp_ns=decode_stamp(msg, f"camera 'depth of {camera}'"),
        arrival_ns=arrival_ns,
        depth_m=depth_m,
    )


# What a camera's `depth_transport` means: type of the messages, and how they are read.
DEPTH_TRANSPORTS: dict[str, tuple[Any, Callable[[Any, str, int], DepthFrame]]] = {
    "raw": (Image, decode_depth),
    "compressed": (CompressedImage, decode_compressed_depth),
}


def _decode_png(file: memoryview, camera: str) -> NDArray[np.generic]:
    complete = bytes(file[: len(_PNG)]) == _PNG and _PNG_END in bytes(file[-64:])
    data = np.frombuffer(file, np.uint8)
    pixels = decode_file(data, cv2.IMREAD_UNCHANGED, camera) if complete else None
    if pixels is None or pixels.dtype != np.uint16 or pixels.ndim != 2:
        raise ObservationError(
            f"camera '{camera}': {len(file)} bytes of depth are no complete PNG image of 16 bits "
            f"behind a header of {_HEADER.size} bytes. Check the camera driver and the network"
        )
    return pixels


_CODECS: dict[str, Callable[[memoryview, str], NDArray[np.generic]]] = {
    "": _decode_png,  # As publishers said before there was another.
    "png": _decode_png,
    "rvl": decode_rvl,
}


def _millimetres(pixels: NDArray[np.generic]) -> DepthArray:
    depth_m: DepthArray = pixels.astype(np.float32)
    depth_m *= _MILLIMETRE
    depth_m[depth_m == 0.0] = np.nan
    return depth_m


def _from_inverse(
    pixels: NDArray[np.generic], numerator: float, offset: float, camera: str
) -> DepthArray:
    """Return numerator / (pixel - offset); a pixel of 0 was not measured."""
    if not (math.isfinite(offset) and 0.0 < numerator < math.inf):
        raise ObservationError(
            f"camera '{camera}': its compressed depth says a quantisation of {numerator:g} and "
            f"{offset:g}, wanted a finite number above 0 and a finite one. Check the camera driver"
        )
    values = pixels.astype(np.float32)
    above = np.where(values > 0.0, values - np.float32(offset), np.nan)
    depth_m: DepthArray = np.float32(numerator) / np.where(above > 0.0, above, np.nan)
    return depth_m.astype(np.float32, copy=False)
