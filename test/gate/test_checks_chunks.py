# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Chunks that contradict each other, the policy's doubts, and its silence."""

from typing import Any

import numpy as np
import pytest

from vla_ros.gate import GateMode, Reason, Verdict
from vla_ros.robot.parts import ConfidenceProfile

MS = 1_000_000
NAN, INF = float("nan"), float("inf")


def reasons(decision: Any) -> set[Reason]:
    return {finding.reason for finding in decision.findings}


@pytest.mark.parametrize("scale", [0.0, -0.5, 1.001, NAN, INF, -INF])
def test_a_speed_scale_that_is_none_is_refused(rig: Any, scale: float) -> None:
    rig.arm()
    decision = rig.tick(chunks=(rig.chunk(speed_scale=scale),))
    assert reasons(decision) == {Reason.BAD_CHUNK}
    assert decision.mode is GateMode.ARMED


@pytest.mark.parametrize("scale", [1e-3, 1.0])
def test_a_speed_scale_within_its_range_is_admitted(rig: Any, scale: float) -> None:
    rig.arm()
    assert rig.tick(chunks=(rig.chunk(speed_scale=scale),)).mode is GateMode.RUN


def test_a_way_of_joining_that_is_not_known_is_refused_with_those_that_are(rig: Any) -> None:
    rig.arm()
    decision = rig.tick(chunks=(rig.chunk(joining=None),))
    assert reasons(decision) == {Reason.BAD_CHUNK}
    assert "cross_fade, temporal_ensembling" in decision.findings[0].message
    assert decision.mode is GateMode.ARMED


# ---- contradiction ----


def contradicting(rig: Any, offset_rad: float) -> Any:
    """Return a chunk that lies beside the plan, all the way."""
    times = [rig.now_ns + k * 100 * MS for k in range(9)]
    plan = np.array([rig.state.schedule.sample(t).position for t in times])
    return rig.chunk(plan + offset_rad)


@pytest.mark.parametrize(("offset_rad", "remarked"), [(0.149, False), (0.151, True)])
def test_a_chunk_that_contradicts_the_plan_is_remarked_on_and_followed(
    rig: Any, offset_rad: float, remarked: bool
) -> None:
    rig.run()
    chunk = contradicting(rig, offset_rad)
    decision = rig.tick(chunks=(chunk,))
    assert reasons(decision) == ({Reason.CHUNK_INCONSISTENT} if remarked else set())
    assert decision.verdict is (Verdict.SCALE if remarked else Verdict.PASS)
    assert rig.state.sequence == chunk.sequence
    assert decision.mode is GateMode.RUN
    told = [event.reasons for event in decision.events]
    assert told == ([(Reason.CHUNK_INCONSISTENT,)] if remarked else [])


def test_contradictions_are_not_held_against_the_policy(rig: Any) -> None:
    rig.arm()
    for k in range(200):
        decision = rig.tick(chunks=(rig.chunk(np.full((9, 2), 0.16 * (k % 2))),))
        assert decision.mode is GateMode.RUN
        assert reasons(decision) <= {Reason.CHUNK_INCONSISTENT}
    assert reasons(rig.ticks(1)) == set()
    assert decision.interventions == 0


def test_a_chunk_that_begins_after_the_plan_contradicts_nothing(rig: Any) -> None:
    rig.arm()
    rig.tick(chunks=(rig.chunk(np.zeros((3, 2))),))
    chunk = rig.chunk(np.full((16, 2), 0.16), first_ns=rig.now_ns + 100 * MS)
    rig.ticks(15)
    assert Reason.CHUNK_INCONSISTENT in reasons(rig.tick(chunks=(chunk,)))
    rig.ticks(5)
    later = rig.chunk(rig.position + np.zeros((16, 2)), observed_ns=rig.now_ns)
    assert rig.tick(chunks=(later,)).mode is GateMode.RUN


# ---- silence ----


def test_a_policy_that_falls_silent_holds_however_long_its_plan_is(make_rig: Any) -> None:
    rig = make_rig(infer_deadline_s=1.0).arm()
    rig.tick(chunks=(rig.chunk(np.zeros((16, 2)), step_ns=200 * MS),))
    decision = rig.ticks(100)
    assert decision.mode is GateMode.RUN
    assert decision.queue_s > 1.0
    decision = rig.tick()
    assert decision.mode is GateMode.HOLD
    assert reasons(decision) == {Reason.INFER_DEADLINE}


def test_a_goal_that_is_ending_waits_for_no_answer(make_rig: Any) -> None:
    rig = make_rig(infer_deadline_s=1.0).arm()
    rig.tick(chunks=(rig.chunk(np.zeros((6, 2)), step_ns=200 * MS, last=True),))
    assert rig.ticks(105).mode is GateMode.RUN
    assert rig.ticks(60).mode is GateMode.ARMED


def test_refused_chunks_are_no_answer(make_rig: Any) -> None:
    rig = make_rig(infer_deadline_s=1.0).arm()
    rig.tick(chunks=(rig.chunk(np.zeros((16, 2)), step_ns=200 * MS),))
    rig.ticks(99)
    bad = rig.chunk(np.full((16, 2), NAN))
    assert rig.tick(chunks=(bad,)).mode is GateMode.RUN
    assert rig.tick().mode is GateMode.HOLD


# ---- doubts ----


def doubting(make_rig: Any, in_row: int = 3) -> Any:
    return make_rig(confidence=ConfidenceProfile(least=0.6, in_row=in_row)).arm()


@pytest.mark.parametrize("confidence", [0.6, 1.0])
def test_a_policy_that_trusts_itself_moves_the_arm(make_rig: Any, confidence: float) -> None:
    rig = doubting(make_rig, in_row=1)
    assert rig.tick(chunks=(rig.chunk(confidence=confidence),)).mode is GateMode.RUN


@pytest.mark.parametrize("confidence", [0.599, 0.0, 1.001, -1.0, NAN, INF, -INF])
def test_so_many_doubtful_chunks_in_a_row_hold(make_rig: Any, confidence: float) -> None:
    rig = doubting(make_rig)
    for expected in (GateMode.RUN, GateMode.RUN, GateMode.HOLD):
        rig.ticks(5)
        decision = rig.tick(chunks=(rig.chunk(confidence=confidence),))
        assert decision.mode is expected
    assert reasons(decision) == {Reason.LOW_CONFIDENCE}


def test_a_chunk_that_is_trusted_begins_a_new_row(make_rig: Any) -> None:
    rig = doubting(make_rig)
    for confidence in (0.1, 0.1, 0.9, 0.1, 0.1):
        rig.ticks(5)
        decision = rig.tick(chunks=(rig.chunk(confidence=confidence),))
    assert decision.mode is GateMode.RUN


def test_a_hold_for_doubts_ends_with_a_chunk_that_is_trusted(make_rig: Any) -> None:
    rig = doubting(make_rig, in_row=1)
    rig.tick(chunks=(rig.chunk(confidence=0.9),))
    rig.ticks(5)
    assert rig.tick(chunks=(rig.chunk(confidence=0.1),)).mode is GateMode.HOLD
    rig.ticks(40)
    assert rig.tick(chunks=(rig.chunk(confidence=0.1),)).mode is GateMode.HOLD
    rig.ticks(25)
    assert rig.tick(chunks=(rig.chunk(confidence=0.9),)).mode is GateMode.RUN


def test_a_policy_that_keeps_doubting_has_to_be_looked_after(make_rig: Any) -> None:
    rig = doubting(make_rig, in_row=1)
    modes = []
    for _ in range(5):
        rig.tick(chunks=(rig.chunk(confidence=0.9),))
        rig.ticks(5)
        modes.append(rig.tick(chunks=(rig.chunk(confidence=0.1),)).mode)
        rig.ticks(40)
        rig.tick(chunks=(rig.chunk(confidence=0.9),))  # Begins the row anew.
    assert modes == [*[GateMode.HOLD] * 4, GateMode.PSTOP]


def test_without_a_threshold_nobody_asks_for_confidence(rig: Any) -> None:
    rig.arm()
    for _ in range(5):
        decision = rig.tick(chunks=(rig.chunk(confidence=0.0),))
    assert decision.mode is GateMode.RUN
