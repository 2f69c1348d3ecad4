# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What perception_node hears arrives at inference_node as it was heard."""

import math
from typing import Any

import numpy as np
import pytest

pytest.importorskip("rclpy", reason="needs ROS 2")

from healthy import ROBOT
from sensor_msgs.msg import Image, JointState

from vla_ros.errors import ObservationError
from vla_ros.ros import listening
from vla_ros.ros.hearing import WINDOW_S, Heard, Hearing, decode_heard
from vla_ros.ros.stamps import encode_time
from vla_ros.types import CameraFrame

NAMES = (*ROBOT.joint_names, ROBOT.gripper.joint)
IMAGE = "sensor_msgs/msg/Image"
KINDS = {"front": IMAGE, "wrist": IMAGE, "joints": "sensor_msgs/msg/JointState"}


class Clock:
    """Stands for the module `time`, and stamps 5 ms old."""

    now_s = 100.0

    def monotonic(self) -> float:
        return self.now_s

    def now_ns(self) -> int:
        return round((self.now_s + 0.005) * 1e9)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    fake = Clock()
    monkeypatch.setattr(listening, "time", fake)
    return fake


@pytest.fixture
def hearing(clock: Clock) -> Hearing:
    return Hearing(ROBOT, ROBOT.cameras, lambda topic: topic, clock.now_ns)


def image(clock: Clock, **fields: Any) -> Image:
    message = Image(height=48, width=64, encoding="rgb8", step=192, data=bytes(9216), **fields)
    message.header.stamp = encode_time(round(clock.now_s * 1e9))
    message.header.frame_id = "lens"
    return message


def see(hearing: Hearing, clock: Clock, picture: int, *, frozen: bool = False) -> None:
    pixels = np.zeros((48, 64, 3), np.uint8)
    frame = CameraFrame(camera="front", stamp_ns=1, arrival_ns=1, image=pixels)
    hearing.accept(image(clock), frame, picture, frozen=frozen)


def feel(hearing: Hearing, clock: Clock, *names: str, **fields: Any) -> None:
    message = JointState(name=names or NAMES, position=[0.1] * 7, **fields)
    message.header.stamp = encode_time(round(clock.now_s * 1e9))
    hearing.joints.hear(message)


def told(hearing: Hearing) -> Heard:
    return decode_heard(hearing.encode(1), KINDS)


def test_nothing_is_told_as_nothing(hearing: Hearing) -> None:
    heard = told(hearing)
    assert [camera.name for camera in heard.cameras] == ["front", "wrist"]
    assert {camera.stream.count for camera in heard.cameras} == {0}
    assert heard.joints is not None
    assert heard.joints.layouts == ()
    assert math.isnan(heard.joints.stream.lag_s)
    assert heard.joints.stream.longest_gap_s == math.inf


def test_a_camera_comes_with_its_pace_and_its_pictures(hearing: Hearing, clock: Clock) -> None:
    for step in range(11):
        clock.now_s += 0.1
        see(hearing, clock, picture=step // 4)
    front = told(hearing).cameras[0]
    assert (front.width, front.height, front.encoding, front.frame) == (64, 48, "rgb8", "lens")
    assert (front.size_bytes, front.pictures, front.frozen) == (9216, 3, False)
    assert front.stream.kind == IMAGE
    assert front.stream.topic == "/front/image_raw"
    assert (front.stream.count, front.stream.stamps) == (11, 11)
    assert front.stream.rate_hz == pytest.approx(10.0)
    assert front.stream.lag_s == pytest.approx(0.005, abs=1e-4)


def test_what_came_long_ago_is_forgotten(hearing: Hearing, clock: Clock) -> None:
    see(hearing, clock, 1)
    feel(hearing, clock, "thumb")
    clock.now_s += WINDOW_S + 0.1
    feel(hearing, clock)
    heard = told(hearing)
    assert heard.cameras[0].stream.count == 0
    assert heard.cameras[0].stream.listened_s == WINDOW_S
    assert heard.joints is not None
    assert heard.joints.layouts == (NAMES,)
    assert set(heard.joints.position) == set(NAMES)


def test_a_frozen_camera_and_one_that_cannot_be_decoded(hearing: Hearing, clock: Clock) -> None:
    see(hearing, clock, 1, frozen=True)
    hearing.refuse("wrist", image(clock), "encoding 'x' is not supported")
    front, wrist = told(hearing).cameras
    assert front.frozen
    assert wrist.objection == "encoding 'x' is not supported"
    assert wrist.stream.count == 1


@pytest.mark.parametrize("nonsense", [math.nan, math.inf, -math.inf])
def test_positions_arrive_whatever_they_are(
    nonsense: float, hearing: Hearing, clock: Clock
) -> None:
    feel(hearing, clock, velocity=[0.0] * 7)
    hearing.joints.hear(JointState(name=["joint1"], position=[nonsense]))
    joints = told(hearing).joints
    assert joints is not None
    assert joints.velocities == 7
    assert joints.position["joint1"] == pytest.approx(nonsense, nan_ok=True)
    assert joints.position["joint2"] == 0.1


def test_words_of_another_version_are_refused(hearing: Hearing) -> None:
    message = hearing.encode(1)
    message.status[0].values.pop()
    with pytest.raises(ObservationError, match="perception_node/streams: KeyError 'frozen'"):
        decode_heard(message, KINDS)
    message.status[0].values[0].value = "{"
    with pytest.raises(ObservationError, match="Start all nodes from one version"):
        decode_heard(message, KINDS)
