# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Two arms in one graph, each in a namespace of its own: neither hears the other.

Their profiles are the simulated arm's without the leading slash before any topic.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("rclpy", reason="ROS is not installed")
pytest.importorskip("vla_ros.action", reason="the interfaces are not built")

from arm_commands import SCRIPTED, Commands

from vla_ros.cli.graph import Graph, GraphOptions
from vla_ros.cli.ready import wait_until_ready
from vla_ros.gate.vocabulary import GateMode
from vla_ros.policy.outcome import Outcome
from vla_ros.resources import config_path
from vla_ros.robot.profile import load_robot_profile
from vla_ros.ros.station import Station

if TYPE_CHECKING:
    from vla_ros.ros.client import Ended

pytestmark = [pytest.mark.ros, pytest.mark.integration]

SIDES = ("left", "right")
# What ROS itself, and every tool that looks at a robot, expects under one name.
COMMON_TOPICS = {"/rosout", "/parameter_events", "/diagnostics"}
TOUCHED_RAD = 1e-6


class Arm:
    """One arm: its nodes, and a person at its side."""

    def __init__(self, side: str, graph: Graph, station: Station) -> None:
        self.side = side
        self.graph = graph
        self.station = station
        profile = load_robot_profile(graph.options.robot)
        self.commands = Commands(station, profile, namespace=f"/{side}/")

    @property
    def mode(self) -> GateMode | None:
        return self.station.mode

    def wait_for(self, mode: GateMode) -> None:
        self.station.wait_for(lambda: self.mode is mode, 10.0, f"{mode.name} of {self.side}")

    def button(self, verb: str) -> None:
        self.station.services.trigger(f"/{self.side}/sim_node/{verb}_estop")

    def ready(self) -> None:
        if self.mode in {GateMode.RUN, GateMode.HOLD}:
            self.station.disarm(10.0)
        self.station.ready(10.0)
        self.wait_for(GateMode.ARMED)
        self.commands.clear()

    def wave(self, goal: Callable[..., Any]) -> "Future[Ended]":
        """Give a goal that does not end by itself, and return once the arm moves."""
        pool = ThreadPoolExecutor(1)
        ended = pool.submit(self.station.instructions.send, goal(instruction="wave"))
        self.station.wait_for(self.commands.is_moving, 20.0, f"{self.side} to move")
        pool.shutdown(wait=False)
        return ended

    def assert_untouched(self) -> None:
        """Hold that the arm was and is commanded to stay where it was, and is still armed."""
        count = self.commands.count
        more = count + 50
        self.station.wait_for(lambda: self.commands.count > more, 10.0, f"{self.side} to hold")
        rows = self.commands.rows
        assert abs(rows - rows[0]).max() < TOUCHED_RAD
        assert self.mode is GateMode.ARMED


def write_profile(folder: Path, side: str, *, estop: str) -> Path:
    """Write the simulated arm's profile with names that are relative to the namespace."""
    text = config_path("robots", "sim_arm").read_text(encoding="utf-8")
    text = text.replace("topic: /", "topic: ").replace("  topic: estop", f"  topic: {estop}")
    path = folder / f"{side}.yaml"
    path.write_text(text.replace("name: sim_arm", f"name: {side}", 1), encoding="utf-8")
    assert load_robot_profile(path).estop.topic == estop
    return path


def options(folder: Path, side: str, *, estop: str) -> GraphOptions:
    folder.mkdir(parents=True, exist_ok=True)
    return GraphOptions(
        log_dir=folder / side,
        robot=str(write_profile(folder, side, estop=estop)),
        namespace=f"/{side}",
        sim_namespace=f"/{side}",
        sim={"camera_rate_hz": "10.0"},  # Two simulators on one small machine.
        programs=SCRIPTED,
    )


def start(stack: ExitStack, folder: Path, side: str, *names: str, estop: str) -> Arm:
    """Start an arm's nodes, by default all of them."""
    graph = stack.enter_context(Graph(options(folder, side, estop=estop)))
    graph.start(*names)
    place = Station(f"/{side}", name=f"station_{side}", simulator=f"/{side}/sim_node")
    return Arm(side, graph, stack.enter_context(place))


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Arm, Arm]]:
    """Both arms with all of their nodes."""
    with ExitStack() as stack:
        folder = tmp_path_factory.mktemp("arms")
        arms = [start(stack, folder, side, estop="estop") for side in SIDES]
        for arm in arms:
            wait_until_ready(arm.graph, arm.station)
        yield arms[0], arms[1]


@pytest.fixture
def arms(running: tuple[Arm, Arm]) -> tuple[Arm, Arm]:
    """Both arms, armed and at rest."""
    for arm in running:
        arm.ready()
    return running


def sides_of(endpoints: list[Any], stations: tuple[str, ...]) -> set[str]:
    """Return the namespaces of the nodes at one topic, but for those of this test."""
    return {each.node_namespace for each in endpoints if each.node_name not in stations}


def sides_at_topics(running: tuple[Arm, Arm]) -> dict[str, set[str]]:
    """Return every topic that is known by now, and the namespaces of its nodes."""
    node = running[0].station.node
    stations = tuple(arm.station.node.get_name() for arm in running)
    return {
        topic: sides_of(
            [
                *node.get_publishers_info_by_topic(topic),
                *node.get_subscriptions_info_by_topic(topic),
            ],
            stations,
        )
        for topic, _ in node.get_topic_names_and_types()
    }


def topics_of(side: str) -> set[str]:
    """Return topics that belong to one arm."""
    return {
        *(f"/{side}/{name}" for name in ("joint_states", "front/image_raw", "estop")),
        *(f"/{side}/{name}" for name in ("observation", "action_chunk", "gate_state")),
        *(f"/{side}/{name}" for name in ("arm_controller/commands", "front/camera_info")),
        f"/{side}/execute_instruction/_action/feedback",
    }


def test_no_topic_has_nodes_of_both_sides(running: tuple[Arm, Arm]) -> None:
    def is_complete() -> bool:
        seen = sides_at_topics(running)
        return all(seen.get(topic) == {f"/{side}"} for side in SIDES for topic in topics_of(side))

    # An endpoint is discovered, and its node known by name, some time after it was made.
    running[0].station.wait_for(is_complete, 20.0, "each topic to have nodes of its own side only")
    shared = {topic for topic, sides in sides_at_topics(running).items() if len(sides) > 1}
    assert shared <= COMMON_TOPICS


def test_services_and_actions_are_in_the_namespace_of_their_node(
    running: tuple[Arm, Arm],
) -> None:
    node = running[0].station.node
    nodes = ("sim_node", "perception_node", "inference_node", "executor_node")
    for side in SIDES:
        services = {
            name
            for each in nodes
            for name, _ in node.get_service_names_and_types_by_node(each, f"/{side}")
        }
        assert {name for name in services if not name.startswith(f"/{side}/")} == set()
        assert f"/{side}/execute_instruction/_action/send_goal" in services
        assert f"/{side}/executor_node/estop" in services


def test_goal_moves_its_own_arm_and_no_other(arms: tuple[Arm, Arm], goal: Any) -> None:
    left, right = arms
    assert left.station.instructions.send(goal(instruction="nod")).outcome is Outcome.SUCCEEDED
    assert abs(left.commands.rows - left.commands.rows[0]).max() > 0.01
    right.assert_untouched()


def test_stop_of_one_arm_lets_the_other_go_on(arms: tuple[Arm, Arm], goal: Any) -> None:
    left, right = arms
    endings = [arm.wave(goal) for arm in arms]
    left.station.stop()
    assert endings[0].result(30.0).outcome is Outcome.PROTECTIVE_STOP
    left.station.wait_for(left.commands.is_at_rest, 5.0, "left to rest")
    assert left.mode is GateMode.PSTOP
    assert right.mode in {GateMode.RUN, GateMode.HOLD}  # A late tick holds; it goes on.
    count = right.commands.count
    right.station.wait_for(
        lambda: right.commands.count > count + 50 and right.commands.is_moving(),
        20.0,
        "right to move on",
    )
    assert not endings[1].done()
    right.station.instructions.cancel()
    assert endings[1].result(30.0).outcome is Outcome.CANCELED


def test_emergency_stop_by_service_is_of_one_arm(arms: tuple[Arm, Arm]) -> None:
    left, right = arms
    left.station.services.trigger("/left/executor_node/estop")
    left.wait_for(GateMode.ESTOP)
    right.assert_untouched()


def test_relative_button_stops_its_own_arm_alone(arms: tuple[Arm, Arm]) -> None:
    left, right = arms
    left.button("press")
    try:
        left.wait_for(GateMode.ESTOP)
        right.assert_untouched()
    finally:
        left.button("release")


def test_button_with_an_absolute_name_stops_both_arms(tmp_path: Path) -> None:
    with ExitStack() as stack:
        names = ("sim_node", "executor_node")
        both = [start(stack, tmp_path, side, *names, estop="/estop") for side in SIDES]
        for arm in both:
            arm.wait_for(GateMode.IDLE)
            arm.ready()
        both[0].button("press")
        for arm in both:
            arm.wait_for(GateMode.ESTOP)
