# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Real processes on real DDS: the simulated robot, the three nodes, and a person's station."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytest.importorskip("rclpy", reason="ROS is not installed")
pytest.importorskip("vla_ros.action", reason="the interfaces are not built")

from arm_commands import SCRIPTED, Commands
from noise import run_again, tell_void

from vla_ros.action import ExecuteInstruction
from vla_ros.cli.graph import Graph, GraphOptions
from vla_ros.cli.ready import wait_until_ready
from vla_ros.gate.vocabulary import GateMode
from vla_ros.nodes.base import hurry_threads
from vla_ros.robot.profile import RobotProfile, load_robot_profile
from vla_ros.ros.station import Station

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


@pytest.fixture(autouse=True)
def hurry() -> None:
    """Keep the station from hearing late; a process of tests has much to compute."""
    hurry_threads()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    return run_again(item, nextitem) if HERE in item.path.parents else None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    tell_void(terminalreporter)


@pytest.fixture(scope="session")
def robot() -> RobotProfile:
    return load_robot_profile("sim_arm")


@pytest.fixture(scope="module", autouse=True)
def checkout_in_children() -> Iterator[None]:
    """Let programs that are files, not modules, import the checkout they lie in."""
    patch = pytest.MonkeyPatch()
    paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    patch.setenv("PYTHONPATH", os.pathsep.join(filter(None, paths)))
    yield
    patch.undo()


@pytest.fixture(scope="module")
def scripted() -> dict[str, tuple[str, ...]]:
    """The program that stands for inference_node."""
    return SCRIPTED


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    """The four nodes, with the scripted policy."""
    options = GraphOptions(log_dir=tmp_path_factory.mktemp("log"), programs=SCRIPTED)
    with Graph(options) as running:
        running.start()
        yield running


@pytest.fixture(scope="module")
def station(graph: Graph) -> Iterator[Station]:
    """A person's place, in a graph that is ready."""
    with Station(name="integration_test") as place:
        wait_until_ready(graph, place)
        yield place


@pytest.fixture(scope="module")
def all_commands(station: Station, robot: RobotProfile) -> Commands:
    return Commands(station, robot)


@pytest.fixture
def armed(station: Station, all_commands: Commands) -> Station:
    """An armed arm at rest in a fresh epoch."""
    if station.mode is not GateMode.IDLE:
        station.disarm()
    all_commands.clear()
    station.ready()
    return station


@pytest.fixture
def commands(armed: Station, all_commands: Commands) -> Commands:
    """The commands of this epoch."""
    return all_commands


@pytest.fixture
def goal() -> Callable[..., ExecuteInstruction.Goal]:
    return ExecuteInstruction.Goal


@pytest.fixture
def run_node(tmp_path: Path) -> Callable[..., "subprocess.CompletedProcess[str]"]:
    """Runs one node until it ends by itself; its output is in `stdout`."""

    def run(node: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        module = ["-m", f"vla_ros.nodes.{node}", "--ros-args", "-r", "__ns:=/vla"]
        return subprocess.run(
            [sys.executable, *module, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
            check=False,
            cwd=tmp_path,
        )

    return run
