# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import math
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("rclpy", reason="ROS is not installed")
pytest.importorskip("vla_ros.msg", reason="the interfaces are not built")

from sensor_msgs.msg import PointCloud2, PointField

from vla_ros.errors import ObservationError
from vla_ros.policy.images import PointCloudSpec
from vla_ros.ros.cloud import decode_cloud, encode_cloud
from vla_ros.ros.stamps import encode_time
from vla_ros.types import PointCloud

pytestmark = pytest.mark.ros

FRAME = "front_depth"
GRID = np.arange(2 * 6 * 3, dtype=float).reshape(2, 6, 3)
LETTERS = {"f": PointField.FLOAT32, "d": PointField.FLOAT64, "I": PointField.UINT32}


def message(points, *, letter="f", order="<", colors=None, padding=0, color_letter="f"):
    """Points, shape (H, W, 3), each with four bytes of something else before, as sensors do."""
    height, width, _ = points.shape
    size = struct.calcsize(letter)
    packed = np.zeros((height, width), int) if colors is None else colors
    rows = []
    for row, shades in zip(points.tolist(), packed.tolist(), strict=True):
        cells = [
            b"\x01\x02\x03\x04" + struct.pack(f"{order}3{letter}I", *point, shade)
            for point, shade in zip(row, shades, strict=True)
        ]
        rows.append(b"".join(cells) + b"\x07" * padding)
    step = 4 + 3 * size + 4
    fields = [
        PointField(name=name, offset=4 + k * size, datatype=LETTERS[letter], count=1)
        for k, name in enumerate("xyz")
    ]
    if colors is not None:
        kind = LETTERS[color_letter]
        fields.append(PointField(name="rgb", offset=step - 4, datatype=kind, count=1))
    made = PointCloud2(
        height=height,
        width=width,
        fields=fields,
        is_bigendian=order == ">",
        point_step=step,
        row_step=step * width + padding,
        data=b"".join(rows),
    )
    made.header.frame_id, made.header.stamp = FRAME, encode_time(5)
    return made


def decode(msg, points=12, *, color=False):
    wanted = PointCloudSpec(source="front", points=points, color=color)
    return decode_cloud(msg, "point cloud 'front'", 9, frame=FRAME, wanted=wanted)


@pytest.mark.parametrize("padding", [0, 5])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("letter", ["f", "d"])
def test_points_are_read_where_they_lie(letter, order, padding):
    found = decode(message(GRID, letter=letter, order=order, padding=padding))
    np.testing.assert_array_equal(found.points_m, GRID.reshape(-1, 3))
    assert found.points_m.dtype == np.float32
    assert (found.frame, found.stamp_ns, found.arrival_ns) == (FRAME, 5, 9)
    assert found.rgb is None


@pytest.mark.parametrize("name", ["rgb", "rgba"])
@pytest.mark.parametrize("color_letter", ["f", "I"])
@pytest.mark.parametrize("order", ["<", ">"])
def test_colours_are_unpacked(order, color_letter, name):
    colors = np.random.default_rng(1).integers(0, 1 << 32, (2, 6))
    made = message(GRID, order=order, colors=colors, color_letter=color_letter)
    made.fields[3].name = name
    found = decode(made, color=True).rgb.reshape(2, 6, 3)
    for k, shift in enumerate((16, 8, 0)):
        assert (found[..., k] == colors >> shift & 255).all()


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, 1e30])
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_what_was_not_measured_is_dropped(axis, number):
    points = GRID.copy()
    points[0, 2, axis] = points[1, 4, axis] = number
    found = decode(message(points), points=10).points_m
    wanted = np.delete(GRID.reshape(-1, 3), [2, 10], axis=0)
    np.testing.assert_array_equal(found, wanted)


def test_points_are_thinned_out_evenly_and_the_same_way_each_time():
    first, again = (decode(message(GRID), points=4).points_m for _ in range(2))
    np.testing.assert_array_equal(first, GRID.reshape(-1, 3)[::3])
    np.testing.assert_array_equal(first, again)


def test_too_few_points_are_a_fault_and_are_never_filled_up():
    points = GRID.copy()
    points[1] = math.nan
    with pytest.raises(ObservationError, match=r"'front': 6 of 12 points were measured, wanted 7"):
        decode(message(points), points=7)


def test_another_frame_is_refused():
    made = message(GRID)
    made.header.frame_id = "camera_link"
    with pytest.raises(ObservationError, match="frame_id is 'camera_link', wanted 'front_depth'"):
        decode(made)


def test_a_cloud_without_stamp_is_refused():
    made = message(GRID)
    made.header.stamp = encode_time(0)
    with pytest.raises(ObservationError, match=r"point cloud 'front': header\.stamp is 0"):
        decode(made)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"width": 0}, "0x2 points"),
        ({"height": 0}, "6x0 points"),
        ({"point_step": 0}, "6 points of 0 bytes do not fit rows of 120"),
        ({"width": 7}, "7 points of 20 bytes do not fit rows of 120"),
        ({"width": 2**32 - 1, "point_step": 2**32 - 1}, "do not fit rows of 120"),
        ({"height": 2**32 - 1}, "240 bytes of data, wanted 4294967295 rows of 120"),
        ({"row_step": 121}, "240 bytes of data, wanted 2 rows of 121 = 242"),
        ({"data": b"\0" * 239}, "239 bytes of data, wanted 2 rows of 120 = 240"),
        ({"data": b""}, "0 bytes of data, wanted 2 rows"),
        ({"fields": []}, "has no field 'x'. It has: none"),
    ],
)
def test_a_message_that_contradicts_itself_is_refused(changes, text):
    made = message(GRID)
    for key, value in changes.items():
        setattr(made, key, value)
    with pytest.raises(ObservationError, match=text):
        decode(made)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"name": "q"}, "has no field 'z'. It has: x, y, q"),
        ({"offset": 17}, "field 'z' has datatype 7, count 1 and offset 17 in points of 20 bytes"),
        ({"offset": 2**32 - 1}, "offset 4294967295 in points of 20 bytes"),
        ({"datatype": PointField.INT16}, "has datatype 3, .* Supported datatypes: 7, 8"),
        ({"datatype": 0}, "field 'z' has datatype 0"),
        ({"count": 2}, "field 'z' has datatype 7, count 2"),
    ],
)
def test_a_field_that_cannot_be_read_is_named(changes, text):
    made = message(GRID)
    for key, value in changes.items():
        setattr(made.fields[2], key, value)
    with pytest.raises(ObservationError, match=text):
        decode(made)


def test_colours_that_are_not_there_are_named():
    with pytest.raises(ObservationError, match=r"has no field 'rgb'\. It has: x, y, z"):
        decode(message(GRID), color=True)


def test_what_is_encoded_is_read_again():
    cloud = PointCloud(
        frame=FRAME,
        stamp_ns=5,
        arrival_ns=9,
        points_m=GRID.reshape(-1, 3).astype(np.float32),
        rgb=np.arange(36, dtype=np.uint8).reshape(12, 3) + np.uint8(200),
    )
    found = decode(encode_cloud(cloud), color=True)
    np.testing.assert_array_equal(found.points_m, cloud.points_m)
    np.testing.assert_array_equal(found.rgb, cloud.rgb)


@settings(max_examples=200, deadline=None)
@given(st.binary(min_size=240, max_size=240))
def test_any_bytes_are_finite_points_or_too_few(data):
    made = message(GRID)
    made.data = data
    try:
        found = decode(made, points=3)
    except ObservationError as e:
        text = str(e)
    else:
        text = "points were measured" if np.isfinite(found.points_m).all() else "not finite"
    assert "points were measured" in text
