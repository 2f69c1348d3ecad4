# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Arm and gripper, told by one driver or by two."""

import math
from typing import Any

import pytest

pytest.importorskip("rclpy")
pytest.importorskip("vla_ros.msg", reason="the interfaces are not built")

from sensor_msgs.msg import JointState

from vla_ros.errors import ObservationError
from vla_ros.ros.joint_parts import JointParts, is_about
from vla_ros.ros.stamps import encode_time

MS = 1_000_000
NOW_NS = 5_000 * MS
ARM = ("a", "b")


def message(*, at_ms: int = 5_000, velocity: Any = (), **joints: float) -> JointState:
    told = JointState(name=list(joints), position=list(joints.values()), velocity=list(velocity))
    told.header.stamp = encode_time(at_ms * MS)
    return told


@pytest.fixture
def parts() -> JointParts:
    return JointParts(ARM, "jaw", 250 * MS)


def test_one_message_of_both_is_taken_apart(parts: JointParts) -> None:
    taken = parts.take(message(jaw=0.3, b=2.0, a=1.0, velocity=[0.0, 0.2, 0.1]), NOW_NS)
    assert taken is not None
    arm, jaw = taken
    assert (arm.names, arm.position.tolist(), jaw) == (ARM, [1.0, 2.0], 0.3)
    assert arm.velocity is not None
    assert arm.velocity.tolist() == [0.1, 0.2]


def test_two_messages_are_put_together_when_the_arms_comes(parts: JointParts) -> None:
    assert parts.take(message(jaw=0.3), NOW_NS) is None
    for at_ms, a in ((5_010, 1.0), (5_020, 1.1)):
        taken = parts.take(message(at_ms=at_ms, a=a, b=2.0), NOW_NS)
        assert taken is not None
        assert taken[0].position.tolist() == [a, 2.0]
        assert taken[0].stamp_ns == at_ms * MS
        assert taken[1] == 0.3


@pytest.mark.parametrize("velocity", [math.nan, math.inf])
def test_the_grippers_velocity_does_not_matter(parts: JointParts, velocity: float) -> None:
    taken = parts.take(message(jaw=0.3, a=1.0, b=2.0, velocity=[velocity, 0.1, 0.2]), NOW_NS)
    assert taken is not None
    assert taken[0].velocity is not None


def test_messages_of_other_things_are_none_of_ours(parts: JointParts) -> None:
    parts.take(message(jaw=0.3), NOW_NS)
    assert parts.take(message(rail=1.0), NOW_NS) is None


def test_a_gripper_that_was_never_heard_is_missing(parts: JointParts) -> None:
    with pytest.raises(ObservationError, match=r"jaw is missing. It has: a, b. Check 'gripper.j"):
        parts.take(message(a=1.0, b=2.0), NOW_NS)


@pytest.mark.parametrize(("at_ms", "is_old"), [(5_250, False), (5_251, True), (4_749, True)])
def test_a_gripper_that_fell_silent_is_named_with_its_age(
    parts: JointParts, at_ms: int, is_old: bool
) -> None:
    parts.take(message(jaw=0.3), NOW_NS)
    arm = message(at_ms=at_ms, a=1.0, b=2.0)
    if not is_old:
        assert parts.take(arm, NOW_NS) is not None
        return
    with pytest.raises(ObservationError, match=r"jaw is -?251 ms older .* limit 250 ms"):
        parts.take(arm, NOW_NS)


@pytest.mark.parametrize(
    ("joints", "text"),
    [
        ({"a": 1.0}, "joint state: b is missing. It has: a"),
        ({"a": 1.0, "jaw": 0.3}, "joint state: b is missing"),
        ({}, "joint state: a, b is missing"),
        ({"a": math.nan, "b": 1.0, "jaw": 0.3}, "position of a is nan"),
        ({"jaw": math.nan}, "position of jaw is nan"),
        ({"jaw": math.inf}, "position of jaw is inf"),
    ],
)
def test_half_an_arm_and_numbers_that_are_none_are_refused(
    parts: JointParts, joints: dict[str, float], text: str
) -> None:
    with pytest.raises(ObservationError, match=text):
        parts.take(message(**joints), NOW_NS)


@pytest.mark.parametrize(
    ("names", "about"), [("ab", True), ("xa", True), ("x", False), ("", True)]
)
def test_a_message_is_about_an_arm_if_it_has_a_joint_of_it_or_none_at_all(
    names: str, about: bool
) -> None:
    assert is_about(JointState(name=list(names)), ARM) is about
