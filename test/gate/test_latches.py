# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Stops that stay until a person resets them, and what a reset waits for."""

from typing import Any

import numpy as np
import pytest

from vla_ros.gate import EstopInput, GateMode, Request

MS = 1_000_000
PRESSED = EstopInput(pressed=True, age_s=0.0)


@pytest.mark.parametrize("request_", [Request.STOP, Request.ESTOP])
def test_a_stop_asked_for_latches_and_comes_to_rest(rig: Any, request_: Request) -> None:
    rig.run()
    decision = rig.tick(request_)
    assert decision.answers[0].done
    assert decision.mode in (GateMode.PSTOP, GateMode.ESTOP)
    assert decision.stopping
    decision = rig.ticks(40)
    assert not decision.stopping
    assert decision.command is not None
    assert rig.tick(chunks=(rig.chunk(),)).mode is decision.mode


@pytest.mark.parametrize("request_", [Request.STOP, Request.ESTOP])
def test_a_stop_latches_before_anything_is_armed(rig: Any, request_: Request) -> None:
    assert rig.tick(request_).mode in (GateMode.PSTOP, GateMode.ESTOP)
    assert rig.tick().command is None
    assert "call ~/reset first" in rig.tick(Request.ARM).answers[0].message


def test_an_emergency_stop_overrides_a_protective_stop(rig: Any) -> None:
    rig.run()
    rig.tick(Request.STOP)
    assert rig.tick(estop=PRESSED).mode is GateMode.ESTOP


def test_an_emergency_stop_is_faster(make_rig: Any) -> None:
    def ticks_to_rest(request: Request) -> int:
        rig = make_rig().arm()
        rig.tick(chunks=(rig.chunk(0.07 * np.arange(16)[:, None] * np.ones(2)),))
        rig.ticks(60)
        rig.tick(request)
        return next(k for k in range(100) if not rig.tick().stopping)

    assert ticks_to_rest(Request.ESTOP) < ticks_to_rest(Request.STOP)


def test_reset_never_moves_the_arm_and_needs_arming_after_it(rig: Any) -> None:
    rig.run()
    rig.tick(Request.STOP)
    rig.ticks(150)
    decision = rig.tick(Request.RESET)
    assert decision.answers[0].done
    assert decision.mode is GateMode.IDLE
    assert rig.ticks(10).command is None
    rig.arm()


def test_reset_waits_until_a_person_can_have_seen_the_event(rig: Any) -> None:
    rig.arm()
    rig.tick(Request.STOP)
    rig.ticks(90)
    answer = rig.tick(Request.RESET).answers[0]
    assert not answer.done
    assert "less than 1.0 s since" in answer.message
    rig.ticks(10)
    assert rig.tick(Request.RESET).answers[0].done


def test_reset_is_refused_while_the_emergency_stop_is_pressed(rig: Any) -> None:
    rig.arm()
    rig.estop = PRESSED
    rig.ticks(200)
    assert "ESTOP_PRESSED" in rig.tick(Request.RESET).answers[0].message
    rig.estop = EstopInput(pressed=False, age_s=0.0)
    rig.ticks(30)
    assert "gone for less than 0.5 s" in rig.tick(Request.RESET).answers[0].message
    rig.ticks(80)
    assert rig.tick(Request.RESET).answers[0].done


def test_reset_is_refused_while_joint_states_are_missing(rig: Any) -> None:
    rig.arm()
    rig.tick(Request.STOP)
    rig.moves_joints = False
    rig.ticks(200)
    assert "JS_LOST" in rig.tick(Request.RESET).answers[0].message


@pytest.mark.parametrize("speed", [0.021, -0.021])
def test_reset_waits_for_the_measured_arm_to_rest(rig: Any, speed: float) -> None:
    rig.arm()
    rig.tick(Request.STOP)
    rig.ticks(150)
    rig.moves_joints = False
    rig.measured = rig.sample(velocity=np.array([speed, 0.0]), arrival_ns=rig.now_ns + 10 * MS)
    assert "the arm moves at 0.021 rad/s" in rig.tick(Request.RESET).answers[0].message
    rig.moves_joints = True
    assert rig.tick(Request.RESET).answers[0].done


def test_reset_does_nothing_where_nothing_is_latched(rig: Any) -> None:
    assert rig.tick(Request.RESET).answers[0].message == "nothing to reset"
    rig.run()
    assert not rig.tick(Request.RESET).answers[0].done
    assert rig.tick().mode is GateMode.RUN


@pytest.mark.parametrize("request_", [Request.STOP, Request.ESTOP])
def test_an_arm_that_is_moved_while_latched_is_let_go(rig: Any, request_: Request) -> None:
    rig.run()
    rig.tick(request_)
    assert rig.ticks(60).command is not None
    cause = rig.state.message.partition("; ")[0]
    rig.position = rig.position + 0.2
    assert rig.tick().command is None
    assert rig.state.message.startswith(f"{cause}; the arm is 0.200 rad from where it was left")
    rig.position = rig.position - 0.2
    rig.ticks(150)
    assert rig.ticks(2).command is None
    assert rig.tick(Request.RESET).answers[0].done
    rig.position = rig.position - 0.3
    rig.ticks(3)
    rig.arm()
    assert rig.commands[-1] == pytest.approx(rig.position)


def test_an_arm_that_nobody_reports_is_let_go_once_it_rests(rig: Any) -> None:
    rig.run()
    rig.moves_joints = False
    stops = [rig.tick() for _ in range(80)]
    assert stops[-1].mode is GateMode.PSTOP
    assert stops[-1].command is None
    assert rig.state.message.startswith("protective stop: JS_LOST: no joint state for 0.25 s")
    assert "; where the arm is was last reported 0." in rig.state.message
    assert all(decision.command is not None for decision in stops if decision.stopping)


def test_an_arm_whose_controller_is_gone_is_let_go_once_it_rests(rig: Any) -> None:
    """Else a driver that comes back would jump to where the stop ended without it."""
    rig.run()
    decision = rig.tick(deaf="nobody listens on /arm")
    assert decision.mode is GateMode.PSTOP
    assert decision.command is not None
    decisions = [rig.tick(deaf="nobody listens on /arm") for _ in range(100)]
    silent = [k for k, each in enumerate(decisions) if each.command is None]
    assert silent
    assert not any(each.stopping for each in decisions[silent[0] - 1 :])
    assert silent == list(range(silent[0], 100))
    assert "its driver is gone: nothing is commanded" in rig.state.message
    decision = rig.ticks(200)  # It is back.
    assert (decision.mode, decision.command) == (GateMode.PSTOP, None)
    assert rig.tick(Request.RESET).answers[0].done
    rig.arm()
