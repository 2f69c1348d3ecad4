# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The gate's commands as goals of FollowJointTrajectory, with plain objects for ROS."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

pytest.importorskip("rclpy")
pytest.importorskip("vla_ros.msg", reason="the interfaces are not built")

from rclpy.clock import Clock

from vla_ros.errors import ConfigError
from vla_ros.gate.config import make_gate_config
from vla_ros.gate.gate import Gate
from vla_ros.gate.state import EstopInput, GateInputs, GateState
from vla_ros.gate.vocabulary import GateMode, Request
from vla_ros.robot.kinematics import make_kinematics
from vla_ros.robot.profile import load_robot_profile
from vla_ros.ros.command import follow
from vla_ros.types import JointSample

SIM = load_robot_profile("sim_arm")
NAME = "/arm_trajectory_controller/follow_joint_trajectory"
PROFILE = SIM.model_copy(
    update={
        "command": SIM.command.model_copy(
            update={"kind": "follow_joint_trajectory", "topic": NAME}
        )
    }
)


class Asked(SimpleNamespace):
    """A request of either service."""

    def __init__(self, goal_id: Any) -> None:
        super().__init__(goal_id=goal_id, goal=SimpleNamespace(trajectory=None))


SERVICE = SimpleNamespace(Request=Asked)
ACTION = SimpleNamespace(Impl=SimpleNamespace(SendGoalService=SERVICE, GetResultService=SERVICE))


class Client:
    """A client of a service whose server is the test."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.ready = True
        self.requests: list[Any] = []

    def service_is_ready(self) -> bool:
        return self.ready

    def call_async(self, request: Any) -> Any:
        self.requests.append(request)
        return SimpleNamespace(add_done_callback=lambda _: None)

    def remove_pending_request(self, future: Any) -> None:
        pass


class Graph:
    """A node in a graph that is what the test says."""

    def __init__(self) -> None:
        self.clients: list[Client] = []
        self.others: dict[str, list[str]] = {}
        self.publishers: list[Any] = []
        self.destroyed: list[Client] = []

    def create_client(self, _: Any, name: str) -> Client:
        self.clients.append(Client(name))
        return self.clients[-1]

    def destroy_client(self, client: Client) -> None:
        self.destroyed.append(client)

    def resolve_topic_name(self, name: str) -> str:
        return name

    def resolve_service_name(self, name: str) -> str:
        return name

    def get_clock(self) -> Clock:
        return Clock()

    def get_name(self) -> str:
        return "executor_node"

    def get_namespace(self) -> str:
        return "/vla"

    def get_node_names_and_namespaces(self) -> list[tuple[str, str]]:
        return [("executor_node", "/vla"), *((name, "/") for name in self.others)]

    def get_client_names_and_types_by_node(self, name: str, _: str) -> list[tuple[str, list[str]]]:
        return [(service, []) for service in self.others.get(name, [])]

    def get_publishers_info_by_topic(self, topic: str) -> list[Any]:
        return [info for info in self.publishers if info.topic == topic]


@pytest.fixture
def graph() -> Graph:
    return Graph()


@pytest.fixture(scope="module")
def gate() -> Gate:
    return Gate(make_gate_config(PROFILE, make_kinematics(PROFILE)))


@pytest.fixture
def commander(graph: Graph, gate: Gate) -> Any:
    return follow.FollowCommander(graph, PROFILE, gate, ACTION)  # type: ignore[arg-type]


def arm_and_send(commander: Any, gate: Gate, ticks: int) -> None:
    """Arm a gate, and let its commands be sent for a while."""
    state, home = GateState(), np.array(PROFILE.home)
    for k in range(1, ticks + 1):
        now_ns = k * 10_000_000
        inputs = GateInputs(
            joints=JointSample(
                names=PROFILE.joint_names,
                stamp_ns=now_ns,
                arrival_ns=now_ns,
                position=home.copy(),
                velocity=np.zeros(6),
            ),
            requests=(Request.ARM,) if k == 2 else (),
            estop=EstopInput(pressed=False, age_s=0.0),
        )
        state, decision = gate.step(state, replace(inputs), now_ns)
        if decision.command is not None:
            commander.send(decision.command, state, inputs)
    assert state.mode is GateMode.ARMED


def test_an_arm_at_rest_is_one_goal_that_ends_at_rest(
    commander: Any, graph: Graph, gate: Gate
) -> None:
    arm_and_send(commander, gate, 100)
    asking, results = graph.clients
    assert (asking.name, results.name) == (
        f"{NAME}/_action/send_goal",
        f"{NAME}/_action/get_result",
    )
    (request,) = asking.requests
    trajectory = request.goal.trajectory
    assert list(trajectory.joint_names) == list(PROFILE.joint_names)
    assert list(trajectory.points[-1].positions) == pytest.approx(PROFILE.home)
    assert list(trajectory.points[-1].velocities) == [0.0] * 6
    assert len(set(request.goal_id.uuid)) > 4


def test_without_a_server_the_action_is_named(commander: Any, graph: Graph) -> None:
    assert commander.find_deaf() is None
    graph.clients[1].ready = False
    text = f"nobody offers the action {NAME}: start the robot's controller, or correct"
    assert text in commander.find_deaf()


def test_another_client_of_the_action_is_an_intruder(commander: Any, graph: Graph) -> None:
    graph.others["rviz"] = ["/other/_action/send_goal"]
    assert commander.find_intruder() is None
    graph.others["move_group"] = [f"{NAME}/_action/send_goal"]
    assert f"{NAME} may also be sent goals by /move_group" in commander.find_intruder()


def test_a_publisher_on_the_controllers_own_topic_is_an_intruder(
    commander: Any, graph: Graph
) -> None:
    topic = "/arm_trajectory_controller/joint_trajectory"
    info = SimpleNamespace(topic=topic, node_name="jogger", node_namespace="/")
    graph.publishers.append(info)
    assert f"{topic} is also published by /jogger" in commander.find_intruder()


def test_after_withdrawing_no_goal_is_sent(commander: Any, graph: Graph, gate: Gate) -> None:
    commander.withdraw()
    commander.withdraw()
    assert graph.destroyed == graph.clients
    arm_and_send(commander, gate, 20)
    assert graph.clients[0].requests == []
    assert commander.find_deaf() is None


def test_without_control_msgs_the_package_is_named(
    graph: Graph, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, wanted_by: str) -> Any:
        raise ConfigError(f"needs a package: {wanted_by}")

    monkeypatch.setattr(follow, "import_interface", fail)
    with pytest.raises(ConfigError, match=r"package: command\.kind: follow_joint_trajectory"):
        follow.make_follow_commander(graph, PROFILE, gate)  # type: ignore[arg-type]
