# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A whole graph in one process in which faults are planted, and what the doctor says of it."""

import math
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import numpy as np
from healthy import POLICY, ROBOT
from lifecycle_msgs.msg import State
from lifecycle_msgs.srv import GetState
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.qos import qos_profile_sensor_data
from sensor_msgs.msg import Image, JointState
from std_msgs.msg import Bool, Float64MultiArray

from vla_ros.doctor.examine import Seen, examine
from vla_ros.doctor.facts import PolicySeen
from vla_ros.doctor.line import Level, Line
from vla_ros.doctor.robot import see_robot
from vla_ros.gate.vocabulary import GateMode
from vla_ros.msg import GateState
from vla_ros.nodes.inference_node import InferenceNode
from vla_ros.nodes.perception_node import PerceptionNode
from vla_ros.policy.admission import Goal
from vla_ros.policy.outcome import End, Outcome
from vla_ros.policy.spec import PolicyProfile
from vla_ros.robot.profile import RobotProfile
from vla_ros.ros.examination import Examination, see_nodes
from vla_ros.ros.qos import LATCHED
from vla_ros.ros.spin import GoalExecutor
from vla_ros.ros.stamps import encode_time
from vla_ros.ros.station import Station
from vla_ros.types import Observation, PolicyOutput

NAMES = (*ROBOT.joint_names, ROBOT.gripper.joint)
GO = Goal(goal_id="a" * 32, instruction="go", timeout_s=0.0, speed_scale=0.0, dry_run=False)
PARK = replace(GO, parks=True)
BEGUN = "begun"
PATIENCE_S = 20.0
SHA256 = see_robot("sim_arm").gate_sha256


class Steady:
    """Implements PolicyBackend: it stays where it is, after `takes_s`."""

    takes_s = 0.0

    def __init__(self, profile: PolicyProfile, robot: RobotProfile) -> None:
        self.profile = profile

    def check_instruction(self, text: str) -> str:
        return text

    def infer(self, observation: Observation, instruction: str) -> PolicyOutput:
        time.sleep(self.takes_s)
        return PolicyOutput(rows=np.zeros((16, 4)), gripper=np.ones(16))

    def warm_up(self) -> None: ...

    def close(self) -> None: ...


class Robot(Node):
    """A driver with cameras, controllers and a button, all as the profile says."""

    def __init__(self) -> None:
        super().__init__("driver")
        self.names = NAMES
        self.position = [*ROBOT.home, 0.042]
        self.camera_lag_s = 0.0
        self.camera_every = 1
        self.still = self.sways = False
        self.presses = True
        self._count = 0
        self._joints = self.create_publisher(JointState, ROBOT.state_topic, 10)
        self._images = {
            camera.name: self.create_publisher(Image, camera.topic, qos_profile_sensor_data)
            for camera in ROBOT.cameras
        }
        assert ROBOT.estop != "none"
        self._button = self.create_publisher(Bool, ROBOT.estop.topic, 10)
        self.create_subscription(Float64MultiArray, ROBOT.command.topic, lambda _: None, 1)
        self.close_hand()
        self.create_timer(0.02, self._tell)

    def close_hand(self) -> None:
        """Listen to commands of the gripper."""
        topic = ROBOT.gripper.topic
        self.hand = self.create_subscription(Float64MultiArray, topic, lambda _: None, 1)

    def _tell(self) -> None:
        self._count += 1
        now_ns = int(self.get_clock().now().nanoseconds)
        position = list(self.position)
        position[0] += 0.1 * math.sin(0.1 * self._count) if self.sways else 0.0
        joints = JointState(name=self.names, position=position)
        joints.header.stamp = encode_time(now_ns)
        self._joints.publish(joints)
        if self._count % 2 and self.presses:
            self._button.publish(Bool(data=False))
        if self._count % (2 * self.camera_every) == 0:
            for name, publisher in self._images.items():
                publisher.publish(self._image(name, now_ns - round(self.camera_lag_s * 1e9)))

    def _image(self, camera: str, stamp_ns: int) -> Image:
        tone = 120 if self.still else self._count % 250
        image = Image(height=128, width=128, encoding="rgb8", step=384, data=bytes([tone]) * 49152)
        image.header.stamp = encode_time(stamp_ns)
        image.header.frame_id = ROBOT.camera(camera).frame
        return image


class Executor(Node):
    """Says what executor_node says when it is armed, and commands nothing."""

    def __init__(self, **parameters: Any) -> None:
        told = {"robot": "sim_arm", "dry_run": False, **parameters}
        overrides = [Parameter(name, value=value) for name, value in told.items()]
        super().__init__(
            "executor_node",
            namespace="/vla",
            parameter_overrides=overrides,
            allow_undeclared_parameters=True,
            automatically_declare_parameters_from_overrides=True,
        )
        self.says = GateState(mode=int(GateMode.ARMED), epoch=1, config_sha256=SHA256)
        self.command()
        self._out = self.create_publisher(GateState, "gate_state", LATCHED)
        self.create_service(GetState, "~/get_state", self._state)
        self.create_timer(0.1, lambda: self._out.publish(self.says))

    def command(self) -> None:
        """Be able to command."""
        self.commands = [
            self.create_publisher(Float64MultiArray, topic, 1)
            for topic in (ROBOT.command.topic, ROBOT.gripper.topic)
        ]

    def _state(self, _: Any, answer: Any) -> Any:
        answer.current_state = State(id=State.PRIMARY_STATE_ACTIVE, label="active")
        return answer


class Bench:
    """The whole graph in one process, and how goals begin in it."""

    def __init__(self) -> None:
        given = [Parameter("robot", value="sim_arm"), Parameter("policy", value="tabletop")]
        self.robot, self.executor = Robot(), Executor()
        self.perception = PerceptionNode(overrides=given, namespace="/vla")
        self.inference = InferenceNode(Steady, overrides=given, namespace="/vla")
        self.undo = ExitStack()
        self._spinning = True
        self._broken: list[Exception] = []
        self._threads: list[threading.Thread] = []
        self._executors = [SingleThreadedExecutor(), GoalExecutor(4)]
        for node in (self.robot, self.executor, self.perception):
            self._executors[0].add_node(node)
        self._executors[1].add_node(self.inference)
        self.perception.start()
        self.inference.start()
        for executor in self._executors:
            self._threads.append(threading.Thread(target=self._spin, args=(executor,)))
            self._threads[-1].start()

    def _spin(self, executor: Any) -> None:
        try:
            while self._spinning:
                executor.spin_once(timeout_sec=0.05)
        except Exception as error:
            self._broken.append(error)
            raise

    def begin(self, goal: Goal = GO) -> End | str | None:
        """Begin a goal; what came of it first, None if it waits."""
        node = self.inference
        run = node.make_run(goal, node.now_ns())
        step = run.step(node.now_ns(), node.observation(), node.gate())
        return BEGUN if run.started else step

    def refusal(self) -> str:
        """Words that refuse a goal at once; empty if it begins or waits."""
        end = self.begin()
        if not isinstance(end, End):
            return ""
        assert end.outcome is Outcome.REJECTED
        return end.message

    def message_of_a_goal_that_waited(self) -> str:
        """Words of a goal that came three seconds ago; empty if it begins."""
        node = self.inference
        run = node.make_run(GO, node.now_ns() - 3_000_000_000)
        end = run.step(node.now_ns(), node.observation(), node.gate())
        return end.message if isinstance(end, End) else ""

    @property
    def sees_frozen(self) -> bool:
        seen = self.inference.observation()
        return seen is not None and any(seen.frozen)

    def plant(self, where: Any, **changes: Any) -> None:
        """Change attributes until the end of the test."""
        for name, value in changes.items():
            self.undo.callback(setattr, where, name, getattr(where, name))
            setattr(where, name, value)

    def set_executor(self, name: str, value: Any, *, after: Any) -> None:
        """Change a parameter of executor_node until the end of the test."""
        self.executor.set_parameters([Parameter(name, value=value)])
        self.undo.callback(self.executor.set_parameters, [Parameter(name, value=after)])

    def until(self, condition: Callable[[], bool], what: str) -> None:
        end_s = time.monotonic() + PATIENCE_S
        while not condition():
            assert not self._broken, f"a node is gone: {self._broken}"
            assert time.monotonic() < end_s, f"waited in vain for {what}: {self._state()}"
            time.sleep(0.05)

    def _state(self) -> str:
        """Words for why a test waited in vain."""
        seen = self.inference.observation()
        late = self.message_of_a_goal_that_waited()
        ages = "no observation"
        if seen is not None:
            ages = f"observation {(self.inference.now_ns() - seen.stamp_ns) / 1e9:.2f} s old"
        return f"at once '{self.refusal()}', after 3 s '{late}', {ages}"

    def until_refused(self, text: str) -> str:
        """Return the words of the first refusal that holds the text."""
        found: list[str] = []

        def refused() -> bool:
            found.append(self.refusal())
            return text in found[-1]

        self.until(refused, f"a refusal with '{text}'")
        return found[-1]

    def until_fine(self) -> None:
        watching = self.inference._watching
        self.until(lambda: not watching.is_settling, "the graph to be known")
        nodes = watching._peers.see
        self.until(lambda: all(n.parameters for n in nodes()) and len(nodes()) == 2, "all nodes")
        self.until(lambda: self.begin() is BEGUN, "a goal to begin")

    def close(self) -> None:
        self._spinning = False
        for thread in self._threads:
            thread.join()
        for node in (self.perception, self.inference):
            node.stop()
        for executor in self._executors:
            executor.shutdown()
        for node in (self.perception, self.inference, self.robot, self.executor):
            node.destroy_node()


def doctor() -> dict[str, Line]:
    """Return the red lines that the doctor finds now."""
    with Station("/vla", name="vla_doctor") as station:
        nodes = see_nodes(station, 3.0)
        graph = Examination(station, nodes, ROBOT, POLICY).see(2.0)
    seen = Seen(
        robot=see_robot("sim_arm"),
        policy=PolicySeen(name="tabletop", profile=POLICY),
        graph=graph,
        machine=None,
    )
    return {line.check: line for line in examine(seen) if line.level is Level.FAIL}


def assert_same(bench: Bench, check: str, text: str) -> None:
    """The goal is refused with the line that the doctor has."""
    refusal = bench.until_refused(text)
    assert refusal == doctor()[check].text.rstrip(".")
