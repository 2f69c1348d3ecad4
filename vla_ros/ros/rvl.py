# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""RVL, the lossless coding of depth images by Wilson (2017).

compressed_depth_image_transport writes width, height and words of 32 bits, all little-endian.
A word is eight groups of four bits, the uppermost first. A number is groups of three bits, the
lowest first; the fourth bit says that it goes on. An image is runs: how many pixels are zero, how
many are not, then for each of the latter its difference from the last such one, 0, -1, 1, -2, 2
written as 0, 1, 2, 3, 4.
"""

import struct
from array import array
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from vla_ros.errors import ObservationError

_SIZE = struct.Struct("<II")
_MOST_PIXELS = 1 << 24  # What is said to be larger is garbage: a few bytes can say anything.
_PIXEL_BYTES = 4  # The longest: a run of one pixel, and its difference of six groups.
_WORD = 4
_WORD_GROUPS = 8
_MOST_GROUPS = 9  # As long as the number of `_MOST_PIXELS` is.

_Numbers = NDArray[np.int32]


def decode_rvl(data: memoryview, camera: str) -> NDArray[np.uint16]:
    """Return the pixels, shape (H, W).

    Takes memory for the pixels and the bytes that are there, never more than for 16 million.

    Args:
        data: Width, height and words.
        camera: What messages call its camera.

    Raises:
        ObservationError: They are not what they say; the message says how.
    """
    if len(data) < _SIZE.size:
        _refuse(camera, f"has {len(data)} bytes, wanted {_SIZE.size} for its width and height")
    width, height = _SIZE.unpack(data[: _SIZE.size])
    words, pixels = data[_SIZE.size :], width * height
    if not 1 <= pixels <= _MOST_PIXELS:
        _refuse(camera, f"says {width}x{height} pixels, wanted 1 to {_MOST_PIXELS} in all")
    if not (len(words) % _WORD == 0 and len(words) <= _PIXEL_BYTES * pixels):
        _refuse(
            camera,
            f"has {len(words)} bytes for {width}x{height} pixels, wanted a multiple of {_WORD}, "
            f"at most {_PIXEL_BYTES * pixels}",
        )
    numbers = _numbers_of(words, camera)
    runs, used = _runs_of(numbers, pixels, camera)
    if not (len(numbers) - used < _WORD_GROUPS and not numbers[used:].any()):
        _refuse(camera, f"goes on behind its last pixel of {width}x{height}")
    between = runs.copy()
    between[0::2] = 2  # The two numbers that say how long a run is.
    image = np.zeros(pixels, dtype=np.uint16)
    image[_second_of(runs)] = _sum(numbers[:used][_second_of(between)], camera)
    return image.reshape(height, width)


def _numbers_of(words: memoryview, camera: str) -> _Numbers:
    """Return all numbers, those that only fill the last word too."""
    octets = np.frombuffer(words, "<u4").astype(">u4").view(np.uint8)
    groups = np.empty(2 * len(octets), dtype=np.uint8)
    groups[0::2], groups[1::2] = octets >> 4, octets & 0xF
    ends = np.flatnonzero(groups < 8)
    if not (len(ends) and ends[-1] == len(groups) - 1):
        _refuse(camera, f"is not complete: it ends within a number, after {len(words)} bytes")
    starts = np.append(0, ends[:-1] + 1)
    lengths = ends + 1 - starts
    if not lengths.max() <= _MOST_GROUPS:
        _refuse(camera, f"has a number of {lengths.max()} groups, wanted {_MOST_GROUPS} at most")
    groups &= 7
    numbers: _Numbers = groups[starts].astype(np.int32)
    longer = np.flatnonzero(lengths > 1)
    place = 1
    while len(longer):
        numbers[longer] |= groups[starts[longer] + place].astype(np.int32) << 3 * place
        place += 1
        longer = longer[lengths[longer] > place]
    return numbers


def _runs_of(numbers: _Numbers, pixels: int, camera: str) -> tuple[_Numbers, int]:
    """Return how long runs are, without and with depth in turn, and the numbers they take."""
    read = numbers.data  # Twice as fast as the array, one number at a time.
    lengths = array("i")
    filled = used = 0
    while filled < pixels:
        if used + 2 > len(numbers):
            _refuse(camera, f"is not complete: {filled} of {pixels} pixels")
        zeros, depths = read[used], read[used + 1]
        used += 2 + depths
        filled += zeros + depths
        if zeros + depths == 0 or filled > pixels:
            _refuse(camera, f"has a run of {zeros} + {depths} up to pixel {filled} of {pixels}")
        if used > len(numbers):
            _refuse(camera, f"is not complete: less than {filled} of {pixels} pixels")
        lengths.extend((zeros, depths))
    return np.array(lengths, dtype=np.int32), used


def _second_of(lengths: _Numbers) -> NDArray[np.bool_]:
    """Return False as often as the first length says, True as the second, and so on."""
    return np.repeat(np.tile([False, True], len(lengths) // 2), lengths)


def _sum(differences: _Numbers, camera: str) -> NDArray[np.int64]:
    """Return depths, by adding up what was written for their differences."""
    depths = np.cumsum((differences >> 1) ^ -(differences & 1), dtype=np.int64)
    if len(depths) and not (depths.min() >= 1 and depths.max() <= 65535):
        _refuse(camera, f"has values from {depths.min()} to {depths.max()}, wanted 1 to 65535")
    return depths


def _refuse(camera: str, what: str) -> NoReturn:
    raise ObservationError(
        f"camera '{camera}': its RVL depth image {what}. Check the camera driver and the network"
    )
