# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Writes RVL one number at a time, as the paper describes it."""

import struct
from collections.abc import Iterable, Iterator
from itertools import groupby

import numpy as np


def encode_rvl(image: np.ndarray) -> bytes:
    """Return width, height and words of an image, uint16, shape (H, W)."""
    height, width = image.shape
    return struct.pack("<II", width, height) + encode_numbers(numbers_of(image.ravel().tolist()))


def numbers_of(pixels: list[int]) -> Iterator[int]:
    """Yield runs and differences."""
    runs = [(measured, list(run)) for measured, run in groupby(pixels, key=bool)]
    if runs[0][0]:
        runs.insert(0, (False, []))
    if not runs[-1][0]:
        runs.append((True, []))
    last = 0
    for (_, zeros), (_, depths) in zip(runs[::2], runs[1::2], strict=True):
        yield len(zeros)
        yield len(depths)
        for depth in depths:
            difference, last = depth - last, depth
            yield 2 * difference if difference >= 0 else -2 * difference - 1


def encode_numbers(numbers: Iterable[int]) -> bytes:
    """Return words of numbers, the last word filled with zeros."""
    digits = "".join(digit for number in numbers for digit in digits_of(number))
    digits += "0" * (-len(digits) % 8)
    words = [int(digits[at : at + 8], 16) for at in range(0, len(digits), 8)]
    return struct.pack(f"<{len(words)}I", *words)


def digits_of(number: int) -> Iterator[str]:
    """Yield one hexadecimal digit for each three bits, the lowest first."""
    while number > 7:
        yield f"{number % 8 + 8:x}"
        number //= 8
    yield f"{number:x}"
