# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What is left after a stop, of real processes: the audit log, and a recording of each stop."""

import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("rclpy", reason="ROS is not installed")

from mcap.reader import make_reader
from mcap_ros2.decoder import DecoderFactory

from vla_ros.cli import main as cli
from vla_ros.cli.graph import Graph, GraphOptions
from vla_ros.gate.vocabulary import GateMode
from vla_ros.ros.ownership import node_of
from vla_ros.ros.station import Station

pytestmark = [pytest.mark.ros, pytest.mark.integration]

BOX = "/vla/blackbox_node"
HEARD = ("/joint_states", "/arm_controller/commands", "/vla/observation")
SCRIPTED = {"inference_node": (str(Path(__file__).parent / "scripted_inference.py"),)}


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    """The four nodes with the scripted policy, and the black box."""
    folder = tmp_path_factory.mktemp("log")
    with Graph(GraphOptions(log_dir=folder, programs=SCRIPTED, black_box=True)) as running:
        running.start()
        yield running


@pytest.fixture
def moving(armed: Station, commands: Any, goal: Any) -> Iterator[Station]:
    """An arm that moves until somebody stops it."""
    armed.wait_for(lambda: armed.lifecycle_state(BOX) == "active", 20.0, "the black box")
    armed.wait_for(lambda: all(map(hears(armed), HEARD)), 20.0, "the black box to be connected")
    with ThreadPoolExecutor(1) as pool:
        ended = pool.submit(armed.instructions.send, goal(instruction="wave"))
        armed.wait_for(commands.is_moving, 20.0, "the arm to move")
        yield armed
        ended.exception(30.0)


def hears(station: Station) -> Callable[[str], bool]:
    """Return whether the middleware has connected the black box with a topic."""

    def is_connected(topic: str) -> bool:
        listeners = station.node.get_subscriptions_info_by_topic(topic)
        return any(node_of(listener) == BOX for listener in listeners)

    return is_connected


@pytest.fixture
def wait_for_recording(graph: Graph, station: Station) -> Callable[[str], Path]:
    """Waits for the newest recording of a kind of stop."""

    def wait(label: str) -> Path:
        folder = graph.options.log_dir / "blackbox"
        found: list[Path] = []

        def is_there() -> bool:
            found[:] = sorted(folder.glob(f"*_{label}.mcap"))
            return bool(found)

        station.wait_for(is_there, 30.0, f"a recording of {label}")
        return found[-1]

    return wait


def read(path: Path) -> dict[str, list[tuple[int, Any]]]:
    """Return time and content of every message, by topic."""
    found: dict[str, list[tuple[int, Any]]] = {}
    with path.open("rb") as stream:
        reader = make_reader(stream, decoder_factories=[DecoderFactory()])
        for _, channel, message, decoded in reader.iter_decoded_messages():
            found.setdefault(channel.topic, []).append((message.log_time, decoded))
    return found


def test_a_protective_stop_is_recorded_from_the_motion_to_the_rest(
    moving: Station, commands: Any, wait_for_recording: Callable[[str], Path]
) -> None:
    moving.stop()
    moving.wait_for(commands.is_at_rest, 5.0, "the arm to rest")
    found = read(wait_for_recording("PSTOP"))
    topics = {
        *("/joint_states", "/arm_controller/commands", "/gripper_controller/commands", "/estop"),
        *("/vla/observation", "/vla/action_chunk", "/vla/gate_state", "/rosout"),
    }
    assert topics <= set(found)
    modes = [state.mode for _, state in found["/vla/gate_state"]]
    assert GateMode.RUN in modes
    assert modes[-1] == GateMode.PSTOP
    latched_ns = next(t for t, state in found["/vla/gate_state"] if state.mode == GateMode.PSTOP)
    for topic in HEARD:
        assert found[topic][0][0] < latched_ns < found[topic][-1][0], topic


def test_an_executor_that_is_killed_leaves_a_recording_and_a_whole_log(
    graph: Graph,
    moving: Station,
    wait_for_recording: Callable[[str], Path],
    capsys: pytest.CaptureFixture[str],
) -> None:
    graph.nodes["executor_node"].send(signal.SIGKILL)
    found = read(wait_for_recording("LOST"))
    assert [state.mode for _, state in found["/vla/gate_state"]][-1] == GateMode.RUN
    assert len(found["/arm_controller/commands"]) > 20
    assert cli.main(["replay-audit", str(graph.options.log_dir / "audit")]) == 0
    written = capsys.readouterr().out
    assert "the process was killed" in written
    assert "broken=0 lost=0 breaches=0 good=1" in written
