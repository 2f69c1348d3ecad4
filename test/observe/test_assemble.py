# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import re

import numpy as np
import pytest

from vla_ros.errors import ObservationError
from vla_ros.observe.assemble import Stream, assemble
from vla_ros.observe.buffer import ArmSample, SampleBuffer
from vla_ros.types import CameraFrame, JointSample, Observation

MS = 1_000_000


class Desk:
    """Two cameras and an arm, with stamps in milliseconds."""

    def __init__(self) -> None:
        self.front = self.camera("front")
        self.wrist = self.camera("wrist")
        self.arm: Stream[ArmSample] = Stream(
            buffer=SampleBuffer("joint state", span_s=1.0, fastest_hz=50.0),
            what="state",
            topic="/joint_states",
            max_age_ns=250 * MS,
            limit="thresholds.joint_state_lost_s",
        )

    @staticmethod
    def camera(name: str) -> Stream[CameraFrame]:
        return Stream(
            buffer=SampleBuffer(f"camera '{name}'", span_s=1.0, fastest_hz=8.0),
            what="image",
            topic=f"/{name}/image_raw",
            max_age_ns=150 * MS,
            limit="thresholds.image_max_age_s",
        )

    def see(self, stream: Stream[CameraFrame], *stamps: int, arrival: int | None = None) -> None:
        for stamp in stamps:
            came = stamp + 5 if arrival is None else arrival
            image = np.full((2, 2, 3), stamp % 256, dtype=np.uint8)
            stream.buffer.add(
                CameraFrame(camera="c", stamp_ns=stamp * MS, arrival_ns=came * MS, image=image)
            )

    def feel(self, *stamps: int) -> None:
        for stamp in stamps:
            joints = JointSample(
                names=("a",),
                stamp_ns=stamp * MS,
                arrival_ns=(stamp + 1) * MS,
                position=np.array([stamp / 1000]),
            )
            self.arm.buffer.add(ArmSample(joints=joints, gripper=0.5))

    def assemble(self, now: int, *, skew: int = 100) -> Observation:
        return assemble(
            (self.front, self.wrist),
            (False, True),
            self.arm,
            max_skew_ns=skew * MS,
            now_ns=now * MS,
        )


@pytest.fixture
def desk() -> Desk:
    """Return a desk whose streams are fresh at 1100 ms."""
    desk = Desk()
    desk.see(desk.front, 1000, 1033, 1066)
    desk.see(desk.wrist, 1010, 1043)
    desk.feel(*range(900, 1070, 10))
    return desk


def test_the_reference_is_the_oldest_of_the_newest_images(desk: Desk) -> None:
    observation = desk.assemble(1100)
    assert observation.stamp_ns == 1043 * MS
    assert [frame.stamp_ns for frame in observation.frames] == [1033 * MS, 1043 * MS]
    assert observation.joints.stamp_ns == 1040 * MS
    assert observation.frozen == (False, True)
    assert observation.gripper == 0.5


@pytest.mark.parametrize("now", [1043 + 150, 1066 - 50])
def test_an_image_exactly_at_its_limit_is_taken(desk: Desk, now: int) -> None:
    assert desk.assemble(now).stamp_ns == 1043 * MS


def test_a_stream_that_never_came_is_named() -> None:
    desk = Desk()
    desk.see(desk.front, 1000)
    text = "camera 'wrist': no image has arrived yet. Check: ros2 topic hz /wrist/image_raw"
    with pytest.raises(ObservationError, match=re.escape(text)):
        desk.assemble(1010)
    desk.see(desk.wrist, 1000)
    text = "joint state: no state has arrived yet. Check: ros2 topic hz /joint_states"
    with pytest.raises(ObservationError, match=re.escape(text)):
        desk.assemble(1010)


def test_a_camera_that_is_silent_is_named_with_age_limit_and_command(desk: Desk) -> None:
    desk.see(desk.front, 1300)
    desk.feel(1300)
    text = (
        "camera 'wrist': newest image is 312 ms old, limit 150 ms (thresholds.image_max_age_s in "
        "the robot profile). Check: ros2 topic hz /wrist/image_raw"
    )
    with pytest.raises(ObservationError, match=re.escape(text)):
        desk.assemble(1043 + 312)


def test_a_camera_whose_stamps_are_old_is_told_from_a_silent_one(desk: Desk) -> None:
    desk.see(desk.front, 2100)
    desk.see(desk.wrist, 1100, arrival=2100)
    text = "1010 ms old, limit 150 ms .* ros2 topic delay /wrist/image_raw \\(old stamps keep"
    with pytest.raises(ObservationError, match=text):
        desk.assemble(2110)


def test_a_camera_whose_clock_is_ahead_is_named(desk: Desk) -> None:
    desk.see(desk.wrist, 2100)
    text = (
        "camera 'wrist': newest image is stamped 1000 ms in the future, limit 50 ms. Synchronise "
        "the clocks. Check: ros2 topic delay /wrist/image_raw"
    )
    with pytest.raises(ObservationError, match=re.escape(text)):
        desk.assemble(1100)


def test_joint_states_that_stopped_are_named(desk: Desk) -> None:
    desk.see(desk.front, 1400)
    desk.see(desk.wrist, 1400)
    text = "joint state: newest state is 340 ms old, limit 250 ms (thresholds.joint_state_lost_s"
    with pytest.raises(ObservationError, match=re.escape(text)):
        desk.assemble(1400)


def test_parts_that_are_too_far_apart_are_not_put_together(desk: Desk) -> None:
    desk.see(desk.front, 1180)
    desk.see(desk.wrist, 1180)
    desk.feel(1090)
    text = (
        "joint state: the state closest to the reference instant is -90 ms away, limit 80 ms "
        "(thresholds.image_max_skew_s in the robot profile)"
    )
    with pytest.raises(ObservationError, match=re.escape(text)):
        desk.assemble(1200, skew=80)
    assert desk.assemble(1200, skew=90).stamp_ns == 1180 * MS
