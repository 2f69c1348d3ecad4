# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import struct
import tracemalloc
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from rvl_writer import encode_numbers, encode_rvl

from vla_ros.errors import ObservationError
from vla_ros.ros.rvl import decode_rvl

SHAPES = array_shapes(min_dims=2, max_dims=2, max_side=12)
PIXELS = st.one_of(st.just(0), st.integers(900, 920), st.integers(0, 65535))


def decode(data):
    return decode_rvl(memoryview(data), "front")


def file_of(width, height, numbers):
    return struct.pack("<II", width, height) + encode_numbers(numbers)


@pytest.fixture(scope="module")
def scene():
    """A slope with a hole, a box before it, and noise."""
    rng = np.random.default_rng(5)
    depth = 900 + np.indices((48, 64)).sum(axis=0) + rng.integers(-3, 4, (48, 64))
    depth[10:20, 15:40] = 600
    depth[:, 60:] = 0
    depth[30, ::2] = 0
    return depth.astype(np.uint16)


def test_a_file_written_by_hand_is_read():
    """Two zeros, then 1000, 999, 1001, then a zero: 2, 3, 2000, 1, 4, then 1, 0."""
    words = (0x238A_F314, 0x1000_0000)  # 2000 is 0, 2, 7, 3 in groups of three, the lowest first.
    assert decode(struct.pack("<IIII", 3, 2, *words)).tolist() == [[0, 0, 1000], [999, 1001, 0]]


def test_a_scene_is_what_it_was(scene):
    found = decode(encode_rvl(scene))
    assert found.dtype == np.uint16
    np.testing.assert_array_equal(found, scene)


@settings(deadline=None)
@given(arrays(np.uint16, SHAPES, elements=PIXELS))
def test_every_image_is_what_it_was(image):
    np.testing.assert_array_equal(decode(encode_rvl(image)), image)


@pytest.mark.parametrize("row", [[0], [65535], [0, 65535] * 4, [65535, 1] * 4])
def test_the_longest_coding_of_an_image_is_read(row):
    image = np.array([row], dtype=np.uint16)
    np.testing.assert_array_equal(decode(encode_rvl(image)), image)


@pytest.mark.parametrize("keep", range(8))
def test_a_file_without_a_size_is_refused(scene, keep):
    with pytest.raises(ObservationError, match=f"'front': its RVL .* has {keep} bytes, wanted 8"):
        decode(encode_rvl(scene)[:keep])


def test_a_file_that_ends_anywhere_is_refused(scene):
    data = encode_rvl(scene)
    for end in range(8, len(data), 7):
        with pytest.raises(ObservationError, match=r"is not complete|wanted a multiple of 4"):
            decode(data[:end])


@pytest.mark.parametrize("size", [(0, 0), (0, 480), (640, 0), (4097, 4096), (2**32 - 1, 9)])
def test_a_size_that_cannot_be_is_refused_before_memory_is_taken(size):
    """Twelve bytes may say that four thousand million pixels are zero."""
    width, height = size
    data = file_of(width, height, [width * height, 0])
    tracemalloc.start()
    with pytest.raises(ObservationError, match=rf"says {width}x{height} pixels, wanted 1 to 1677"):
        decode(data)
    assert tracemalloc.get_traced_memory()[1] < 1e6
    tracemalloc.stop()


def test_more_bytes_than_the_pixels_can_need_are_refused():
    with pytest.raises(ObservationError, match=r"has 2000000 bytes for 2x2 pixels, .* at most 16"):
        decode(struct.pack("<II", 2, 2) + bytes(2_000_000))


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ([0, 5, *[2] * 5], r"has a run of 0 \+ 5 up to pixel 5 of 4"),
        ([5, 0], r"has a run of 5 \+ 0 up to pixel 5 of 4"),
        ([2, 0, 0, 0, 2, 0], r"has a run of 0 \+ 0 up to pixel 2 of 4"),
        ([2**26, 2**26], r"has a run of 67108864 \+ 67108864 up"),
        ([8**9, 0], "has a number of 10 groups, wanted 9 at most"),
        ([0, 2, 20, 20], "has a run of 0|is not complete"),
        ([0, 4, 20, 20, 20], "is not complete"),
        ([0, 4, 20, 21, 20, 20, 1], "goes on behind its last pixel of 2x2"),
        ([4, 0, *[0] * 8], "goes on behind its last pixel of 2x2"),
        ([0, 1, 3, 3, 0], "has values from -2 to -2, wanted 1 to 65535"),
        ([0, 1, 0, 3, 0], "has values from 0 to 0, wanted 1 to 65535"),
        ([0, 1, 131072, 3, 0], "has values from 65536 to 65536, wanted 1"),
        ([0, 4, 2**27 - 1, 0, 0, 0], "has values from -67108864 to -67108864, wanted 1"),
    ],
)
def test_what_no_image_is_written_as_is_refused(numbers, text):
    with pytest.raises(ObservationError, match=text):
        decode(file_of(2, 2, numbers))


def test_a_number_that_does_not_end_is_refused():
    with pytest.raises(ObservationError, match="it ends within a number, after 8 bytes"):
        decode(struct.pack("<IIII", 2, 2, 0, 0x8888_8888))


@settings(max_examples=300, deadline=None)
@given(st.binary(min_size=8, max_size=80), st.integers(1, 9), st.integers(1, 9))
def test_garbage_is_an_image_of_its_size_or_refused(garbage, width, height):
    with suppress(ObservationError):
        assert decode(struct.pack("<II", width, height) + garbage).shape == (height, width)
