# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Faults in a live graph: inference_node refuses with the line that `vla_ros doctor` prints.

`test_preflight.py` runs this in a process of its own: it counts nodes, so nobody else's may be
there.
"""

import math
from collections.abc import Iterator

import pytest

rclpy = pytest.importorskip("rclpy", reason="needs ROS 2")
pytest.importorskip("vla_ros.action", reason="the interfaces are not built")

from contextlib import ExitStack

from healthy import ROBOT
from preflight_bench import BEGUN, NAMES, PARK, Bench, Steady, assert_same, doctor
from rclpy.qos import DurabilityPolicy, QoSProfile
from std_msgs.msg import Float64MultiArray

from vla_ros.gate.vocabulary import GateMode
from vla_ros.msg import ActionChunk
from vla_ros.ros.qos import RELIABLE_NEWEST

pytestmark = pytest.mark.ros


@pytest.fixture(scope="module")
def graph() -> Iterator[Bench]:
    rclpy.init()
    made = Bench()
    yield made
    made.close()
    rclpy.shutdown()


@pytest.fixture
def bench(graph: Bench) -> Iterator[Bench]:
    """A graph where nothing is wrong, before and after."""
    graph.until_fine()
    with ExitStack() as graph.undo:
        yield graph
    graph.until_fine()


def test_a_goal_begins_where_nothing_is_wrong(bench: Bench) -> None:
    assert all(bench.begin() is BEGUN for _ in range(20))
    bench.until(lambda: doctor() == {}, "a doctor without a red line")


def test_a_second_publisher_of_commands(bench: Bench) -> None:
    intruder = bench.robot.create_publisher(Float64MultiArray, ROBOT.command.topic, 1)
    bench.undo.callback(bench.robot.destroy_publisher, intruder)
    assert_same(bench, "command.arm.publisher", f"{ROBOT.command.topic} is also published by")


def test_a_controller_that_is_not_there(bench: Bench) -> None:
    bench.robot.destroy_subscription(bench.robot.hand)
    bench.undo.callback(bench.robot.close_hand)
    assert_same(bench, "command.gripper.listener", f"nobody listens on {ROBOT.gripper.topic}")


def test_a_controller_that_cannot_hear(bench: Bench) -> None:
    bench.robot.destroy_subscription(bench.robot.hand)
    bench.undo.callback(bench.robot.close_hand)
    latched = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
    topic = ROBOT.gripper.topic
    deaf = bench.robot.create_subscription(Float64MultiArray, topic, lambda _: None, latched)
    bench.undo.callback(bench.robot.destroy_subscription, deaf)
    assert_same(bench, "command.gripper.listener", f"listens on {topic} and cannot hear")


def test_a_second_policy(bench: Bench) -> None:
    other = bench.robot.create_publisher(ActionChunk, "/vla/action_chunk", RELIABLE_NEWEST)
    bench.undo.callback(bench.robot.destroy_publisher, other)
    assert_same(bench, "policy.chunks", "chunks are published by")


def test_a_joint_of_another_name(bench: Bench) -> None:
    bench.plant(bench.robot, names=(*NAMES[:6], "thumb"))

    message = bench.message_of_a_goal_that_waited
    bench.until(lambda: "finger_joint is missing in /joint_states" in message(), "a refusal")
    told = doctor()["joints.names"].text
    assert message().endswith(told.rstrip("."))
    assert "it has: joint1, joint2, joint3, joint4, joint5, joint6, thumb" in told


def test_degrees(bench: Bench) -> None:
    bench.plant(bench.robot, position=[*map(math.degrees, ROBOT.home), 0.042])
    assert_same(bench, "joints.units", "The driver reports degrees")


def test_a_gripper_in_millimetres(bench: Bench) -> None:
    bench.plant(bench.robot, position=[*ROBOT.home, 42.0])
    assert_same(bench, "joints.gripper", "in mm it would fit")


def test_a_camera_whose_clock_is_ahead(bench: Bench) -> None:
    bench.plant(bench.robot, camera_lag_s=-0.4)
    message = bench.message_of_a_goal_that_waited
    bench.until(lambda: "/wrist/image_raw are 3" in message(), "a refusal")
    told = doctor()
    assert {"camera.front.clock", "camera.wrist.clock"} <= set(told)
    assert "ms ahead of the clock here. Synchronise the clocks of both machines" in message()
    assert told["camera.front.clock"].remedy in message()


def test_a_camera_that_is_too_slow(bench: Bench) -> None:
    bench.plant(bench.robot, camera_every=11)
    refusal = bench.until_refused("thresholds.image_max_age_s = 0.3 s needs 3.3")
    told = doctor()
    assert {"camera.front.rate", "camera.wrist.rate"} <= set(told)
    assert told["camera.front.rate"].remedy in refusal


def test_a_camera_that_froze_while_the_arm_moved(bench: Bench) -> None:
    bench.plant(bench.robot, still=True, sways=True)
    bench.until(lambda: bench.sees_frozen, "a frozen camera")
    bench.robot.sways = False
    refusal = bench.until_refused("are equal to the last bit while the arm moves")
    assert refusal.endswith("The camera hangs: restart its driver")


def test_a_button_that_is_silent(bench: Bench) -> None:
    bench.plant(bench.robot, presses=False)
    assert_same(bench, "input.estop", "publishes /estop, and nothing came within")


def test_a_gate_with_other_constants(bench: Bench) -> None:
    bench.plant(bench.executor.says, config_sha256="6" * 64)
    assert_same(bench, "gate.constants", "executor_node works with other constants (66666666666")


def test_a_gate_that_is_latched(bench: Bench) -> None:
    bench.plant(bench.executor.says, mode=int(GateMode.PSTOP), message="joint2 lags")
    message = bench.message_of_a_goal_that_waited
    bench.until(lambda: "latched" in message(), "the gate to be latched")
    assert message() == doctor()["gate.state"].text


def test_nodes_of_two_robots(bench: Bench) -> None:
    bench.set_executor("robot", "ur5e", after="sim_arm")
    assert_same(bench, "nodes.robot", "looked at robot 'sim_arm', but executor_node has 'ur5e'")


def test_nodes_in_two_times(bench: Bench) -> None:
    bench.set_executor("use_sim_time", value=True, after=False)
    refusal = bench.until_refused("use_sim_time is true for executor_node and false for")
    assert refusal == doctor()["clock"].text


def test_a_dry_run_needs_no_commands(bench: Bench) -> None:
    executor, told = bench.executor, bench.inference._watching._peers.see
    bench.set_executor("dry_run", value=True, after=False)
    bench.until(lambda: any(n.parameters.get("dry_run") for n in told()), "the word of executor")
    for publisher in executor.commands:
        executor.destroy_publisher(publisher)
    bench.undo.callback(executor.command)
    topic = ROBOT.command.topic
    bench.until(lambda: bench.inference.count_publishers(topic) == 0, "nobody to command")
    assert bench.refusal() == ""
    bench.until(lambda: doctor() == {}, "a doctor without a red line")


def test_a_policy_that_is_too_slow(bench: Bench) -> None:
    bench.plant(Steady, takes_s=0.6)
    for _ in range(7):
        bench.inference._rehearsal.took(0.6)
    refusal = bench.refusal()
    assert refusal.startswith("a chunk takes 600 ms, the slowest of 7 took 600 ms; the gate takes")
    assert bench.begin(PARK) is BEGUN
    bench.undo.close()  # It is asked again while no goal runs.
    bench.until(lambda: bench.refusal() == "", "a policy that is fast again")
