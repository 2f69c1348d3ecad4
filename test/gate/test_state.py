# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Ends of goals and pauses: what they must leave behind, and what not."""

from typing import Any

from vla_ros.gate import GateMode, Request


def test_the_end_of_a_goal_that_never_moved_bars_no_other_session(rig: Any) -> None:
    rig.arm()
    rig.tick(chunks=(rig.end_chunk(session=7, sequence=500),))

    decision = rig.tick(chunks=(rig.chunk(session=8, sequence=1),))

    assert decision.mode is GateMode.RUN


def test_a_last_chunk_that_ran_out_in_a_late_tick_ends_the_goal(rig: Any) -> None:
    rig.arm()
    rig.tick(chunks=(rig.chunk([[0.0, 0.0]], step_ns=35_000_000, last=True),))
    rig.now_ns += 30_000_000

    decision = rig.ticks(3)

    assert decision.mode is GateMode.ARMED


def test_a_latch_outlasts_a_pause(rig: Any) -> None:
    rig.run()
    rig.tick(Request.ESTOP)
    rig.ticks(100)

    rig.state = rig.state.paused()

    assert rig.state.mode is GateMode.ESTOP
    assert rig.tick().command is None
    assert not rig.tick(Request.ARM).answers[0].done


def test_an_epoch_is_never_used_twice_across_a_pause(rig: Any) -> None:
    rig.arm()
    rig.state = rig.state.paused()

    rig.ticks(2)
    rig.arm()

    assert rig.state.epoch == 2


def test_a_latch_is_reset_after_a_pause(rig: Any) -> None:
    rig.run()
    rig.tick(Request.STOP)
    rig.ticks(100)
    rig.state = rig.state.paused()
    rig.ticks(110)

    assert rig.tick(Request.RESET).answers[0].done
    assert rig.arm().state.mode is GateMode.ARMED
