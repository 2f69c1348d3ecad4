# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""`vla_ros bench live`, against messages as a running graph sends them."""

import json
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("rclpy", reason="ROS is not installed")
pytest.importorskip("vla_ros.msg", reason="the interfaces are not built")

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue

from vla_ros.cli import bench, main
from vla_ros.msg import ActionChunk, GateState, Observation
from vla_ros.ros.hop_listening import HopListening
from vla_ros.ros.qos import DIAGNOSTICS, LATCHED, RELIABLE_NEWEST
from vla_ros.ros.station import Station
from vla_ros.ros.timing import LAST_CAMERA, NEWEST, put_hops
from vla_ros.timing.hops import EXECUTOR, HOPS, INFERENCE, NODES, PERCEPTION, HopTimes, hops_of
from vla_ros.timing.tally import Report

pytestmark = pytest.mark.ros

SEEN: HopTimes = tuple((hop.name, 2.0) for hop in hops_of(PERCEPTION))
THOUGHT: HopTimes = (*SEEN, *((hop.name, 5.0) for hop in hops_of(INFERENCE)))


class Graph:
    """Hands messages to whoever listens, in place of a station."""

    namespace = "/vla"

    def __init__(self) -> None:
        self._ears: dict[str, Any] = {}
        self.listening = HopListening(self)  # type: ignore[arg-type]

    def watch(self, kind: type, topic: str, callback: Any, qos: object) -> None:
        self._ears[topic] = kind, callback

    def say(self, topic: str, message: object) -> None:
        kind, callback = self._ears[topic]
        assert isinstance(message, kind)
        callback(message)

    def observe(self) -> None:
        message = Observation()
        put_hops(message, SEEN)
        self.say("/vla/observation", message)

    def think(self, sequence: int, *, rows: int = 2) -> None:
        message = ActionChunk(session=9, sequence=sequence, positions=[0.0] * rows)
        put_hops(message, THOUGHT)
        self.say("/vla/action_chunk", message)

    def move(self, *sequences: int) -> None:
        """Have executor_node tell of first commands, as all nodes tell of hops."""
        hops = " ".join(f"{hop.name}=1.000" for hop in hops_of(EXECUTOR))
        ways = "; ".join(f"{9:016x}:{sequence} {hops}" for sequence in sequences)
        message = DiagnosticArray(
            status=[
                DiagnosticStatus(
                    name=f"vla_ros: timing of {node}",
                    values=[
                        KeyValue(key=NEWEST, value=ways),
                        KeyValue(key=LAST_CAMERA, value="wrist 95%, front 5%"),
                    ],
                )
                for node in NODES
            ]
        )
        self.say("/diagnostics", message)

    def report(self, mode: str | None = "RUN") -> Report:
        return self.listening.tally.report(5.0, mode)


@pytest.fixture
def graph() -> Graph:
    """Return a graph that has run for a while, from before the listening began."""
    graph = Graph()
    for sequence in range(7, 12):
        graph.observe()
        graph.think(sequence)
    graph.think(12, rows=0)  # The end of the goal.
    graph.move(5, 6, 7, 8)
    graph.move(9, 10)
    return graph


def test_what_a_graph_says_becomes_the_way_of_its_chunks(graph: Graph) -> None:
    report = graph.report()
    assert report.complete
    assert (report.observations, report.chunks, len(report.ways)) == (5, 5, 4)
    assert report.notes[0] == "camera_wait ends with the image of: wrist 95%, front 5%"
    assert report.whole is not None
    assert report.whole.p50_ms == pytest.approx(5 * 2.0 + 5 * 5.0 + 4 * 1.0)
    assert [name for name, _ in report.ways[0].hops] == [hop.name for hop in HOPS]


def test_when_the_time_is_over_executor_node_may_still_tell(graph: Graph) -> None:
    graph.listening.close_intake()
    graph.observe()
    graph.think(13)
    graph.move(11, 13)
    report = graph.report()
    assert (report.observations, report.chunks, len(report.ways)) == (5, 5, 5)


def test_the_verb_prints_the_table_and_writes_both_files(
    graph: Graph, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setattr(bench, "_listen", lambda namespace, seconds: graph.report())
    figures, picture = tmp_path / "hops.json", tmp_path / "hops.png"
    words = ["bench", "live", "--seconds", "5", "--json", str(figures), "--plot", str(picture)]
    assert main.main(words) == 0
    assert "photon to motion" in capsys.readouterr().out
    assert json.loads(figures.read_text())["photon_to_motion_ms"]["count"] == 4
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_the_verb_says_what_it_could_not_see_and_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    graph = Graph()
    graph.observe()
    monkeypatch.setattr(bench, "_listen", lambda namespace, seconds: graph.report("IDLE"))
    assert main.main(["bench", "live"]) == bench.EXIT_NOT_SEEN
    out = capsys.readouterr().out
    assert "(1) no chunk came: no goal runs, or one with dry_run (the gate is IDLE)" in out


@pytest.mark.parametrize("seconds", ["0", "nan", "inf", "-5", "1e9"])
def test_a_time_that_makes_no_sense_is_refused(
    seconds: str, capsys: pytest.CaptureFixture
) -> None:
    assert main.main(["bench", "live", "--seconds", seconds]) == main.EXIT_ERROR
    assert "wanted 1 to 3600" in capsys.readouterr().err


def test_listening_ends_with_what_the_station_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    """All but the graph: the time passes at once, and the gate says nothing."""
    made: list[Graph] = []

    class Silence(Graph):
        mode = None

        def __init__(self, namespace: str, name: str) -> None:
            self.namespace = namespace
            super().__init__()
            made.append(self)

        def __enter__(self) -> "Silence":
            return self

        def __exit__(self, *_: object) -> None: ...

    monkeypatch.setattr("vla_ros.ros.station.Station", Silence)
    sleeps: list[float] = []

    def sleep(seconds: float) -> None:
        sleeps.append(seconds)
        made[0].say("/left/observation", Observation())

    monkeypatch.setattr(bench, "time", SimpleNamespace(sleep=sleep, monotonic=lambda: 0.0))
    report = bench._listen("/left", 5.0)
    assert (report.observations, report.chunks) == (1, 0)
    assert sleeps == [5.0]  # Nobody has to tell of chunks that did not come.


class Talker:
    """Says over DDS what the three nodes say, as often as they do, each time a new chunk."""

    def __init__(self, station: Station) -> None:
        create, names = station.node.create_publisher, station.namespace
        self._observations = create(Observation, f"{names}/observation", RELIABLE_NEWEST)
        self._chunks = create(ActionChunk, f"{names}/action_chunk", 10)
        self._diagnostics = create(DiagnosticArray, "/diagnostics", DIAGNOSTICS)
        self._states = create(GateState, f"{names}/gate_state", LATCHED)
        self._states.publish(GateState(mode=GateState.MODE_RUN))
        self._sequence = 1
        station.node.create_timer(0.05, self._talk)

    def _talk(self) -> None:
        self._sequence += 1
        hops = " ".join(f"{hop.name}=1.000" for hop in hops_of(EXECUTOR))
        observation, chunk = Observation(), ActionChunk(session=9, positions=[0.0])
        chunk.sequence = self._sequence
        put_hops(observation, SEEN)
        put_hops(chunk, THOUGHT)
        self._observations.publish(observation)
        self._chunks.publish(chunk)
        told = KeyValue(key=NEWEST, value=f"{9:016x}:{self._sequence} {hops}")
        name = f"vla_ros: timing of {EXECUTOR}"
        self._diagnostics.publish(
            DiagnosticArray(status=[DiagnosticStatus(name=name, values=[told])])
        )


def test_a_live_graph_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    listenings: list[HopListening] = []

    def listen(station: Station) -> HopListening:
        listenings.append(HopListening(station))
        return listenings[-1]

    def sleep(seconds: float) -> None:
        """Wait for what would have been heard by then, on whatever machine."""
        tally, until_s = listenings[0].tally, time.monotonic() + 20.0
        while len(tally.observations) < 3 or len(tally.chunks.keys() & tally.firsts.keys()) < 3:
            assert time.monotonic() < until_s, f"waited in vain, heard {tally}"
            time.sleep(0.02)

    monkeypatch.setattr("vla_ros.ros.hop_listening.HopListening", listen)
    monkeypatch.setattr(bench, "time", SimpleNamespace(sleep=sleep, monotonic=time.monotonic))
    with Station("/timed", name="graph") as station:
        Talker(station)
        report = bench._listen("/timed", 5.0)
    assert report.complete
    assert report.observations >= 3
