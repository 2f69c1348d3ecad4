# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
from types import SimpleNamespace
from typing import Any

import pytest
from timed import MS, make_timed_chunk

from vla_ros.gate.state import GateInputs, GateState
from vla_ros.timing.commands import FirstCommands
from vla_ros.timing.hops import HopTimes, total_ms
from vla_ros.types import ActionChunk

SO_FAR: HopTimes = (("camera", 5.0), ("infer", 40.0), ("chunk_transport", 1.0))


def chunk(sequence: int, *, observed_ms: int = 100, hops: HopTimes = SO_FAR) -> ActionChunk:
    return make_timed_chunk(sequence, hops=hops, observed_ms=observed_ms)


class Ticks:
    """A control loop in which the gate takes 0.25 ms and sending 0.1 ms."""

    def __init__(self) -> None:
        self.firsts = FirstCommands(lambda: 350_000)

    def tick(
        self,
        at_ms: int,
        *chunks: ActionChunk,
        admitted: int | None = None,
        follows_ms: int | None = None,
    ) -> None:
        """Let one pass: which chunk is admitted, and stamped when what the command follows."""
        state = GateState(
            tick_ns=at_ms * MS,
            admitted_ns=at_ms * MS if admitted is not None else 0,
            sequence=-1 if admitted is None else admitted,
        )
        published: Any = SimpleNamespace(
            stamp_ns=at_ms * MS, observed_ns=None if follows_ms is None else follows_ms * MS
        )
        inputs = GateInputs(chunks=chunks)
        self.firsts.see(inputs, state, None if follows_ms is None else published, 0, 250_000)


def test_the_first_command_of_a_chunk_tells_its_whole_way() -> None:
    ticks = Ticks()
    ticks.tick(150, chunk(7), admitted=7, follows_ms=100)
    (first,) = ticks.firsts.take()
    assert dict(first.hops) == pytest.approx(
        {**dict(SO_FAR), "schedule": 4.0, "gate": 0.25, "publish": 0.1}
    )
    assert first.age_ms == pytest.approx(50.35)
    assert total_ms(first.hops) == pytest.approx(first.age_ms)


def test_only_the_first_command_is_told_and_only_once() -> None:
    ticks = Ticks()
    ticks.tick(150, chunk(7), admitted=7, follows_ms=100)
    ticks.tick(160, follows_ms=100)
    assert len(ticks.firsts.take()) == 1
    assert ticks.firsts.take() == []


def test_a_chunk_whose_first_row_is_not_due_waits_in_the_schedule() -> None:
    ticks = Ticks()
    ticks.tick(150, chunk(7), admitted=7, follows_ms=60)
    ticks.tick(160, follows_ms=60)
    ticks.tick(170, follows_ms=100)
    (first,) = ticks.firsts.take()
    assert dict(first.hops)["schedule"] == pytest.approx(24.0)


def test_a_chunk_that_the_gate_refuses_has_no_first_command() -> None:
    ticks = Ticks()
    ticks.tick(150, chunk(7), follows_ms=60)
    ticks.tick(160, follows_ms=60)
    assert ticks.firsts.take() == []


def test_a_chunk_that_a_newer_one_overtakes_has_none_either() -> None:
    ticks = Ticks()
    ticks.tick(150, chunk(7), admitted=7, follows_ms=60)
    ticks.tick(160, chunk(8, observed_ms=130), admitted=8, follows_ms=130)
    assert [first.chunk.sequence for first in ticks.firsts.take()] == [8]


def test_a_stop_is_no_command_of_a_chunk() -> None:
    ticks = Ticks()
    ticks.tick(150, chunk(7), admitted=7)
    ticks.tick(160)
    assert ticks.firsts.take() == []


def test_without_the_beginning_of_the_way_the_age_is_known_and_the_schedule_is_not() -> None:
    ticks = Ticks()
    ticks.tick(150, chunk(7, hops=(("infer", 40.0),)), admitted=7, follows_ms=100)
    (first,) = ticks.firsts.take()
    assert [name for name, _ in first.hops] == ["infer", "gate", "publish"]
    assert first.age_ms == pytest.approx(50.35)


def test_what_nobody_takes_is_bounded() -> None:
    ticks = Ticks()
    for k in range(1000):
        ticks.tick(150, chunk(k), admitted=k, follows_ms=100)
    assert len(ticks.firsts.take()) == 64
