# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""sim_node over real DDS: it publishes, obeys and refuses like a driver."""

import math
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

rclpy = pytest.importorskip("rclpy")
pytest.importorskip("vla_ros.srv", reason="the interfaces are not built")

from builtin_interfaces.msg import Duration
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.parameter import Parameter
from sensor_msgs.msg import CameraInfo, Image, JointState
from std_msgs.msg import Bool, Float64MultiArray
from std_srvs.srv import Trigger
from trajectory_msgs.msg import JointTrajectory, JointTrajectoryPoint

from vla_ros.errors import ConfigError
from vla_ros.nodes.sim_node import SimNode
from vla_ros.sim.arm import JOINT_NAMES
from vla_ros.srv import CheckTask, ResetScene

pytestmark = pytest.mark.ros

TIMEOUT_S = 10.0


class Bench:
    """A sim_node and a client beside it, served by one executor."""

    def __init__(self, *overrides: Parameter) -> None:
        self.sim = SimNode(overrides=list(overrides))
        self.client = Node("bench")
        self.executor = SingleThreadedExecutor()
        self.executor.add_node(self.sim)
        self.executor.add_node(self.client)
        self.seen: dict[str, list[Any]] = {}

    def listen(self, kind: type, topic: str) -> None:
        self.seen[topic] = []
        self.client.create_subscription(kind, topic, self.seen[topic].append, 10)

    def until(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + TIMEOUT_S
        while not condition():
            assert time.monotonic() < end, "waited in vain"
            self.executor.spin_once(timeout_sec=0.05)

    def count(self, topic: str, number: int) -> list[Any]:
        """Wait for a number of new messages and return them."""
        self.seen[topic].clear()
        self.until(lambda: len(self.seen[topic]) >= number)
        return self.seen[topic]

    def call(self, kind: type, name: str, request: Any) -> Any:
        client = self.client.create_client(kind, name)
        self.until(client.service_is_ready)
        future = client.call_async(request)
        self.until(future.done)
        return future.result()

    def send(self, kind: type, topic: str, message: Any) -> None:
        publisher = self.client.create_publisher(kind, topic, 1)
        self.until(lambda: publisher.get_subscription_count() > 0)
        publisher.publish(message)

    def joints(self) -> dict[str, float]:
        message = self.count("/joint_states", 1)[-1]
        return dict(zip(message.name, message.position, strict=True))

    def close(self) -> None:
        self.sim.stop()
        self.executor.shutdown()
        self.client.destroy_node()
        self.sim.destroy_node()


@pytest.fixture(scope="module", autouse=True)
def ros() -> Iterator[None]:
    """Start ROS for this module."""
    rclpy.init()
    yield
    rclpy.shutdown()


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    """Return a running sim_node with the defaults."""
    bench = Bench()
    bench.sim.start()
    bench.listen(JointState, "/joint_states")
    yield bench
    bench.close()


@pytest.fixture
def fresh(bench: Bench) -> Bench:
    """Return the running sim_node with a scene laid out anew."""
    bench.until(lambda: not bench.sim._driver.is_driven(bench.sim._world.time_ns))
    response = bench.call(ResetScene, "/sim_node/reset_scene", ResetScene.Request(seed=1))
    assert response.outcome == ResetScene.Response.OK, response.message
    return bench


def test_cameras_publish_pictures_with_their_camera_info(bench: Bench) -> None:
    for name in ("front", "wrist"):
        bench.listen(Image, f"/{name}/image_raw")
        bench.listen(CameraInfo, f"/{name}/camera_info")
        image = bench.count(f"/{name}/image_raw", 2)[-1]
        info = bench.count(f"/{name}/camera_info", 2)[-1]
        assert (image.width, image.height, image.step, image.encoding) == (128, 128, 384, "rgb8")
        assert image.header.frame_id == f"{name}_camera_optical_frame" == info.header.frame_id
        assert len(image.data) == 128 * 128 * 3
        assert (info.width, info.height, info.k[2], info.k[5]) == (128, 128, 64.0, 64.0)


def test_joint_states_carry_stamps_names_and_velocities(bench: Bench) -> None:
    states = bench.count("/joint_states", 20)
    assert list(states[0].name) == [*JOINT_NAMES, "finger_joint"]
    assert all(len(state.velocity) == len(state.name) for state in states)
    stamps = [state.header.stamp.sec + state.header.stamp.nanosec / 1e9 for state in states]
    assert stamps == sorted(stamps)
    assert (stamps[-1] - stamps[0]) / (len(stamps) - 1) == pytest.approx(0.01, rel=0.5)


def test_button_is_heard_all_the_time_and_can_be_pressed(bench: Bench) -> None:
    bench.listen(Bool, "/estop")
    assert not any(message.data for message in bench.count("/estop", 3))
    assert bench.call(Trigger, "/sim_node/press_estop", Trigger.Request()).success
    bench.until(lambda: bench.seen["/estop"][-1].data)
    assert all(message.data for message in bench.count("/estop", 2))
    assert bench.call(Trigger, "/sim_node/release_estop", Trigger.Request()).success
    bench.until(lambda: not bench.seen["/estop"][-1].data)


def test_forward_position_moves_the_arm_which_then_holds(fresh: Bench) -> None:
    start = fresh.joints()
    target = [start[name] for name in JOINT_NAMES]
    target[0] += 0.1
    fresh.send(Float64MultiArray, "/arm_controller/commands", Float64MultiArray(data=target))
    fresh.until(lambda: abs(fresh.joints()["joint1"] - target[0]) < 0.002)
    fresh.until(lambda: not fresh.sim._driven)
    held = fresh.count("/joint_states", 20)[-1]
    assert held.position[0] == pytest.approx(target[0], abs=0.002)


def test_trajectory_moves_the_arm(fresh: Bench) -> None:
    start = fresh.joints()
    target = [start[name] for name in JOINT_NAMES]
    target[0] -= 0.1
    message = JointTrajectory(
        joint_names=list(reversed(JOINT_NAMES)),
        points=[
            JointTrajectoryPoint(
                positions=list(reversed(target)), time_from_start=Duration(nanosec=200_000_000)
            )
        ],
    )
    fresh.send(JointTrajectory, "/arm_trajectory_controller/joint_trajectory", message)
    fresh.until(lambda: abs(fresh.joints()["joint1"] - target[0]) < 0.002)


def test_gripper_obeys(fresh: Bench) -> None:
    fresh.send(Float64MultiArray, "/gripper_controller/commands", Float64MultiArray(data=[0.01]))
    fresh.until(lambda: abs(fresh.joints()["finger_joint"] - 0.01) < 0.001)


@pytest.mark.parametrize(
    ("topic", "data", "complaint"),
    [
        ("/arm_controller/commands", [0.0] * 5, "has 5 positions, wanted 6"),
        ("/arm_controller/commands", [0.0] * 5 + [math.nan], "joint6 is not finite"),
        ("/arm_controller/commands", [0.0] * 5 + [math.inf], "joint6 is not finite"),
        ("/gripper_controller/commands", [math.nan], "not one finite number"),
        ("/gripper_controller/commands", [], "not one finite number"),
    ],
)
def test_bad_command_is_refused_with_a_reason(
    fresh: Bench, topic: str, data: list[float], complaint: str
) -> None:
    before = fresh.joints()
    fresh.send(Float64MultiArray, topic, Float64MultiArray(data=data))
    fresh.until(lambda: any(complaint in text for text in fresh.sim._complaints.values()))
    after = fresh.joints()
    assert after == pytest.approx(before, abs=1e-4)


def test_reset_is_refused_while_commands_arrive(fresh: Bench) -> None:
    start = fresh.joints()
    message = Float64MultiArray(data=[start[name] for name in JOINT_NAMES])
    publisher = fresh.client.create_publisher(Float64MultiArray, "/arm_controller/commands", 1)
    timer = fresh.client.create_timer(0.01, lambda: publisher.publish(message))
    fresh.until(lambda: fresh.sim._driven)
    response = fresh.call(ResetScene, "/sim_node/reset_scene", ResetScene.Request(seed=2))
    fresh.client.destroy_timer(timer)
    assert response.outcome == ResetScene.Response.FAILED
    assert "stop it first" in response.message


@pytest.mark.parametrize(
    ("text", "things"),
    [
        ("put the red cube in the blue bowl", {"red cube", "blue bowl"}),
        ("push the black bar to the left", {"black bar"}),
        ("stack the white cylinder on the purple cube", {"white cylinder", "purple cube"}),
    ],
)
def test_reset_lays_out_the_scene_asked_for(fresh: Bench, text: str, things: set[str]) -> None:
    request = ResetScene.Request(seed=5, instruction=text)
    response = fresh.call(ResetScene, "/sim_node/reset_scene", request)
    assert response.outcome == ResetScene.Response.OK
    assert response.instruction == text
    assert things <= set(response.message.split(", "))
    checked = fresh.call(CheckTask, "/sim_node/check_task", CheckTask.Request())
    assert checked.outcome == CheckTask.Response.UNSOLVED


def test_unknown_task_is_refused_by_reset_and_check(fresh: Bench) -> None:
    for kind, name in ((ResetScene, "reset_scene"), (CheckTask, "check_task")):
        request = kind.Request(instruction="make the coffee")
        response = fresh.call(kind, f"/sim_node/{name}", request)
        assert response.outcome == kind.Response.UNKNOWN_TASK
        assert "does not know the word" in response.message


def test_check_says_what_is_missing(fresh: Bench) -> None:
    response = fresh.call(CheckTask, "/sim_node/check_task", CheckTask.Request())
    assert response.outcome == CheckTask.Response.UNSOLVED
    assert "from its centre" in response.message


def test_before_its_activation_it_answers_and_refuses_commands() -> None:
    other = Bench()
    try:
        other.sim.trigger_configure()
        other.sim._inputs._on_positions(Float64MultiArray(data=[0.0] * 6))
        assert other.sim._complaints == {
            "arm command": "sim_node is not active; see `ros2 lifecycle`"
        }
        reset = other.sim._on_reset(ResetScene.Request(seed=3), ResetScene.Response())
        assert reset.outcome == ResetScene.Response.OK
        check = other.sim._on_check(CheckTask.Request(), CheckTask.Response())
        assert check.outcome == CheckTask.Response.UNSOLVED
    finally:
        other.close()


def test_clock_is_simulated_time_when_published() -> None:
    other = Bench(Parameter("publish_clock", value=True), Parameter("real_time_factor", value=2.0))
    try:
        other.sim.start()
        other.listen(JointState, "/joint_states")
        heard = other.seen["/joint_states"]
        # The other driver of this module speaks too, with the stamps of today.
        other.until(lambda: sum(m.header.stamp.sec < 60 for m in heard) >= 3)
        simulated = [m.header.stamp.nanosec for m in heard if m.header.stamp.sec < 60]
        assert all(nanoseconds % 10_000_000 == 0 for nanoseconds in simulated)
    finally:
        other.close()


def test_other_pace_without_a_clock_is_refused() -> None:
    other = Bench(Parameter("real_time_factor", value=2.0))
    try:
        with pytest.raises(ConfigError, match="needs publish_clock:=true"):
            other.sim.start()
    finally:
        other.close()


def test_wrong_parameter_is_named() -> None:
    with pytest.raises(ConfigError, match="image_width = 5 pixels is outside"):
        SimNode(overrides=[Parameter("image_width", value=5)])
