# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import struct

import cv2
import numpy as np
import pytest

pytest.importorskip("rclpy")
pytest.importorskip("vla_ros.msg")

from rvl_writer import encode_rvl
from sensor_msgs.msg import CompressedImage, Image

from vla_ros.errors import ObservationError
from vla_ros.ros.depth import decode_compressed_depth, decode_depth
from vla_ros.ros.stamps import encode_time

pytestmark = pytest.mark.ros

STAMP_NS = 4_900_000_123
MILLIMETRES = np.array([[0, 1, 1500], [65535, 250, 0]], dtype=np.uint16)
METRES = np.array([[np.nan, 0.001, 1.5], [65.535, 0.25, np.nan]], dtype=np.float32)


def raw(pixels, encoding, *, padding=0, big_endian=False):
    """Rows of `pixels` as bytes, each followed by `padding` bytes."""
    height, width = pixels.shape
    rows = np.ascontiguousarray(pixels).view(np.uint8).reshape(height, -1)
    rows = np.pad(rows, ((0, 0), (0, padding)), constant_values=77)
    message = Image(
        height=height, width=width, encoding=encoding, step=rows.shape[1], data=rows.tobytes()
    )
    message.is_bigendian = int(big_endian)
    message.header.stamp = encode_time(STAMP_NS)
    return message


def compressed(pixels, text, *, header=(0, 0.0, 0.0), keep=None):
    png = "rvl" not in text
    file = cv2.imencode(".png", pixels)[1].tobytes() if png else encode_rvl(pixels)
    data = (struct.pack("<iff", *header) + file)[:keep]
    message = CompressedImage(format=text, data=data)
    message.header.stamp = encode_time(STAMP_NS)
    return message


@pytest.mark.parametrize("padding", [0, 6])
@pytest.mark.parametrize("order", ["<", ">"])
def test_millimetres_become_metres_and_zero_is_not_measured(order, padding):
    pixels = MILLIMETRES.astype(f"{order}u2")
    message = raw(pixels, "16UC1", padding=padding, big_endian=order == ">")
    frame = decode_depth(message, "front", 7)
    np.testing.assert_allclose(frame.depth_m, METRES, rtol=1e-6)
    assert (frame.camera, frame.stamp_ns, frame.arrival_ns) == ("front", STAMP_NS, 7)
    assert not frame.depth_m.flags.writeable


@pytest.mark.parametrize("padding", [0, 8])
@pytest.mark.parametrize("order", ["<", ">"])
def test_metres_stay_what_they_are(order, padding):
    message = raw(METRES.astype(f"{order}f4"), "32FC1", padding=padding, big_endian=order == ">")
    np.testing.assert_array_equal(decode_depth(message, "front", 7).depth_m, METRES)


def test_metres_are_a_view_of_the_message():
    message = raw(METRES, "32FC1")
    depth_m = decode_depth(message, "front", 7).depth_m
    assert np.shares_memory(depth_m, np.frombuffer(message.data, np.uint8))


def test_a_colour_image_is_no_depth_image():
    message = raw(MILLIMETRES, "16UC1")
    message.encoding = "rgb8"
    with pytest.raises(ObservationError, match=r"'rgb8' is no depth image\. Supported: 16UC1"):
        decode_depth(message, "front", 7)


def test_bytes_that_are_missing_are_named():
    message = raw(MILLIMETRES, "16UC1")
    message.data = message.data[:-1]
    with pytest.raises(ObservationError, match="11 bytes of data, wanted 2 rows of 6 = 12"):
        decode_depth(message, "front", 7)


def test_a_depth_image_without_stamp_is_refused():
    message = raw(MILLIMETRES, "16UC1")
    message.header.stamp = encode_time(0)
    with pytest.raises(ObservationError, match=r"'depth of front': header\.stamp is 0"):
        decode_depth(message, "front", 7)


@pytest.mark.parametrize(
    "text", ["16UC1; compressedDepth png", "16UC1; compressedDepth", "16UC1; compressedDepth rvl"]
)
def test_compressed_millimetres_become_metres(text):
    frame = decode_compressed_depth(compressed(MILLIMETRES, text), "front", 7)
    np.testing.assert_allclose(frame.depth_m, METRES, rtol=1e-6)
    assert frame.stamp_ns == STAMP_NS


@pytest.mark.parametrize("codec", ["png", "rvl"])
def test_a_compressed_inverse_depth_becomes_metres(codec):
    """As the publisher makes it: pixel = a / depth + b, with both numbers in the header."""
    a, b = 1000.0, -90.0
    depth_m = np.array([[0.5, 2.0, 8.0]])
    pixels = np.append(np.round(a / depth_m + b), [[0.0]], axis=1).astype(np.uint16)
    message = compressed(pixels, f"32FC1; compressedDepth {codec}", header=(1, a, b))
    found = decode_compressed_depth(message, "front", 7).depth_m
    assert np.isnan(found[0, 3])
    np.testing.assert_allclose(found[0, :3], depth_m[0], rtol=0.02)


def test_an_inverse_depth_is_the_same_in_both_codecs():
    pixels = np.random.default_rng(2).integers(0, 65536, (6, 8), dtype=np.uint16)
    messages = [
        compressed(pixels, f"32FC1; compressedDepth {codec}", header=(0, 1000.0, 130.5))
        for codec in ("png", "rvl")
    ]
    png, rvl = (decode_compressed_depth(message, "front", 7).depth_m for message in messages)
    np.testing.assert_array_equal(png, rvl)


@pytest.mark.parametrize("codec", ["png", "rvl"])
@pytest.mark.parametrize("header", [(1, 0.0, 0.0), (1, float("nan"), 0.0), (1, 1.0, float("inf"))])
def test_a_quantisation_that_means_nothing_is_refused(header, codec):
    message = compressed(MILLIMETRES, f"32FC1; compressedDepth {codec}", header=header)
    with pytest.raises(ObservationError, match="says a quantisation of"):
        decode_compressed_depth(message, "front", 7)


@pytest.mark.parametrize(
    "text", ["16UC1; compressedDepth zstd", "jpeg", "", "bgr8; compressedDepth", "16UC1; png"]
)
def test_what_is_not_read_is_named(text):
    with pytest.raises(ObservationError, match=rf"format '{text}' is not supported .* Check dep"):
        decode_compressed_depth(compressed(MILLIMETRES, text), "front", 7)


@pytest.mark.parametrize("keep", [0, 5, 12, 40, -4])
def test_a_truncated_depth_image_is_refused(keep):
    message = compressed(MILLIMETRES, "16UC1; compressedDepth png", keep=keep)
    with pytest.raises(ObservationError, match="are no complete PNG image of 16 bits"):
        decode_compressed_depth(message, "front", 7)


def test_a_png_of_eight_bits_is_refused():
    message = compressed(MILLIMETRES.astype(np.uint8), "16UC1; compressedDepth png")
    with pytest.raises(ObservationError, match="are no complete PNG image of 16 bits"):
        decode_compressed_depth(message, "front", 7)


@pytest.mark.parametrize("keep", [0, 5, 12, 19, 20, -4, -1])
@pytest.mark.parametrize("encoding", ["16UC1", "32FC1"])
def test_a_truncated_rvl_image_is_refused(encoding, keep):
    message = compressed(MILLIMETRES, f"{encoding}; compressedDepth rvl", keep=keep)
    with pytest.raises(ObservationError, match="camera 'front': its RVL depth image"):
        decode_compressed_depth(message, "front", 7)
