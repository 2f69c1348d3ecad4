# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import pytest

pytest.importorskip("rclpy", reason="ROS is not installed")
pytest.importorskip("vla_ros.msg", reason="the interfaces are not built")

from timed import MS, make_timed_chunk, values_of

from vla_ros.nodes.executor_timing import ExecutorTiming
from vla_ros.ros.timing import NEWEST, decode_firsts
from vla_ros.timing.commands import FirstCommand

HOPS = (("camera", 40.0), ("chunk_transport", 1.0))


def first(sequence: int, gate_ns: int = 250_000) -> FirstCommand:
    chunk = make_timed_chunk(sequence, hops=HOPS, session=3, observed_ms=0)
    return FirstCommand(chunk, 45 * MS, gate_ns, 100_000)


def test_before_the_first_chunk_no_figure_is_told() -> None:
    status = ExecutorTiming("arm").diagnose([], 50 * MS)
    assert status.message == "the gate follows no chunk"
    assert not [key for key in values_of(status) if key.endswith("_ms")]


def test_the_age_behind_first_commands_is_told_without_the_cold_start() -> None:
    timing = ExecutorTiming("arm")
    slow = first(1, gate_ns=900 * MS)
    values = values_of(timing.diagnose([slow, first(2), first(3)], 50 * MS))
    assert (values["samples"], values["cold_starts_left_out"]) == ("2", "1")
    assert values["age_worst_ms"] == "45.35"
    assert values["schedule_p50_ms"] == "4.00"
    assert values["gate_worst_ms"] == "0.25"


def test_each_chunk_is_named_once_and_counts_on() -> None:
    timing = ExecutorTiming("arm")
    told = timing.diagnose([first(1), first(2)], 50 * MS)
    assert [seen.sequence for seen in decode_firsts([told])] == [1, 2]
    later = timing.diagnose([first(3)], 60 * MS)
    assert [seen.sequence for seen in decode_firsts([later])] == [3]
    assert values_of(later)["samples"] == "2"
    assert values_of(timing.diagnose([], 70 * MS))[NEWEST] == ""
