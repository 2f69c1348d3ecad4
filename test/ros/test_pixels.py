# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Whatever a camera sends, what OpenCV refuses is an ObservationError like all that is refused."""

import struct
import zlib
from collections.abc import Callable

import numpy as np
import pytest

pytest.importorskip("rclpy", reason="ROS is not installed")
pytest.importorskip("vla_ros.msg", reason="the interfaces are not built")

from sensor_msgs.msg import CompressedImage, Image

from vla_ros.errors import ObservationError
from vla_ros.ros.decode import decode_compressed_image, decode_image
from vla_ros.ros.depth import decode_compressed_depth
from vla_ros.ros.pixels import ENCODINGS
from vla_ros.ros.stamps import encode_time


def chunk(kind: bytes, data: bytes) -> bytes:
    crc = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + crc


def huge_png() -> bytes:
    """A file of 60000x60000 pixels, as it says."""
    head = struct.pack(">IIBBBBB", 60000, 60000, 16, 0, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)


@pytest.mark.parametrize(
    ("decode", "text", "header"),
    [
        (decode_compressed_image, "rgb8; png compressed bgr8", b""),
        (decode_compressed_depth, "16UC1; compressedDepth png", bytes(12)),
    ],
)
def test_a_picture_that_is_said_to_be_huge_is_refused(
    decode: Callable[..., object], text: str, header: bytes
) -> None:
    message = CompressedImage(format=text, data=header + huge_png())
    message.header.stamp = encode_time(1)
    with pytest.raises(ObservationError, match=r"'front': a picture of .* cannot be decoded: Ope"):
        decode(message, "front", 1)


@pytest.mark.parametrize("encoding", ["yuv422", "uyvy", "yuv422_yuy2", "yuyv"])
def test_an_odd_width_is_refused_where_two_columns_share_a_colour(encoding: str) -> None:
    message = Image(encoding=encoding, width=3, height=2, step=6, data=bytes(12))
    message.header.stamp = encode_time(1)
    with pytest.raises(ObservationError, match=f"3x2 pixels of {encoding}, wanted multiples of 2"):
        decode_image(message, "front", 1)


@pytest.mark.parametrize("size", [(1, 1), (1, 2), (2, 1), (2, 2), (3, 2), (2, 3), (3, 3)])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_tiny_picture_is_decoded_or_refused(encoding: str, size: tuple[int, int]) -> None:
    (width, height), kind = size, ENCODINGS[encoding]
    step = width * kind.pixel_bytes
    data = np.zeros(step * kind.rows(height), dtype=np.uint8).tobytes()
    message = Image(encoding=encoding, width=width, height=height, step=step, data=data)
    message.header.stamp = encode_time(1)
    columns, rows = kind.shared
    if width % columns or height % rows:
        with pytest.raises(ObservationError, match="so many share a colour"):
            decode_image(message, "front", 1)
    else:
        assert decode_image(message, "front", 1).image.shape == (height, width, 3)


def bayer(samples: np.ndarray, name: str, *, padding: int = 0, big_endian: bool = False) -> Image:
    """Rows of `samples` as bytes, each followed by `padding` bytes."""
    height, width = samples.shape
    rows = np.ascontiguousarray(samples).view(np.uint8).reshape(height, -1)
    rows = np.pad(rows, ((0, 0), (0, padding)), constant_values=77)
    message = Image(
        encoding=name, width=width, height=height, step=rows.shape[1], data=rows.tobytes()
    )
    message.is_bigendian = int(big_endian)
    message.header.stamp = encode_time(1)
    return message


@pytest.mark.parametrize("padding", [0, 6])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("pattern", ["rggb", "bggr", "gbrg", "grbg"])
def test_bayer_images_of_16_bits_show_what_their_upper_bytes_show(
    pattern: str, order: str, padding: int
) -> None:
    samples = np.random.default_rng(3).integers(0, 65536, (8, 10), dtype=np.uint16)
    wanted = bayer((samples >> 8).astype(np.uint8), f"bayer_{pattern}8")
    ordered = samples.astype(f"{order}u2")
    message = bayer(ordered, f"bayer_{pattern}16", padding=padding, big_endian=order == ">")
    image = decode_image(message, "front", 1).image
    assert (image == decode_image(wanted, "front", 1).image).all()


def test_a_bayer_image_of_16_bits_in_rows_of_8_is_refused() -> None:
    message = bayer(np.zeros((4, 4), dtype=np.uint8), "bayer_rggb16")
    with pytest.raises(ObservationError, match="do not fit rows of 4 bytes, wanted at least 8"):
        decode_image(message, "front", 1)
