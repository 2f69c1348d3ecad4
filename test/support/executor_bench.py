# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""executor_node and a driver that does as it is told, for tests over real DDS."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from rclpy.clock import Clock as RosClock
from rclpy.clock import ClockType
from rclpy.executors import Executor, SingleThreadedExecutor
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.time import Time
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import JointState
from std_msgs.msg import Bool, Float64MultiArray
from std_srvs.srv import Trigger

from vla_ros.gate import GateMode
from vla_ros.msg import ActionChunk, GateState
from vla_ros.nodes.executor_node import ExecutorNode
from vla_ros.resources import config_path
from vla_ros.robot.profile import load_robot_profile
from vla_ros.ros.qos import LATCHED
from vla_ros.ros.spin import RequestExecutor

TIMEOUT_S = 10.0
CLOCK_NS = 10_000_000
PROFILE = load_robot_profile("sim_arm")
RATE_HZ = 50.0
# Wide enough for a busy machine: the exact times are shown without ROS, in test/gate.
PATIENT = {
    "rate_hz: 100.0": f"rate_hz: {RATE_HZ}",
    "timeout_s: 0.5": "timeout_s: 1.0",
    "tracking_rad: 0.05\n": (
        "tracking_rad: 0.05\n  joint_state_stale_s: 0.9\n  joint_state_lost_s: 2.0\n"
    ),
}


def edit_profile(folder: Path, **changes: str) -> str:
    """Write a copy of the robot profile with the old texts replaced by new ones; its path."""
    text = config_path("robots", "sim_arm").read_text()
    for old, new in {**PATIENT, **changes}.items():
        assert old in text
        text = text.replace(old, new, 1)
    path = folder / "sim_arm.yaml"
    path.write_text(text)
    return str(path)


class Driver(Node):  # type: ignore[misc]
    """Follows the position commands at once, and holds the emergency-stop button."""

    def __init__(self, *, has_clock: bool = False) -> None:
        overrides = [Parameter("use_sim_time", value=has_clock)]
        super().__init__("driver", parameter_overrides=overrides)
        self.time_ns = 1_000_000_000
        self.pace_ns = CLOCK_NS // 2  # Of simulated time, for each CLOCK_NS that passes.
        if has_clock:
            self._clock_topic = self.create_publisher(Clock, "/clock", 10)
            steady = RosClock(clock_type=ClockType.STEADY_TIME)
            self.create_timer(CLOCK_NS * 1e-9, self._let_time_pass, clock=steady)
        self.position = list(PROFILE.home)
        self.pressed = False
        self.commands: list[list[float]] = []
        self.openings: list[float] = []
        self.states: list[GateState] = []
        self._button = self.create_publisher(Bool, "/estop", 1)
        self.chunks = self.create_publisher(ActionChunk, "/vla/action_chunk", 10)
        self.create_subscription(GateState, "/vla/gate_state", self.states.append, LATCHED)
        self.create_timer(0.03, lambda: self._button.publish(Bool(data=self.pressed)))
        self.connect()

    def connect(self) -> None:
        """Report the joints, and listen to commands."""
        self._joints = self.create_publisher(JointState, PROFILE.state_topic, 1)
        self.create_subscription(Float64MultiArray, PROFILE.command.topic, self._obey, 100)
        self.create_subscription(
            Float64MultiArray,
            PROFILE.gripper.topic,
            lambda m: self.openings.append(m.data[0]),
            10,
        )
        self.create_timer(0.01, self._report)

    def _let_time_pass(self) -> None:
        self.time_ns += self.pace_ns
        self._clock_topic.publish(Clock(clock=Time(nanoseconds=self.time_ns).to_msg()))

    def _obey(self, message: Float64MultiArray) -> None:
        self.commands.append(list(message.data))
        self.position = list(message.data)

    def _report(self) -> None:
        message = JointState(name=[*PROFILE.joint_names, PROFILE.gripper.joint])
        message.header.stamp = self.get_clock().now().to_msg()
        message.position = [*self.position, 0.04]
        message.velocity = [0.0] * 7
        self._joints.publish(message)


class Bench:
    """The node in a thread of its own, and the driver in another."""

    def __init__(
        self,
        robot: str,
        *overrides: Parameter,
        make_driver: Callable[..., Driver] = Driver,
    ) -> None:
        simulated = any(each.name == "use_sim_time" for each in overrides)
        self.driver = make_driver(has_clock=simulated)
        self.node = ExecutorNode(
            overrides=[Parameter("robot", value=robot), *overrides], namespace="/vla"
        )
        self.node.start()
        self.sequence = 0
        self._ending = threading.Event()
        self._executors = []
        # As outside of tests: a request may wait for the control thread, which waits for /clock.
        for node, executor in (
            (self.driver, SingleThreadedExecutor()),
            (self.node, RequestExecutor(3)),
        ):
            executor.add_node(node)
            thread = threading.Thread(target=self._spin, args=(executor,), daemon=True)
            thread.start()
            self._executors.append((executor, thread))
        self.until(lambda: bool(self.driver.states))

    def _spin(self, executor: Executor) -> None:
        while not self._ending.is_set():
            executor.spin_once(timeout_sec=0.05)

    def until(self, condition: Callable[[], bool], timeout_s: float = TIMEOUT_S) -> None:
        end = time.monotonic() + timeout_s
        while not condition():
            said = self.driver.states[-1].message if self.driver.states else "nothing"
            assert time.monotonic() < end, f"waited in vain; the gate said: {said}"
            self._ending.wait(0.01)

    def have_driver(self, act: Callable[..., object], *arguments: object) -> None:
        """Have something done in the driver's thread, and wait for it."""
        self.until(self._executors[0][0].create_task(act, *arguments).done)

    def deafen(self, topic: str) -> None:
        """Have the driver stop listening, in the thread that listens."""
        ears = {each.topic_name: each for each in self.driver.subscriptions}
        self.have_driver(self.driver.destroy_subscription, ears[topic])

    def mode(self) -> GateMode | None:
        states = self.driver.states
        return GateMode(states[-1].mode) if states else None

    def call(self, name: str) -> tuple[bool, str]:
        client = self.driver.create_client(Trigger, f"/vla/executor_node/{name}")
        self.until(client.service_is_ready)
        future = client.call_async(Trigger.Request())
        self.until(future.done)
        return future.result().success, future.result().message

    def deactivate(self) -> None:
        """Ask the node as `ros2 lifecycle set` does, and wait until it has obeyed."""
        client = self.driver.create_client(ChangeState, "/vla/executor_node/change_state")
        self.until(client.service_is_ready)
        deactivate = Transition(id=Transition.TRANSITION_DEACTIVATE)
        future = client.call_async(ChangeState.Request(transition=deactivate))
        self.until(future.done)
        assert future.result().success

    def arm(self) -> None:
        """Arm as soon as the node has heard its inputs."""
        self.until(lambda: self.call("arm")[0])
        self.until(lambda: self.mode() is GateMode.ARMED)

    def send_chunk(self, *, last: bool = False) -> None:
        """Send 1.4 s of slow motion of the first joint, or the end of the goal."""
        self.sequence += 1
        now = self.driver.get_clock().now().to_msg()
        message = ActionChunk(
            session=9,
            epoch=self.driver.states[-1].epoch,
            sequence=self.sequence,
            last=last,
            observed=now,
            first=now,
            step_s=0.1,
            speed_scale=1.0,
            joint_names=list(PROFILE.joint_names),
        )
        message.goal_id.uuid = [1] * 16
        if not last:
            rows = np.tile(self.driver.position, (14, 1))
            rows[:, 0] += 0.02 * np.arange(14)
            message.positions = rows.ravel().tolist()
            message.gripper = [0.0] * 14
        self.until(lambda: self.driver.chunks.get_subscription_count() > 0)
        self.driver.chunks.publish(message)

    def run(self) -> None:
        """Arm and move."""
        self.arm()
        self.send_chunk()
        self.until(lambda: self.mode() is GateMode.RUN)
        self.until(lambda: self.driver.position[0] > PROFILE.home[0] + 0.03)

    def close(self) -> None:
        self.node.stop()
        self._ending.set()
        for executor, thread in self._executors:
            thread.join(TIMEOUT_S)
            executor.shutdown()
        self.node.destroy_node()
        self.driver.destroy_node()
