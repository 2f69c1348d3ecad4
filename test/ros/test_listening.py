# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("rclpy", reason="needs ROS 2")

from builtin_interfaces.msg import Time
from rclpy.qos import QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import Image, JointState
from std_msgs.msg import Bool, Header

from vla_ros.ros import listening
from vla_ros.ros.listening import JointListening, Listening, listeners_of, publishers_of
from vla_ros.ros.ownership import UNKNOWN_NODE

MS = 1_000_000
RELIABLE = QoSProfile(depth=1)
BEST_EFFORT = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)


class Clock:
    """Stands for the module `time`."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def monotonic(self) -> float:
        return self.now_s


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    fake = Clock()
    monkeypatch.setattr(listening, "time", fake)
    return fake


def info(name: str, qos: QoSProfile, kind: str = "std_msgs/msg/Bool") -> SimpleNamespace:
    return SimpleNamespace(node_name=name, node_namespace="/", topic_type=kind, qos_profile=qos)


def graph(publishers: tuple[Any, ...] = (), listeners: tuple[Any, ...] = ()) -> Any:
    return SimpleNamespace(
        get_publishers_info_by_topic=lambda _: publishers,
        get_subscriptions_info_by_topic=lambda _: listeners,
        get_topic_names_and_types=lambda: [
            ("/silent", ["std_msgs/msg/Bool"]),
            ("/other", ["std_msgs/msg/Bool", "std_msgs/msg/Float64"]),
            ("/image", ["sensor_msgs/msg/Image"]),
        ],
        count_publishers=lambda topic: int(topic != "/silent"),
    )


def header(stamp_ms: int) -> Header:
    return Header(stamp=Time(sec=stamp_ms // 1000, nanosec=stamp_ms % 1000 * MS))


def hear(heard: Listening, clock: Clock, times_ms: tuple[int, ...], make: Any) -> None:
    for before, now in pairwise((0, *times_ms)):
        clock.now_s += (now - before) * 1e-3
        heard.hear(make(now))


def test_rate_gap_and_lag_are_measured(clock: Clock) -> None:
    heard = Listening("/j", JointState, RELIABLE, lambda: round(clock.now_s * 1e3 + 7) * MS)
    hear(heard, clock, (100, 200, 300, 700), lambda now: JointState(header=header(now)))
    clock.now_s += 0.1
    seen = heard.stream(graph())
    assert (seen.count, seen.stamps) == (4, 4)
    assert seen.rate_hz == pytest.approx(5.0)
    assert seen.longest_gap_s == pytest.approx(0.4)
    assert seen.lag_s == pytest.approx(0.007)
    assert seen.kind == "sensor_msgs/msg/JointState"


def test_the_silence_at_the_end_is_a_gap(clock: Clock) -> None:
    heard = Listening("/b", Bool, RELIABLE, lambda: 0)
    hear(heard, clock, (10, 20), lambda _: Bool())
    clock.now_s += 2.0
    assert heard.stream(graph()).longest_gap_s == pytest.approx(2.0)


def test_nothing_heard_is_an_endless_gap() -> None:
    seen = Listening("/b", Bool, RELIABLE, lambda: 0).stream(graph())
    assert (seen.count, seen.rate_hz, seen.longest_gap_s) == (0, 0.0, float("inf"))


def test_a_stamp_and_a_picture_that_repeat_count_once(clock: Clock) -> None:
    heard = Listening("/i", Image, RELIABLE, lambda: 0)
    for data in (b"abc", b"abc", b"abd"):
        heard.hear_picture(Image(header=header(5), data=data))
    assert heard.pictures == 2
    assert heard.stream(graph()).stamps == 1


def test_joints_are_put_together_from_every_message(clock: Clock) -> None:
    heard = JointListening(("a", "b"), "/j", JointState, RELIABLE, lambda: 0)
    for step in range(4):
        clock.now_s += 0.1001
        heard.hear(JointState(name=["b", "a"], position=[0.0, 0.02 * step], velocity=[0.0, 0.2]))
    heard.hear(JointState(name=["gripper"], position=[0.04]))
    assert tuple(heard.layouts) == (("b", "a"), ("gripper",))
    assert heard.position == pytest.approx({"a": 0.06, "b": 0.0, "gripper": 0.04})
    assert heard.velocities == 2
    assert heard.speed == pytest.approx(0.2, rel=0.01)


def test_a_gripper_with_messages_of_its_own_does_not_count_for_the_arms_pace(clock: Clock) -> None:
    heard = JointListening(("a", "b"), "/j", JointState, RELIABLE, lambda: 0)
    for _ in range(5):
        clock.now_s += 0.1
        heard.hear(JointState(name=["a", "b"], position=[0.0, 0.0]))
        for _ in range(3):
            heard.hear(JointState(name=["gripper"], position=[0.04], velocity=[0.0]))
    seen = heard.stream(graph())
    assert seen.count == 5
    assert seen.rate_hz == pytest.approx(10.0)
    assert heard.velocities == 0


def test_joints_of_other_names_count_while_the_right_ones_are_not_heard(clock: Clock) -> None:
    heard = JointListening(("a", "b"), "/j", JointState, RELIABLE, lambda: 0)
    for _ in range(3):
        clock.now_s += 0.1
        heard.hear(JointState(name=["elbow"], position=[0.0]))
    assert heard.stream(graph()).count == 3


def test_joints_with_fewer_positions_than_names_do_not_break_it(clock: Clock) -> None:
    heard = JointListening(("a", "b"), "/j", JointState, RELIABLE, lambda: 0)
    for _ in range(3):
        clock.now_s += 0.2
        heard.hear(JointState(name=["a", "b"], position=[0.1]))
    assert heard.position == {"a": 0.1}


def test_a_publisher_that_cannot_be_heard_is_told_with_the_reason() -> None:
    node = graph(publishers=(info("driver", BEST_EFFORT), info(UNKNOWN_NODE, RELIABLE)))
    deaf, unknown = publishers_of(node, "/t", RELIABLE)
    assert deaf.node == "/driver"
    assert "est effort" in deaf.objection
    assert unknown.node is None
    assert unknown.objection == ""


def test_a_listener_is_held_against_the_node_that_commands() -> None:
    ours, other = info("executor_node", BEST_EFFORT), info("teleop", RELIABLE)
    node = graph(publishers=(other, ours), listeners=(info("controller", RELIABLE),))
    assert "est effort" in listeners_of(node, "/t", "/executor_node")[0].objection
    assert listeners_of(node, "/t", "/teleop")[0].objection == ""
    assert listeners_of(node, "/t", "/nobody")[0].objection == ""


def test_a_topic_that_nobody_publishes_comes_with_others_of_its_type(clock: Clock) -> None:
    heard = Listening("/estop", Bool, RELIABLE, lambda: 0)
    assert heard.stream(graph()).elsewhere == ("/other",)
    there = graph((info("button", RELIABLE),))
    assert heard.stream(there).elsewhere == ()


def test_what_is_older_than_the_window_is_forgotten(clock: Clock) -> None:
    heard = Listening("/b", Bool, RELIABLE, lambda: 0, window_s=1.0)
    for _ in range(40):
        clock.now_s += 0.1
        heard.hear(Bool())
    assert heard.pace().count in {10, 11}
    assert heard.listened_s == 1.0
    assert heard.pace().longest_gap_s == pytest.approx(0.1)
    clock.now_s += 1.2
    assert heard.pace().count == 0
    assert heard.pace().longest_gap_s == float("inf")


def test_a_driver_that_was_corrected_is_heard_with_its_new_names_alone(clock: Clock) -> None:
    heard = JointListening(("a",), "/j", JointState, RELIABLE, lambda: 0, window_s=1.0)
    heard.hear(JointState(name=["elbow"], position=[0.0]))
    clock.now_s += 0.9
    heard.hear(JointState(name=["a"], position=[0.1]))
    assert heard.layouts == (("elbow",), ("a",))
    clock.now_s += 0.2
    assert heard.layouts == (("a",),)
    assert heard.position == {"a": 0.1}
