# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""blackbox_node over real DDS, with a gate and an arm made of publishers."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

rclpy = pytest.importorskip("rclpy")
pytest.importorskip("vla_ros.msg", reason="the interfaces are not built")

from mcap.reader import make_reader
from mcap_ros2.decoder import DecoderFactory
from rcl_interfaces.msg import Log
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.parameter import Parameter

from vla_ros.errors import ConfigError
from vla_ros.gate.vocabulary import GateMode
from vla_ros.msg import GateState
from vla_ros.nodes.blackbox_node import BlackBoxNode
from vla_ros.robot.profile import load_robot_profile
from vla_ros.ros.qos import LATCHED
from vla_ros.ros.topics import topics_of

pytestmark = pytest.mark.ros

TIMEOUT_S = 10.0
TOPICS = topics_of(load_robot_profile("sim_arm"))


class Bench:
    """The black box, and somebody who talks on all of its topics."""

    def __init__(self, folder: Path, **overrides: Any) -> None:
        values = {"robot": "sim_arm", "folder": str(folder), "after_s": 0.1} | overrides
        parameters = [Parameter(name, value=value) for name, value in values.items()]
        self.folder = folder
        self.node = BlackBoxNode(overrides=parameters)
        self.talker = Node("talker")
        self.executor = SingleThreadedExecutor()
        self.executor.add_node(self.node)
        self.executor.add_node(self.talker)
        self.publishers = {
            topic: self.talker.create_publisher(kind, topic, LATCHED if kind is GateState else 10)
            for topic, kind in TOPICS.items()
            if kind is not Log
        }

    def start(self) -> None:
        self.node.start()
        connected = self.publishers.values()
        self.until(lambda: all(p.get_subscription_count() > 0 for p in connected))

    def until(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + TIMEOUT_S
        while not condition():
            assert time.monotonic() < end, "waited in vain"
            self.executor.spin_once(timeout_sec=0.02)

    def talk(self) -> None:
        """Say one empty message on every topic but the gate's, and wait until it is kept."""
        topics = [topic for topic, kind in TOPICS.items() if kind not in (Log, GateState)]
        before = self.counts()
        for topic in topics:
            self.publishers[topic].publish(TOPICS[topic]())
        names = {topic: self.node.resolve_topic_name(topic) for topic in topics}
        self.until(lambda: all(self.counts().get(n, 0) > before.get(n, 0) for n in names.values()))

    def counts(self) -> dict[str, int]:
        counts: dict[str, int] = {}
        for message in self.node._record.since(0):
            counts[message.topic] = counts.get(message.topic, 0) + 1
        return counts

    def gate(self, mode: int, event_id: int, epoch: int = 1) -> None:
        before = self.counts().get("/gate_state", 0)
        message = GateState(mode=int(mode), event_id=event_id, epoch=epoch, message=f"in {mode}")
        self.publishers["gate_state"].publish(message)
        self.until(lambda: self.counts().get("/gate_state", 0) > before)

    @property
    def files(self) -> list[Path]:
        return sorted(self.folder.glob("*.mcap"))

    def wait_for_files(self, count: int) -> list[Path]:
        self.until(lambda: len(self.files) >= count)
        assert len(self.files) == count
        return self.files

    def close(self) -> None:
        self.node.stop()
        for node in (self.node, self.talker):
            node.destroy_node()


@pytest.fixture(autouse=True)
def ros() -> Iterator[None]:
    rclpy.init()
    yield
    rclpy.try_shutdown()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path / "box")
    bench.start()
    yield bench
    bench.close()


def read(path: Path) -> tuple[dict[str, list[Any]], dict[str, str]]:
    """Return the messages of a file by topic, and what it says about itself."""
    with path.open("rb") as stream:
        reader = make_reader(stream, decoder_factories=[DecoderFactory()])
        found: dict[str, list[Any]] = {}
        for _, channel, _, decoded in reader.iter_decoded_messages():
            found.setdefault(channel.topic, []).append(decoded)
        (about,) = [record.metadata for record in reader.iter_metadata()]
        return found, about


def test_a_latched_stop_leaves_one_file_with_all_topics_up_to_the_stop(bench: Bench) -> None:
    bench.gate(GateMode.RUN, 1)
    bench.talk()
    bench.gate(GateMode.PSTOP, 2)
    bench.gate(GateMode.PSTOP, 2)
    (path,) = bench.wait_for_files(1)
    assert path.name.endswith("_PSTOP.mcap")
    found, about = read(path)
    wanted = {bench.node.resolve_topic_name(t) for t, kind in TOPICS.items() if kind is not Log}
    assert wanted <= set(found)
    modes = [state.mode for state in found["/gate_state"]]
    assert modes[:2] == [GateMode.RUN, GateMode.PSTOP]
    assert (about["stop"], about["event_id"], about["robot"]) == ("PSTOP", "2", "sim_arm")


def test_what_comes_right_after_the_stop_is_recorded_too(tmp_path: Path) -> None:
    bench = Bench(tmp_path, after_s=1.0)
    bench.start()
    bench.gate(GateMode.RUN, 1)
    bench.gate(GateMode.ESTOP, 2)
    bench.talk()
    (path,) = bench.wait_for_files(1)
    assert len(read(path)[0]["/joint_states"]) == 1
    bench.close()


def test_a_mode_that_is_not_known_here_is_a_fault(bench: Bench) -> None:
    bench.gate(GateMode.RUN, 1)
    bench.gate(99, 2)
    (path,) = bench.wait_for_files(1)
    assert path.name.endswith("_FAULT.mcap")


def test_two_stops_leave_two_files(bench: Bench) -> None:
    for event_id in (1, 10):
        bench.gate(GateMode.RUN, event_id, epoch=event_id)
        bench.gate(GateMode.PSTOP, event_id + 1, epoch=event_id)
    first, second = bench.wait_for_files(2)
    assert [read(path)[1]["event_id"] for path in (first, second)] == ["2", "11"]


def test_an_executor_that_dies_while_it_commands_leaves_a_file(bench: Bench) -> None:
    bench.gate(GateMode.RUN, 1)
    bench.talker.destroy_publisher(bench.publishers.pop("gate_state"))
    (path,) = bench.wait_for_files(1)
    assert path.name.endswith("_LOST.mcap")
    assert "executor_node is gone" in read(path)[1]["message"]


def test_a_recording_that_still_waits_is_written_at_the_end(tmp_path: Path) -> None:
    bench = Bench(tmp_path, after_s=60.0)
    bench.start()
    bench.gate(GateMode.RUN, 1)
    bench.gate(GateMode.FAULT, 2)
    bench.close()
    assert [path.name[-10:] for path in bench.files] == ["FAULT.mcap"]


def test_only_the_newest_files_stay(tmp_path: Path) -> None:
    bench = Bench(tmp_path, files=1, after_s=0.0)
    bench.start()
    for event_id in (1, 10):
        bench.gate(GateMode.RUN, event_id, epoch=event_id)
        bench.gate(GateMode.PSTOP, event_id + 1, epoch=event_id)
    bench.close()
    (path,) = bench.files
    assert read(path)[1]["event_id"] == "11"


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    bench = Bench(tmp_path / "file" / "box")
    with pytest.raises(ConfigError, match="file/box' cannot be made"):
        bench.node.start()
    bench.close()
