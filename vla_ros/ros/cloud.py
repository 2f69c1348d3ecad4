# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Point clouds: sensor_msgs/PointCloud2 to as many points as a policy wants, and back.

Copies: one of the points that are taken; the others are only looked at.
"""

import array
import sys
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import PointCloud2, PointField
from std_msgs.msg import Header

from vla_ros.errors import ObservationError
from vla_ros.ros.stamps import decode_stamp, encode_time
from vla_ros.types import ImageArray, PointCloud

_AXES = ("x", "y", "z")
_LENGTHS = {PointField.FLOAT32: "f4", PointField.FLOAT64: "f8"}
# Red, green and blue in the lower three bytes, whatever the four are said to be.
_COLORS = dict.fromkeys((PointField.FLOAT32, PointField.UINT32, PointField.INT32), "u4")
_FARTHEST_M = 1e6  # What is said to be farther was not measured, as what is not finite.


class Wanted(Protocol):
    """How many points a policy wants, and what of them."""

    @property
    def points(self) -> int:
        """Evenly spread over those that were measured."""

    @property
    def color(self) -> bool:
        """Each with its colour."""


def decode_cloud(
    msg: PointCloud2,
    name: str,
    arrival_ns: int,
    *,
    frame: str | None = None,
    wanted: Wanted | None = None,
) -> PointCloud:
    """Return points that were measured, the same ones of the same message every time.

    Args:
        msg: The cloud; x, y, z are 32 or 64 bit floats, colours packed in `rgb` or `rgba`.
        name: What messages call it.
        arrival_ns: When it arrived, node clock [ns].
        frame: That it has to be given in; None for any.
        wanted: How many; None for all of them, and for their colours if there are any.

    Raises:
        ObservationError: The message contradicts itself, is in another frame, or has too few
            points, or no colours.
    """
    if frame is not None and msg.header.frame_id != frame:
        raise ObservationError(
            f"{name}: frame_id is '{msg.header.frame_id}', wanted '{frame}' (point_clouds in the "
            "robot profile). Transform the points where they are published, or correct the profile"
        )
    _check_layout(msg, name)
    x, y, z = (_column(msg, name, axis, _LENGTHS) for axis in _AXES)
    near = (np.abs(x) <= _FARTHEST_M) & (np.abs(y) <= _FARTHEST_M) & (np.abs(z) <= _FARTHEST_M)
    measured = np.flatnonzero(near)
    count = len(measured) if wanted is None else wanted.points
    if len(measured) < count:
        raise ObservationError(
            f"{name}: {len(measured)} of {msg.width * msg.height} points were measured, wanted "
            f"{count} (point_cloud.points in the policy profile). Check the sensor"
        )
    taken = measured[np.arange(count) * len(measured) // max(count, 1)]
    at = np.unravel_index(taken, near.shape)
    points = np.stack([column[at] for column in (x, y, z)], axis=1).astype(np.float32)
    packed = _colors(msg, name, wanted)
    return PointCloud(
        frame=msg.header.frame_id,
        stamp_ns=decode_stamp(msg, name),
        arrival_ns=arrival_ns,
        points_m=points,
        rgb=None if packed is None else _unpack(packed[at]),
    )


def encode_cloud(cloud: PointCloud) -> PointCloud2:
    """Return points as a message: one row, colours packed in `rgb`."""
    names = [*_AXES, *(["rgb"] if cloud.rgb is not None else [])]
    rows = np.empty((len(cloud.points_m), len(names)), dtype=np.float32)
    rows[:, :3] = cloud.points_m
    if cloud.rgb is not None:
        red, green, blue = cloud.rgb.astype(np.uint32).T
        rows.view(np.uint32)[:, 3] = red << 16 | green << 8 | blue
    data = array.array("B")
    data.frombytes(rows.view(np.uint8).data)
    return PointCloud2(
        header=Header(stamp=encode_time(cloud.stamp_ns), frame_id=cloud.frame),
        height=1,
        width=len(rows),
        fields=[
            PointField(name=name, offset=4 * k, datatype=PointField.FLOAT32, count=1)
            for k, name in enumerate(names)
        ],
        is_bigendian=sys.byteorder == "big",
        point_step=4 * len(names),
        row_step=4 * len(names) * len(rows),
        data=data,
        is_dense=True,
    )


def _check_layout(msg: PointCloud2, name: str) -> None:
    if not (msg.width > 0 and msg.height > 0):
        raise ObservationError(f"{name}: {msg.width}x{msg.height} points. Check the sensor")
    if not 0 < msg.width * msg.point_step <= msg.row_step:
        raise ObservationError(
            f"{name}: {msg.width} points of {msg.point_step} bytes do not fit rows of "
            f"{msg.row_step}. Check the sensor's driver"
        )
    if len(msg.data) != msg.row_step * msg.height:
        raise ObservationError(
            f"{name}: {len(msg.data)} bytes of data, wanted {msg.height} rows of {msg.row_step} = "
            f"{msg.row_step * msg.height}. Check the sensor's driver"
        )


def _column(msg: PointCloud2, name: str, key: str, types: dict[int, str]) -> NDArray[np.generic]:
    """Return one number of each point, shape (height, width): a view of the message."""
    field = next((field for field in msg.fields if field.name == key), None)
    if field is None:
        have = ", ".join(field.name for field in msg.fields) or "none"
        raise ObservationError(
            f"{name}: has no field '{key}'. It has: {have}. Check the sensor's driver, and "
            "point_cloud in the policy profile"
        )
    kind = np.dtype(types.get(field.datatype, "V")).newbyteorder(">" if msg.is_bigendian else "<")
    if kind.itemsize == 0 or field.count > 1 or field.offset + kind.itemsize > msg.point_step:
        raise ObservationError(
            f"{name}: field '{key}' has datatype {field.datatype}, count {field.count} and offset "
            f"{field.offset} in points of {msg.point_step} bytes. Supported datatypes: "
            f"{', '.join(map(str, types))}, one number within the point. Check the sensor's driver"
        )
    return np.ndarray(
        (msg.height, msg.width),
        kind,
        buffer=memoryview(msg.data),
        offset=field.offset,
        strides=(msg.row_step, msg.point_step),
    )


def _colors(msg: PointCloud2, name: str, wanted: Wanted | None) -> NDArray[np.generic] | None:
    names = {field.name for field in msg.fields}
    have = "rgba" if "rgba" in names and "rgb" not in names else "rgb"
    if wanted is None and have not in names:
        return None
    if wanted is not None and not wanted.color:
        return None
    return _column(msg, name, have, _COLORS)


def _unpack(packed: NDArray[np.generic]) -> ImageArray:
    colors = packed.astype(np.uint32)
    return np.stack([colors >> shift & 0xFF for shift in (16, 8, 0)], axis=1).astype(np.uint8)
