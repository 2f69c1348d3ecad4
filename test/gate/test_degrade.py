# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A tick in which something goes wrong still stops, sees every button, and answers."""

from typing import Any

import numpy as np
import pytest

from vla_ros.gate import ALL_CHECKS, EstopInput, GateMode, Reason, Request
from vla_ros.gate.state import Heartbeat
from vla_ros.gate.tick import TickCheck
from vla_ros.robot.parts import DeadmanProfile

BROKEN = (object(),)  # No chunk at all: whoever looks at it raises.


def reasons(decision: Any) -> set[Reason]:
    return {finding.reason for finding in decision.findings}


def test_a_press_in_a_failed_tick_latches(rig: Any) -> None:
    rig.run()
    decision = rig.tick(chunks=BROKEN, estop=EstopInput(pressed=True, age_s=0.0))
    assert decision.error is not None
    assert decision.mode is GateMode.ESTOP
    assert Reason.ESTOP_PRESSED in reasons(decision)
    assert rig.ticks(60).mode is GateMode.ESTOP


def test_a_release_of_the_dead_man_switch_in_a_failed_tick_latches(make_rig: Any) -> None:
    rig = make_rig(deadman=DeadmanProfile(topic="/deadman"))
    rig.always = {"deadman": Heartbeat(good=True, age_s=0.0)}
    rig.run()
    decision = rig.tick(chunks=BROKEN, deadman=Heartbeat(good=False, age_s=0.0))
    assert decision.mode is GateMode.PSTOP
    assert Reason.DEADMAN in reasons(decision)


@pytest.mark.parametrize(
    ("request_", "mode"), [(Request.STOP, GateMode.PSTOP), (Request.ESTOP, GateMode.ESTOP)]
)
def test_a_stop_asked_for_in_a_failed_tick_is_done(
    rig: Any, request_: Request, mode: GateMode
) -> None:
    rig.run()
    decision = rig.tick(request_, chunks=BROKEN)
    assert decision.answers[0].done
    assert decision.mode is mode
    rig.ticks(50)
    assert not np.diff(rig.commands[-2:], axis=0).any()


@pytest.mark.parametrize("request_", [Request.ARM, Request.RESET])
def test_what_could_lead_to_motion_is_refused_in_words(rig: Any, request_: Request) -> None:
    rig.arm()
    answers = rig.tick(request_, chunks=BROKEN).answers
    assert [answer.done for answer in answers] == [False]
    assert "something went wrong inside: AttributeError" in answers[0].message


def test_a_check_that_fails_hides_no_other(make_rig: Any) -> None:
    def fail(_: Any) -> None:
        raise ZeroDivisionError

    rig = make_rig(checks=(TickCheck(99, fail), *ALL_CHECKS))
    decision = rig.tick(estop=EstopInput(pressed=True, age_s=0.0))
    assert isinstance(decision.error, ZeroDivisionError)
    assert decision.mode is GateMode.ESTOP


def test_a_stop_that_cannot_be_followed_is_a_fault_and_silence(rig: Any) -> None:
    rig.run()

    def fail(*_: Any) -> None:
        raise ZeroDivisionError

    rig.gate._final.find_breach = fail
    decision = rig.tick()
    assert decision.mode is GateMode.FAULT
    assert decision.command is None
    assert rig.ticks(5).command is None


# ---- a clock that goes back ----


def test_after_a_step_back_silence_is_noticed_as_soon_as_ever(rig: Any) -> None:
    rig.run()
    rig.now_ns -= 900_000_000
    rig.moves_joints = False
    decision = rig.tick()
    assert Reason.CLOCK_JUMP in reasons(decision)
    rig.ticks(12)
    assert Reason.JS_STALE in reasons(rig.tick())


def test_after_a_step_back_a_latch_can_be_reset(rig: Any) -> None:
    rig.run()
    rig.tick(Request.STOP)
    rig.now_ns -= 900_000_000
    rig.ticks(150)
    assert rig.tick(Request.RESET).answers[0].done
