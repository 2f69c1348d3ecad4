# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a camera at fault sends, and what perception makes of it."""

import re

import pytest

pytest.importorskip("rclpy", reason="ROS is not installed")
pytest.importorskip("vla_ros.msg", reason="the interfaces are not built")

import numpy as np
from sensor_msgs.msg import Image

from vla_ros.errors import ObservationError
from vla_ros.faults.imager import compress, spoil
from vla_ros.faults.table import FAULTS
from vla_ros.observe.observer import Observer
from vla_ros.policy.spec import load_policy_profile
from vla_ros.robot.profile import load_robot_profile
from vla_ros.ros.decode import decode_compressed_image, decode_image
from vla_ros.ros.stamps import decode_time, encode_time

SECOND = 1_000_000_000
NOW_NS = 50 * SECOND


def image() -> Image:
    noise = np.random.default_rng(1).bytes(48 * 64 * 3)
    message = Image(height=48, width=64, encoding="rgb8", step=192, data=noise)
    message.header.stamp = encode_time(NOW_NS)
    return message


@pytest.mark.parametrize("word", ["encoding", "size", "garbage"])
def test_a_spoiled_picture_is_refused_in_the_words_of_its_fault(word: str) -> None:
    robot = load_robot_profile("sim_arm")
    cameras = [camera.model_copy(update={"size": (64, 48)}) for camera in robot.cameras]
    robot = robot.model_copy(update={"cameras": tuple(cameras)})
    observer = Observer(robot, load_policy_profile("tabletop").images)
    (fault,) = [fault for fault in FAULTS if fault.act == ("imager", word)]
    sent = spoil(image(), word, None)

    def perceive() -> None:
        if word == "garbage":
            decode_compressed_image(compress(sent, garbage=True), "front", NOW_NS)
        observer.add_frame(decode_image(sent, "front", NOW_NS))

    with pytest.raises(ObservationError, match=re.escape(fault.says)):
        perceive()


def test_garbage_has_the_header_of_the_picture_and_its_length() -> None:
    fair, spoiled = (bytes(compress(image(), garbage=how).data) for how in (False, True))
    begin = fair.index(b"\xff\xda") + 14
    assert len(spoiled) == len(fair)
    assert spoiled[:begin] == fair[:begin]
    assert spoiled[begin : begin + 100] != fair[begin : begin + 100]
    assert spoiled[-2:] == fair[-2:]


def test_a_frozen_camera_sends_the_picture_before_with_a_new_stamp() -> None:
    kept, newer = image(), image()
    kept.data = bytes(len(kept.data))
    newer.header.stamp = encode_time(NOW_NS + 5)
    sent = spoil(newer, "freeze", kept)
    assert bytes(sent.data) == bytes(len(kept.data))
    assert decode_time(sent.header.stamp) == NOW_NS + 5


@pytest.mark.parametrize(("word", "off_s"), [("clock_ahead", 1), ("clock_behind", -1)])
def test_a_clock_that_is_off_changes_the_stamp_alone(word: str, off_s: int) -> None:
    sent = spoil(image(), word, None)
    assert decode_time(sent.header.stamp) == NOW_NS + off_s * SECOND
    assert bytes(sent.data) == bytes(image().data)


def test_a_fair_camera_is_passed_on_also_as_jpeg() -> None:
    assert spoil(image(), "", None) == image()
    plain = image()
    plain.data = bytes([90]) * len(plain.data)
    frame = decode_compressed_image(compress(plain, garbage=False), "front", NOW_NS)
    assert frame.stamp_ns == NOW_NS
    assert np.abs(frame.image.astype(int) - 90).max() <= 3
