# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import numpy as np

from vla_ros.observe.handover import Handover
from vla_ros.types import CameraFrame, JointSample, Observation


def observation(stamp_ns: int) -> Observation:
    image = np.zeros((4, 4, 3), dtype=np.uint8)
    frame = CameraFrame(camera="front", stamp_ns=stamp_ns, arrival_ns=stamp_ns, image=image)
    joints = JointSample(
        names=("joint1",), stamp_ns=stamp_ns, arrival_ns=stamp_ns, position=np.zeros(1)
    )
    return Observation(
        stamp_ns=stamp_ns, frames=(frame,), frozen=(False,), joints=joints, gripper=1.0
    )


def test_what_is_given_is_taken_as_the_object_that_it_is() -> None:
    handover, taken = Handover(), []
    handover.connect(taken.append)
    given = [observation(1), observation(2)]
    for each in given:
        handover.give(each)
    assert [id(each) for each in taken] == [id(each) for each in given]
    assert taken[-1].frames[0].image is given[-1].frames[0].image


def test_nothing_waits_for_a_taker_who_comes_later() -> None:
    handover, taken = Handover(), []
    handover.give(observation(1))
    handover.connect(taken.append)
    assert taken == []


def test_a_taker_who_left_gets_nothing_more() -> None:
    handover, taken = Handover(), []
    handover.connect(taken.append)
    handover.connect(None)
    handover.give(observation(1))
    assert taken == []
