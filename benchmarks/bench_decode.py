# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How long it takes to decode an image in each encoding, a depth image, and a joint state."""

import sys
from functools import partial

import cv2
import numpy as np
from measure import make_parser, measure, over, quantiles, report
from numpy.typing import NDArray
from rvl_writer import encode_rvl
from sensor_msgs.msg import CompressedImage, Image, JointState

from vla_ros.ros.decode import decode_compressed_image, decode_image, decode_joint_state
from vla_ros.ros.depth import decode_compressed_depth
from vla_ros.ros.pixels import ENCODINGS
from vla_ros.ros.stamps import encode_time

STAMP = encode_time(1_000_000_000)
SHOWN = ("rgb8", "bgr8", "mono8", "yuyv", "bayer_rggb8", "bayer_rggb16")
JOINTS = tuple(f"joint{k}" for k in range(1, 8))


def make_image(encoding: str, width: int, height: int) -> Image:
    """Return an image of noise."""
    step = width * ENCODINGS[encoding].pixel_bytes
    data = np.random.default_rng(0).integers(0, 256, step * height, dtype=np.uint8)
    message = Image(height=height, width=width, encoding=encoding, step=step, data=data.tobytes())
    message.header.stamp = STAMP
    return message


def make_jpeg(width: int, height: int) -> CompressedImage:
    """Return a JPEG image with smooth content, as cameras see it."""
    noise = np.random.default_rng(0).integers(0, 256, (height // 16, width // 16, 3), np.uint8)
    data = cv2.imencode(".jpg", cv2.resize(noise, (width, height)))[1].tobytes()
    message = CompressedImage(format="jpeg", data=data)
    message.header.stamp = STAMP
    return message


def make_depth(width: int, height: int) -> NDArray[np.uint16]:
    """Return a slope with noise [mm], and bars in each row that were not measured."""
    slope = 1500 + np.indices((height, width)).sum(axis=0)
    depth = slope + np.random.default_rng(0).integers(-5, 6, (height, width))
    depth[:, :: width // 16] = 0
    return np.asarray(depth, np.uint16)


def make_png(depth: NDArray[np.uint16]) -> CompressedImage:
    """Return a compressed depth image."""
    return _compressed_depth("png", cv2.imencode(".png", depth)[1].tobytes())


def make_rvl(depth: NDArray[np.uint16]) -> CompressedImage:
    """Return the same image, coded in the other way."""
    return _compressed_depth("rvl", encode_rvl(depth))


def _compressed_depth(codec: str, file: bytes) -> CompressedImage:
    message = CompressedImage(format=f"16UC1; compressedDepth {codec}", data=bytes(12) + file)
    message.header.stamp = STAMP
    return message


def make_joint_state() -> JointState:
    """Return a state of seven joints and a gripper, in another order than asked for."""
    names = [*reversed(JOINTS), "finger_joint"]
    message = JointState(name=names, position=[0.1] * 8, velocity=[0.2] * 8)
    message.header.stamp = STAMP
    return message


def main() -> int:
    """Measure and print; the exit code."""
    parser = make_parser(__doc__, repeats=500)
    parser.add_argument("--size", default="640x480", help="of the images (default: 640x480)")
    args = parser.parse_args()
    width, height = map(int, args.size.split("x"))
    figures: dict[str, float] = {}
    for encoding in SHOWN:
        image = make_image(encoding, width, height)
        took = measure(partial(decode_image, image, "front", 0), args.repeats)
        figures |= quantiles(encoding, took)
    jpeg = make_jpeg(width, height)
    took = measure(lambda: decode_compressed_image(jpeg, "front", 0), args.repeats)
    figures |= quantiles("jpeg", took)
    depth = make_depth(width, height)
    for name, file in (("depth_png", make_png(depth)), ("depth_rvl", make_rvl(depth))):
        took = measure(partial(decode_compressed_depth, file, "front", 0), args.repeats)
        figures |= quantiles(name, took)
    state = make_joint_state()
    took = measure(lambda: decode_joint_state(state, JOINTS, 0), 10 * args.repeats)
    figures |= quantiles("joint_state", took)
    bar_ms = 2.0 if args.bar is None else args.bar
    return report(figures, args.json, over(figures, {"bgr8_median_ms": bar_ms}))


if __name__ == "__main__":
    sys.exit(main())
