# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("diagnostic_msgs", reason="ROS is not installed")

from diagnostic_msgs.msg import DiagnosticStatus
from timed import MS, make_timed_chunk, values_of

from vla_ros.ros.timing import (
    NEWEST,
    decode_firsts,
    encode_firsts,
    encode_timing,
    put_hops,
    read_hops,
    read_transport_ms,
)
from vla_ros.timing.commands import FirstCommand
from vla_ros.timing.hops import EXECUTOR, HopTimes
from vla_ros.timing.window import HopWindow

pytestmark = pytest.mark.ros

CHUNK = make_timed_chunk(41, hops=(("camera", 20.0), ("chunk_transport", 1.5)), session=0xFEDC)


def line(*samples: HopTimes, more: dict[str, str] | None = None) -> DiagnosticStatus:
    window = HopWindow(EXECUTOR, cold=0)
    for hops in samples:
        window.add(hops, 60.0, 0)
    return encode_timing(window, 0, idle="nothing moves", hardware_id="arm", more=more)


def test_hops_survive_the_way_there_and_back() -> None:
    message: Any = SimpleNamespace()
    put_hops(message, CHUNK.hop_ms)
    assert read_hops(message) == CHUNK.hop_ms


def test_a_pair_too_few_costs_a_figure() -> None:
    message: Any = SimpleNamespace(hop_names=["camera", "decode"], hop_ms=[1.0])
    assert read_hops(message) == (("camera", 1.0),)


def test_the_time_under_way_is_from_the_sending_to_now() -> None:
    info = {"source_timestamp": 5 * MS, "received_timestamp": 6 * MS}
    assert read_transport_ms(info, 8 * MS) == pytest.approx(3.0)


@pytest.mark.parametrize(
    "info", [{}, {"source_timestamp": 0, "received_timestamp": 6 * MS}, {"source_timestamp": 5}]
)
def test_where_the_middleware_does_not_tell_it_is_not_known(info: dict[str, int]) -> None:
    assert read_transport_ms(info, 8 * MS) is None


def test_a_line_shows_how_each_hop_is_spread() -> None:
    status = line((("gate", 0.25),), (("gate", 0.5),))
    values = values_of(status)
    assert status.name == "vla_ros: timing of executor_node"
    assert status.level == DiagnosticStatus.OK
    assert status.message == "images are 60.0 ms old then (p50), 60.0 ms (p99)"
    assert (values["gate_p50_ms"], values["gate_p99_ms"]) == ("0.25", "0.50")
    assert (values["gate_worst_ms"], values["samples"]) == ("0.50", "2")


def test_a_line_without_samples_shows_no_figures() -> None:
    status = line(more={NEWEST: ""})
    assert status.message == "nothing moves"
    assert set(values_of(status)) == {"window_s", "cold_starts_left_out", NEWEST}


def test_a_line_warns_of_clocks_that_differ() -> None:
    status = line((("chunk_transport", -8.0), ("gate", 0.1)))
    assert status.level == DiagnosticStatus.WARN
    assert "the clock of inference_node is ahead of executor_node's" in status.message


def test_the_ways_of_chunks_survive_as_a_value() -> None:
    first = FirstCommand(CHUNK, 125 * MS, 250_000, 100_000)
    later = FirstCommand(replace(CHUNK, sequence=42), 126 * MS, 250_000, 100_000)
    text = encode_firsts([first, later])
    assert text.startswith("000000000000fedc:41 chunk_transport=1.500 schedule=3.500 gate=0.250")
    seen, after = decode_firsts([line(more={NEWEST: text})])
    assert (seen.session, seen.sequence, after.sequence) == (0xFEDC, 41, 42)
    assert dict(seen.hops) == pytest.approx(
        {"chunk_transport": 1.5, "schedule": 3.5, "gate": 0.25, "publish": 0.1}
    )


@pytest.mark.parametrize(
    "text", ["", "x:1 gate=1", "000000000000fedc:41", f"{'f' * 16}:1 gate=nan"]
)
def test_what_is_no_way_of_a_chunk_is_left_out(text: str) -> None:
    assert decode_firsts([line(more={NEWEST: text})]) == []


def test_another_nodes_line_tells_of_no_chunk() -> None:
    status = line(more={NEWEST: "000000000000fedc:41 gate=0.1"})
    status.name = "vla_ros: timing of inference_node"
    assert decode_firsts([status]) == []
