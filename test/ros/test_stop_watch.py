# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import pytest

from vla_ros.gate.vocabulary import LATCHED, GateMode
from vla_ros.ros.stop_watch import LOST, Seen, StopWatch

IDLE, ARMED, RUN = GateMode.IDLE, GateMode.ARMED, GateMode.RUN
PSTOP, ESTOP, INACTIVE = GateMode.PSTOP, GateMode.ESTOP, GateMode.INACTIVE


def labels(*modes: GateMode, epoch: int = 1) -> list[str]:
    """Return the stops that a course of modes has, one event a mode."""
    watch = StopWatch()
    stops = [
        watch.see(Seen(mode=mode, epoch=epoch, event_id=i, message=f"event {i}"))
        for i, mode in enumerate(modes)
    ]
    return [stop.label for stop in stops if stop is not None]


@pytest.mark.parametrize("mode", LATCHED)
def test_a_latched_stop_counts_once_however_often_it_is_said(mode: GateMode) -> None:
    assert labels(RUN, mode, mode, mode) == [mode.name]


def test_each_of_two_stops_counts() -> None:
    assert labels(RUN, PSTOP, IDLE, ARMED, RUN, PSTOP, IDLE) == ["PSTOP", "PSTOP"]


def test_a_stop_that_becomes_an_emergency_stop_counts_twice() -> None:
    assert labels(RUN, PSTOP, ESTOP, ESTOP) == ["PSTOP", "ESTOP"]


def test_a_stop_that_was_latched_before_we_came_does_not_count() -> None:
    assert labels(ESTOP, ESTOP, IDLE, PSTOP) == ["PSTOP"]


def test_a_latch_that_outlasts_a_pause_of_the_node_counts_once() -> None:
    assert labels(RUN, PSTOP, INACTIVE, PSTOP) == ["PSTOP"]


def test_a_stop_whose_reset_was_not_heard_is_told_apart_by_its_epoch() -> None:
    watch = StopWatch()
    watch.see(Seen(mode=RUN, epoch=1, event_id=4, message=""))
    first = watch.see(Seen(mode=PSTOP, epoch=1, event_id=5, message="tracking"))
    second = watch.see(Seen(mode=PSTOP, epoch=2, event_id=9, message="estop lost"))
    assert first is not None
    assert second is not None
    assert (second.event_id, second.message) == (9, "estop lost")


@pytest.mark.parametrize("mode", [ARMED, RUN, GateMode.HOLD])
def test_an_executor_that_vanishes_while_it_commands_counts(mode: GateMode) -> None:
    watch = StopWatch()
    watch.see(Seen(mode=mode, epoch=1, event_id=3, message="following"))
    assert watch.commanding
    stop = watch.miss()
    assert stop is not None
    assert stop.label == LOST
    assert "gone" in stop.message
    assert watch.miss() is None
    assert not watch.commanding


@pytest.mark.parametrize("mode", [INACTIVE, IDLE, PSTOP])
def test_an_executor_that_ends_at_rest_does_not_count(mode: GateMode) -> None:
    watch = StopWatch()
    watch.see(Seen(mode=mode, epoch=1, event_id=3, message=""))
    assert watch.miss() is None


def test_an_executor_that_begins_anew_within_a_moment_counts_as_lost() -> None:
    watch = StopWatch()
    watch.see(Seen(mode=RUN, epoch=3, event_id=30, message="following"))
    stop = watch.see(Seen(mode=INACTIVE, epoch=0, event_id=0, message=""))
    assert stop is not None
    assert stop.label == LOST
