# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Passes a camera's images on, raw or as JPEG, and spoils them on demand.

Words: `freeze` (its last one again and again, with new stamps), `half_rate`, `clock_ahead`,
`clock_behind` (by a second), `encoding` (another one), `size` (half as high), `garbage` (what is
behind the header of a JPEG file).
"""

import json
import sys
from typing import Any

import cv2
import numpy as np
from rclpy.utilities import remove_ros_args
from sensor_msgs.msg import CompressedImage, Image

from vla_ros.faults.actor import Actor, run_actor
from vla_ros.ros.decode import decode_image
from vla_ros.ros.qos import IMAGES, RELIABLE_NEWEST
from vla_ros.ros.stamps import decode_time, encode_time

_AHEAD_NS = 1_000_000_000
_SCAN = b"\xff\xda"  # Begins the last segment before the picture data; its length follows.
_END_BYTES = 2


class Imager(Actor):
    """Between a camera and perception_node."""

    def __init__(self, told: dict[str, Any]) -> None:
        super().__init__("imager")
        self._kept: Image | None = None
        self._count = 0
        self._jpeg: bool = told["jpeg"]
        kind = CompressedImage if self._jpeg else Image
        self._out = self.create_publisher(kind, told["target"], RELIABLE_NEWEST)
        self.create_subscription(Image, told["source"], self._on_image, IMAGES)

    def _on_image(self, message: Image) -> None:
        self._count += 1
        word = self.words[0] if self.words else ""
        if word == "half_rate" and self._count % 2:
            return
        image = spoil(message, word, self._kept)
        if word != "freeze":
            self._kept = message
        self._out.publish(compress(image, garbage=word == "garbage") if self._jpeg else image)


def spoil(image: Image, word: str, kept: Image | None) -> Image:
    """Return what is sent for an image.

    Args:
        image: As it came; may be changed.
        word: What is wrong.
        kept: The one before; None if there is none.
    """
    stamp_ns = decode_time(image.header.stamp)
    if word == "freeze" and kept is not None:
        kept.header.stamp = image.header.stamp
        return kept
    if word in {"clock_ahead", "clock_behind"}:
        by_ns = _AHEAD_NS if word == "clock_ahead" else -_AHEAD_NS
        image.header.stamp = encode_time(stamp_ns + by_ns)
    elif word == "encoding":
        image.encoding = "32FC1"
    elif word == "size":
        image.height //= 2
        image.data = image.data[: image.step * image.height]
    return image


def compress(image: Image, *, garbage: bool) -> CompressedImage:
    """Return an image as JPEG; garbage has the header and the end of one."""
    pixels = decode_image(image, "imager", 0).image
    data = cv2.imencode(".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))[1].tobytes()
    if garbage:
        scan = data.index(_SCAN) + len(_SCAN)
        begin = scan + int.from_bytes(data[scan : scan + 2], "big")
        noise = np.random.default_rng(len(data)).bytes(len(data) - begin - _END_BYTES)
        data = data[:begin] + noise + data[-_END_BYTES:]
    return CompressedImage(header=image.header, format="jpeg", data=data)


if __name__ == "__main__":
    heard = json.loads(remove_ros_args(sys.argv)[1])
    sys.exit(run_actor(lambda: Imager(heard)))
