# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The subscriptions of executor_node over real DDS, into a mailbox that the test reads."""

import math
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

rclpy = pytest.importorskip("rclpy")
pytest.importorskip("vla_ros.msg", reason="the interfaces are not built")

from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import JointState, Range
from std_msgs.msg import Bool, Float64

from vla_ros.gate.mailbox import Mailbox
from vla_ros.gate.state import GateInputs
from vla_ros.msg import Obstacles
from vla_ros.nodes.executor_inputs import ExecutorInputs
from vla_ros.robot.parts import DeadmanProfile, DriverProfile, HumanProfile, ObstaclesProfile
from vla_ros.robot.profile import load_robot_profile
from vla_ros.ros.control_loop import SteadyClock
from vla_ros.ros.qos import LATCHED

pytestmark = pytest.mark.ros

TIMEOUT_S = 10.0
PROFILE = load_robot_profile("sim_arm").model_copy(
    update={
        "driver": DriverProfile(topic="/driver"),
        "deadman": DeadmanProfile(topic="deadman"),
        "human": HumanProfile(topic="/human", speed_m_s=1.6, margin_m=0.5),
        "obstacles": ObstaclesProfile(topic="/obstacles"),
    }
)


class Bench:
    """One node that listens, another that talks."""

    def __init__(self) -> None:
        self.listener = Node("executor_node", namespace="/vla")
        self.talker = Node("talker")
        self.mailbox = Mailbox()
        self.clock = SteadyClock(lambda: self.listener.get_clock().now().nanoseconds)
        self.inputs = ExecutorInputs(self.listener, PROFILE, self.mailbox, self.clock)
        self._executor = SingleThreadedExecutor()
        for node in (self.listener, self.talker):
            self._executor.add_node(node)

    def collect(self) -> GateInputs:
        return self.mailbox.collect(time.monotonic_ns(), 0.0)[0]

    def until(self, condition: Callable[[GateInputs], bool]) -> GateInputs:
        """Take what arrives until it is as wanted."""
        end = time.monotonic() + TIMEOUT_S
        while not condition(inputs := self.collect()):
            assert time.monotonic() < end, "waited in vain"
            self._executor.spin_once(timeout_sec=0.02)
        return inputs

    def say(self, message: Any, topic: str, qos: QoSProfile | int = 1) -> Any:
        """Publish once, to the listener; return the publisher."""
        publisher = self.talker.create_publisher(type(message), topic, qos)
        self.until(lambda _: publisher.get_subscription_count() > 0)
        publisher.publish(message)
        return publisher

    def close(self) -> None:
        self.inputs.close()
        self._executor.shutdown()
        self.listener.destroy_node()
        self.talker.destroy_node()


@pytest.fixture
def bench() -> Iterator[Bench]:
    rclpy.init()
    made = Bench()
    yield made
    made.close()
    rclpy.shutdown()


def test_every_source_of_the_profile_is_heard_on_its_topic(bench: Bench) -> None:
    scene = Obstacles()
    scene.header.frame_id = PROFILE.base_frame
    scene.header.stamp = bench.talker.get_clock().now().to_msg()
    bench.say(Bool(data=False), "/estop")
    bench.say(Bool(data=True), "/driver")
    bench.say(Bool(data=True), "/vla/deadman")
    bench.say(Range(range=1.5), "/human")
    bench.say(scene, "/obstacles")
    names = ("estop", "driver", "deadman", "human", "obstacles")
    inputs = bench.until(lambda i: all(getattr(i, name) is not None for name in names))
    assert inputs.estop is not None
    assert not inputs.estop.pressed
    assert inputs.driver is not None
    assert inputs.driver.good
    assert inputs.human is not None
    assert inputs.human.distance_m == 1.5
    assert inputs.human.age_s < TIMEOUT_S
    assert inputs.obstacles is not None
    assert inputs.obstacles.boxes == ()


def test_obstacles_in_another_frame_or_seen_long_ago_are_silence(bench: Bench) -> None:
    scene = Obstacles()
    scene.header.frame_id = "map"
    scene.header.stamp = bench.talker.get_clock().now().to_msg()
    publisher = bench.say(scene, "/obstacles")
    scene.header.frame_id = PROFILE.base_frame
    scene.header.stamp.sec -= 60
    publisher.publish(scene)
    inputs = bench.until(lambda i: i.obstacles is not None)
    assert inputs.obstacles is not None
    assert inputs.obstacles.age_s > 59.0


@pytest.mark.parametrize(
    ("asked", "scale"), [(0.5, 0.5), (0.0, 0.0), (1.1, 0.0), (-0.1, 0.0), (math.nan, 0.0)]
)
def test_the_operators_speed_scale_outlasts_an_activation(
    bench: Bench, asked: float, scale: float
) -> None:
    bench.say(Float64(data=asked), "/vla/executor_node/speed_scale", LATCHED)
    bench.until(lambda i: i.speed_scale == scale)
    bench.mailbox = Mailbox()
    bench.inputs.attach(bench.mailbox, bench.clock)
    assert bench.collect().speed_scale == scale


def test_a_button_that_cannot_be_heard_is_named_and_forgotten(bench: Bench) -> None:
    deaf = QoSProfile(
        depth=1,
        reliability=ReliabilityPolicy.BEST_EFFORT,
        durability=DurabilityPolicy.VOLATILE,
    )
    publisher = bench.talker.create_publisher(Bool, "/estop", deaf)
    inputs = bench.until(lambda i: i.estop_unheard is not None)  # Without being asked to watch.
    assert inputs.estop_unheard is not None
    assert "/estop is published by /talker, but cannot be heard" in inputs.estop_unheard
    assert "RELIABLE and VOLATILE" in inputs.estop_unheard
    bench.talker.destroy_publisher(publisher)

    def is_forgotten(inputs: GateInputs) -> bool:
        bench.inputs.watch()
        return inputs.estop_unheard is None

    bench.until(is_forgotten)


def test_joint_states_of_the_gripper_alone_are_no_broken_ones_of_the_arm(bench: Bench) -> None:
    def told(*names: str) -> JointState:
        message = JointState(name=list(names), position=[0.1] * len(names))
        message.header.stamp = bench.talker.get_clock().now().to_msg()
        return message

    gripper = told(PROFILE.gripper.joint)
    publisher = bench.say(told(*PROFILE.joint_names), PROFILE.state_topic)
    for message in (gripper, told("rail"), told(*PROFILE.joint_names[::-1]), gripper):
        publisher.publish(message)
    arrived: set[int] = set()

    def has_both(inputs: GateInputs) -> bool:
        if inputs.joints is not None:
            assert inputs.joints.names == PROFILE.joint_names
            arrived.add(inputs.joints.stamp_ns)
        return len(arrived) == 2

    bench.until(has_both)
    publisher.publish(told(*PROFILE.joint_names[:3]))  # Half an arm is broken.
    bench.until(lambda i: i.joints is not None and i.joints.names == ())
