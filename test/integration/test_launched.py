# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What `ros2 launch` does when a node dies, when a profile is wrong, and on Ctrl-C."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("launch_ros", reason="launch_ros is not installed (it comes with ROS 2)")
pytest.importorskip("vla_ros.action", reason="the interfaces are not built")

from ament_index_python.packages import get_packages_with_prefixes
from arm_commands import Commands

from vla_ros.cli.ready import observing
from vla_ros.gate.vocabulary import GateMode
from vla_ros.policy.outcome import Outcome
from vla_ros.robot.profile import load_robot_profile
from vla_ros.ros.client import Ended, RefusedError, ServerLostError
from vla_ros.ros.station import Station

pytestmark = [
    pytest.mark.ros,
    pytest.mark.integration,
    pytest.mark.skipif(shutil.which("ros2") is None, reason="there is no ros2 command"),
    pytest.mark.skipif(
        "vla_ros" not in get_packages_with_prefixes(), reason="vla_ros is not installed"
    ),
]

LAUNCH = Path(__file__).parents[2] / "launch"
TASK = "put the red cube in the blue bowl"
START_S = 60.0
NODES = (
    *("sim_node", "perception_node", "inference_node", "executor_node"),
    *("blackbox_node", "view_node"),
)
SHARED = "perception_inference"


class Launched:
    """`ros2 launch` with a simulated arm, and what it has started."""

    def __init__(self, log_path: Path, *arguments: str) -> None:
        self.log_path = log_path
        with log_path.open("wb") as log:
            # Its own session: a signal to the group is what Ctrl-C in a terminal does.
            self.process = subprocess.Popen(
                ["ros2", "launch", str(LAUNCH / "sim.launch.py"), *arguments],
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def log(self) -> str:
        return self.log_path.read_text(encoding="utf-8", errors="replace")

    def pids(self) -> dict[str, int]:
        """Return the processes of this launch that run, by name of the executable."""
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError, IndexError, ValueError):
                words = (folder / "cmdline").read_bytes().split(b"\0")
                session = int((folder / "stat").read_text().rpartition(")")[2].split()[3])
                names = [Path(word.decode()).name for word in words[:2]]
                node = next((name for name in names if name in {*NODES, SHARED}), None)
                if session == self.process.pid and node is not None:
                    found[node] = int(folder.name)
        return found

    def end(self) -> None:
        """Leave no process, whatever happened."""
        if self.process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(40.0)
        for pid in self.pids().values():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


@pytest.fixture
def launched(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Launched]:
    running = Launched(tmp_path / "launch.log", *getattr(request, "param", ()))
    yield running
    running.end()


@pytest.fixture
def station(launched: Launched) -> Iterator[Station]:
    """A person's place, in a graph that is ready."""
    with Station(name="launch_test") as place:
        place.wait_for(lambda: is_ready(place), START_S, f"the nodes\n{launched.log}")
        place.reset_scene(3, TASK)
        yield place


@pytest.fixture
def commands(station: Station) -> Commands:
    return Commands(station, load_robot_profile("sim_arm"))


def is_ready(place: Station) -> bool:
    names = ["/sim_node", *(f"/vla/{node}" for node in NODES if node != "sim_node")]
    active = all(place.lifecycle_state(name) == "active" for name in names)
    return active and observing(place) and place.mode is GateMode.IDLE


def start_goal(place: Station, commands: Commands, goal: Any) -> "Future[Ended]":
    """Arm, give a goal, and return once the arm moves."""
    place.ready()
    commands.clear()
    pool = ThreadPoolExecutor(1)
    ended = pool.submit(place.instructions.send, goal(instruction=TASK))
    place.wait_for(commands.is_moving, 20.0, "the arm to move")
    pool.shutdown(wait=False)
    return ended


def test_inference_node_comes_back_and_nothing_moves_until_a_person_arms(
    launched: Launched, station: Station, commands: Commands, goal: Any
) -> None:
    ended = start_goal(station, commands, goal)
    first = launched.pids()["inference_node"]
    os.kill(first, signal.SIGKILL)
    with pytest.raises(ServerLostError, match="fell silent during the goal"):
        ended.result(30.0)
    station.wait_for(lambda: station.mode is GateMode.IDLE, 20.0, "the gate to give up the goal")
    commands.assert_smooth()
    rows = commands.rows
    assert abs(rows[-1] - rows[-2]).max() < 1e-6

    station.wait_for(
        lambda: (
            launched.pids().get("inference_node", first) != first
            and station.lifecycle_state("/vla/inference_node") == "active"
        ),
        START_S,
        "inference_node to come back",
    )
    station.instructions.wait_for_server(5.0)
    count = commands.count
    refused = station.instructions.send(goal(instruction=TASK))
    assert refused.outcome is Outcome.REJECTED
    assert "~/arm" in refused.message
    assert station.mode is GateMode.IDLE
    assert commands.count == count

    moving = start_goal(station, commands, goal)
    station.instructions.cancel()
    assert moving.result(30.0).outcome is Outcome.CANCELED
    commands.assert_smooth()


def test_perception_node_comes_back(launched: Launched, station: Station) -> None:
    first = launched.pids()["perception_node"]
    os.kill(first, signal.SIGKILL)
    station.wait_for(lambda: not observing(station), 10.0, "observations to end")
    station.wait_for(lambda: is_ready(station), START_S, "perception_node to come back")
    assert launched.pids()["perception_node"] != first


@pytest.mark.parametrize("launched", [("processes:=shared",)], indirect=True)
def test_nodes_that_share_a_process_come_back_together(
    launched: Launched, station: Station
) -> None:
    first = launched.pids()[SHARED]
    assert launched.pids().keys().isdisjoint({"perception_node", "inference_node"})
    os.kill(first, signal.SIGKILL)
    station.wait_for(lambda: not observing(station), 10.0, "observations to end")
    station.wait_for(lambda: is_ready(station), START_S, "both nodes to come back")
    assert launched.pids()[SHARED] != first


def test_executor_node_stays_away_once_it_died(
    launched: Launched, station: Station, commands: Commands, goal: Any
) -> None:
    ended = start_goal(station, commands, goal)
    others = {name: pid for name, pid in launched.pids().items() if name != "executor_node"}
    os.kill(launched.pids()["executor_node"], signal.SIGKILL)
    assert ended.result(30.0).outcome is Outcome.PROTECTIVE_STOP
    # Whatever comes back does so after 2 s: perception_node shows that this time is over.
    os.kill(others["perception_node"], signal.SIGKILL)
    station.wait_for(lambda: not observing(station), 10.0, "observations to end")
    station.wait_for(lambda: observing(station), START_S, "perception_node to come back")
    running = launched.pids()
    assert "executor_node" not in running
    assert running["inference_node"] == others["inference_node"]
    with pytest.raises((ServerLostError, RefusedError)):
        station.arm()


def test_ctrl_c_during_a_goal_stops_the_arm_and_leaves_no_process(
    launched: Launched, station: Station, commands: Commands, goal: Any
) -> None:
    start_goal(station, commands, goal)
    os.killpg(launched.process.pid, signal.SIGINT)
    assert launched.process.wait(40.0) == 0
    assert launched.pids() == {}
    assert commands.is_at_rest()
    commands.assert_smooth()
    assert "escalating" not in launched.log
    assert launched.log.count("process has finished cleanly") == len(NODES)


def test_wrong_profile_ends_the_launch_with_its_reason(tmp_path: Path) -> None:
    running = Launched(tmp_path / "launch.log", "policy:=tabletops")
    try:
        assert running.process.wait(60.0) == 1
        assert running.pids() == {}
    finally:
        running.end()
    assert "Did you mean 'tabletop'?" in running.log
    assert "refuses its configuration; see its words above" in running.log
