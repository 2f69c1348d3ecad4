# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Emergency stop, dead-man switch and people: below, at and above each limit."""

from typing import Any

import numpy as np
import pytest

from vla_ros.gate import GateMode, Reason, Request
from vla_ros.gate.state import Heartbeat, HumanDistance
from vla_ros.robot.parts import DeadmanProfile, HumanProfile

NAN, INF = float("nan"), float("inf")
DEADMAN = {"deadman": DeadmanProfile(topic="/deadman")}
HUMAN = {
    "human": HumanProfile(topic="/human", speed_m_s=1.6, margin_m=0.5),
    "tool_position": lambda q: (q[0], q[1], 0.0),
}
# Two ticks, the delay of the drive, and the longest stop of the test arm.
STOPPING_S = 0.02 + 0.2 + 0.33
LEAST_M = 0.5 + 1.6 * STOPPING_S


def reasons(decision: Any) -> set[Reason]:
    return {finding.reason for finding in decision.findings}


def seen(distance_m: float, age_s: float = 0.0) -> HumanDistance:
    return HumanDistance(distance_m=distance_m, age_s=age_s)


def refusal(rig: Any) -> str:
    answer = rig.tick(Request.ARM).answers[0]
    assert not answer.done
    return str(answer.message)


# ---- the emergency stop ----


def test_an_emergency_stop_that_cannot_be_heard_bars_arming(rig: Any) -> None:
    rig.always["estop_unheard"] = "/estop is published by /button, but cannot be heard"
    assert refusal(rig) == (
        "not armed: ESTOP_LOST: /estop is published by /button, but cannot be heard"
    )
    rig.always.clear()
    rig.arm()


def test_a_second_button_that_cannot_be_heard_holds_a_moving_arm(rig: Any) -> None:
    decision = rig.run().tick(estop_unheard="/estop is published by /button2")
    assert decision.mode is GateMode.HOLD
    assert reasons(decision) == {Reason.ESTOP_LOST}


# ---- the dead-man switch ----


@pytest.mark.parametrize(
    ("heartbeat", "words"),
    [
        (None, "has not been heard yet on /deadman"),
        (Heartbeat(good=False, age_s=0.0), "is released"),
        (Heartbeat(good=True, age_s=0.201), "is silent on /deadman for 0.2 s"),
        (Heartbeat(good=True, age_s=NAN), "is silent"),
        (Heartbeat(good=True, age_s=INF), "is silent"),
    ],
)
def test_a_dead_man_switch_that_is_not_held_bars_arming_and_stops_the_arm(
    make_rig: Any, heartbeat: Heartbeat | None, words: str
) -> None:
    rig = make_rig(**DEADMAN)
    rig.always["deadman"] = heartbeat
    assert words in refusal(rig)
    rig.always["deadman"] = Heartbeat(good=True, age_s=0.0)
    decision = rig.run().tick(deadman=heartbeat)
    assert decision.mode is GateMode.PSTOP
    assert reasons(decision) == {Reason.DEADMAN}


def test_a_dead_man_switch_may_be_silent_for_its_timeout(make_rig: Any) -> None:
    rig = make_rig(**DEADMAN)
    rig.always["deadman"] = Heartbeat(good=True, age_s=0.2)
    assert rig.run().tick().mode is GateMode.RUN


def test_what_is_not_configured_is_not_missed_and_named(rig: Any) -> None:
    assert rig.run().tick().mode is GateMode.RUN
    assert rig.gate.config.not_configured == (
        "collision",
        "driver",
        "deadman",
        "human",
        "obstacles",
        "confidence",
        "power_off",
    )


# ---- people ----


@pytest.mark.parametrize(
    ("human", "stops"),
    [
        (seen(LEAST_M + 1e-3), False),
        (seen(LEAST_M), True),
        (seen(LEAST_M - 1e-3), True),
        (seen(INF), False),
        (seen(NAN), True),
        (seen(-INF), True),
        (seen(-1.0), True),
        (seen(9.0, age_s=0.2), False),
        (seen(9.0, age_s=0.201), True),
        (seen(9.0, age_s=NAN), True),
        (seen(9.0, age_s=INF), True),
        (None, True),
    ],
)
def test_a_person_too_near_or_unseen_stops_the_arm_and_bars_arming(
    make_rig: Any, human: HumanDistance | None, stops: bool
) -> None:
    rig = make_rig(**HUMAN)
    rig.always["human"] = seen(9.0)
    decision = rig.run().tick(human=human)
    assert (decision.mode is GateMode.PSTOP) is stops
    assert (Reason.HUMAN_STOP in reasons(decision)) is stops
    rig = make_rig(**HUMAN)
    rig.always["human"] = human
    if stops:
        assert "HUMAN_STOP" in refusal(rig)
    else:
        rig.arm()


def test_the_older_a_measurement_the_further_a_person_has_to_be(make_rig: Any) -> None:
    rig = make_rig(**HUMAN)
    rig.always["human"] = seen(9.0)
    rig.run()
    further_m = LEAST_M + 1.6 * 0.1
    assert rig.tick(human=seen(further_m + 1e-3, age_s=0.1)).mode is GateMode.RUN
    assert rig.tick(human=seen(further_m - 1e-3, age_s=0.1)).mode is GateMode.PSTOP


# The plan moves the tool at 0.2 m/s along both axes; a fifth is kept in reserve.
FREE_M = 0.5 + STOPPING_S * (1.6 + 0.2 * 2**0.5 / 0.8)


@pytest.mark.parametrize(
    ("distance_m", "slows"), [(FREE_M + 1e-3, False), (FREE_M - 5e-3, True), (1.42, True)]
)
def test_the_tool_is_slow_enough_to_rest_before_a_person_arrives(
    make_rig: Any, distance_m: float, slows: bool
) -> None:
    rig = make_rig(**HUMAN)
    rig.always["human"] = seen(distance_m)
    rig.arm()
    rig.tick(chunks=(rig.chunk(),))
    decision = rig.ticks(50)
    assert reasons(decision) == ({Reason.HUMAN_NEAR} if slows else set())
    assert decision.mode is GateMode.RUN
    assert decision.interventions == 0
    speeds_m_s = np.linalg.norm(np.diff(rig.commands, axis=0), axis=1) / 0.01
    # ISO/TS 15066: what the person and the tool cover together until the arm rests.
    assert (1.6 + speeds_m_s.max()) * STOPPING_S + 0.5 <= distance_m + 1e-9
    assert speeds_m_s[-10:].min() > 0.03


def test_an_arm_brakes_while_a_person_comes_near(make_rig: Any) -> None:
    rig = make_rig(**HUMAN)
    rig.always["human"] = seen(9.0)
    rig.run()
    for k in range(60):
        distance_m = 1.7 - 0.016 * k  # At walking speed.
        decision = rig.tick(human=seen(distance_m))
        if decision.mode is not GateMode.RUN:
            break
        assert not decision.interventions
    assert distance_m == pytest.approx(LEAST_M, abs=0.02)
    assert decision.mode is GateMode.PSTOP
    for _ in range(60):
        if rig.state.resting:
            break
        distance_m -= 0.016
        rig.tick(human=seen(distance_m))
    assert rig.state.resting
    assert distance_m > 0.5


def test_a_reset_needs_the_person_to_be_gone(make_rig: Any) -> None:
    rig = make_rig(**HUMAN)
    rig.always["human"] = seen(9.0)
    rig.run().tick(human=seen(0.3))
    rig.always["human"] = seen(0.3)
    rig.ticks(150)
    assert "not reset: HUMAN_STOP" in rig.tick(Request.RESET).answers[0].message
    rig.always["human"] = seen(9.0)
    rig.ticks(60)
    assert rig.tick(Request.RESET).answers[0].done
