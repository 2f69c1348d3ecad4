# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""sim_node under profiles with other names, other kinds of commands and other grippers."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

rclpy = pytest.importorskip("rclpy")
pytest.importorskip("vla_ros.srv", reason="the interfaces are not built")

from rclpy.action import ActionClient
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.parameter import Parameter
from sensor_msgs.msg import JointState
from stand_ins import GRIPPER_TOPICS, TOPICS, missing
from std_msgs.msg import Float64MultiArray
from trajectory_msgs.msg import JointTrajectory, JointTrajectoryPoint

from vla_ros.nodes.sim_node import SimNode
from vla_ros.ros.interfaces import import_interface

pytestmark = pytest.mark.ros

PROFILES = Path(__file__).parents[1] / "support" / "profiles"
UR = "kind: joint_trajectory\n  topic: /scaled_joint_trajectory_controller/joint_trajectory"
HAND = "kind: forward_position\n  topic: /gripper_controller/commands"
KNUCKLE = "robotiq_85_left_knuckle_joint"
TIMEOUT_S = 10.0


class Bench:
    """A sim_node and a client beside it, served by one executor."""

    def __init__(self, robot: Path) -> None:
        self.sim = SimNode(
            overrides=[
                Parameter("robot", value=str(robot)),
                Parameter("joint_states_sorted", value=True),
            ]
        )
        self.client = Node("bench")
        self.states: list[JointState] = []
        self.client.create_subscription(JointState, "/joint_states", self.states.append, 10)
        self.executor = SingleThreadedExecutor()
        self.executor.add_node(self.sim)
        self.executor.add_node(self.client)
        self.sim.start()
        self.until(lambda: bool(self.states))

    def until(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + TIMEOUT_S
        while not condition():
            assert time.monotonic() < end, "waited in vain"
            self.executor.spin_once(timeout_sec=0.05)

    def at(self, joint: str) -> float:
        """Where a joint is, in the newest joint state."""
        return float(self.states[-1].position[list(self.states[-1].name).index(joint)])

    def send(self, kind: type, topic: str, make: Callable[[], Any], until: Any) -> None:
        """Say something 50 times a second until a condition holds."""
        publisher = self.client.create_publisher(kind, topic, 1)
        self.until(lambda: publisher.get_subscription_count() > 0)
        timer = self.client.create_timer(0.02, lambda: publisher.publish(make()))
        self.until(until)
        self.client.destroy_timer(timer)

    def close(self) -> None:
        self.sim.stop()
        self.executor.shutdown()
        self.client.destroy_node()
        self.sim.destroy_node()


@pytest.fixture
def make_bench(tmp_path: Path) -> Iterator[Callable[..., Bench]]:
    """Return a maker of benches with a UR5e-style profile, texts in it replaced."""
    rclpy.init()
    benches: list[Bench] = []

    def make(**changes: str) -> Bench:
        for suffix in (".yaml", ".urdf"):
            text = (PROFILES / f"ur_style{suffix}").read_text(encoding="utf-8")
            if suffix == ".yaml":
                for old, new in changes.items():
                    assert old in text
                    text = text.replace(old, new)
            (tmp_path / f"ur_style{suffix}").write_text(text, encoding="utf-8")
        benches.append(Bench(tmp_path / "ur_style.yaml"))
        return benches[-1]

    yield make
    for bench in benches:
        bench.close()
    rclpy.shutdown()


def test_joints_and_gripper_have_the_names_and_units_of_the_profile(
    make_bench: Callable[..., Bench],
) -> None:
    bench = make_bench()
    names = list(bench.states[-1].name)
    assert names == sorted(names)
    assert {"elbow_joint", "shoulder_pan_joint", KNUCKLE} <= set(names)
    closed = Float64MultiArray(data=[0.8])
    assert bench.at(KNUCKLE) < 0.1
    bench.send(
        Float64MultiArray,
        "/gripper_controller/commands",
        lambda: closed,
        lambda: bench.at(KNUCKLE) > 0.75,
    )


def test_a_trajectory_names_the_profiles_joints(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench()
    names = [name for name in bench.states[-1].name if name != KNUCKLE]
    target = [bench.at(name) + (0.1 if name == "shoulder_pan_joint" else 0.0) for name in names]

    def make() -> JointTrajectory:
        point = JointTrajectoryPoint(positions=target)
        point.time_from_start.nanosec = 100_000_000
        return JointTrajectory(joint_names=names, points=[point])

    pan = bench.at("shoulder_pan_joint")
    bench.send(
        JointTrajectory,
        TOPICS["joint_trajectory"],
        make,
        lambda: bench.at("shoulder_pan_joint") > pan + 0.09,
    )


@pytest.mark.parametrize("kind", ["forward_velocity", "joint_jog"])
def test_a_velocity_goes_on_until_nobody_says_it_any_more(
    make_bench: Callable[..., Bench], kind: str
) -> None:
    if reason := missing(kind):
        pytest.skip(reason)
    bench = make_bench(**{UR: f"kind: {kind}\n  topic: {TOPICS[kind]}\n  gain_per_s: 5.0"})
    message, make = Float64MultiArray, lambda: Float64MultiArray(data=[0.3, *[0.0] * 5])
    if kind == "joint_jog":
        message = import_interface("control_msgs.msg", "JointJog", wanted_by="")
        make = lambda: message(joint_names=["shoulder_pan_joint"], velocities=[0.3])  # noqa: E731
    began = bench.at("shoulder_pan_joint")
    bench.send(message, TOPICS[kind], make, lambda: bench.at("shoulder_pan_joint") > began + 0.1)
    bench.until(lambda: not bench.sim._driven)
    bench.states.clear()
    bench.until(lambda: len(bench.states) > 50)
    rows = np.array([state.position for state in bench.states[20:]])
    assert np.ptp(rows, axis=0).max() < 2e-3


@pytest.mark.parametrize("kind", ["gripper_command", "parallel_gripper_command"])
def test_a_gripper_may_be_an_action(make_bench: Callable[..., Bench], kind: str) -> None:
    if reason := missing(kind):
        pytest.skip(reason)
    topic = GRIPPER_TOPICS[kind]
    bench = make_bench(**{HAND: f"kind: {kind}\n  topic: {topic}\n  max_effort: 20.0"})
    name = {"gripper_command": "GripperCommand"}.get(kind, "ParallelGripperCommand")
    action = import_interface("control_msgs.action", name, wanted_by="")
    client = ActionClient(bench.client, action, topic)
    bench.until(client.server_is_ready)

    def go(position: float) -> Any:
        goal = action.Goal()
        if kind == "gripper_command":
            goal.command.position = position
        else:
            goal.command.position = [position]
        answer = client.send_goal_async(goal)
        bench.until(answer.done)
        return answer.result()

    first, second = go(0.8), go(0.4)
    results = [handle.get_result_async() for handle in (first, second)]
    bench.until(lambda: all(result.done() for result in results))
    replaced, reached = (result.result() for result in results)
    assert not replaced.result.reached_goal
    assert reached.result.reached_goal
    assert not reached.result.stalled
    bench.until(lambda: abs(bench.at(KNUCKLE) - 0.4) < 0.05)
    assert not go(float("nan")).accepted
    client.destroy()
