# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What is wrong with how a fault went is said, and nothing else is."""

import math
import re

import pytest

pytest.importorskip("rclpy", reason="ROS is not installed")
pytest.importorskip("vla_ros.action", reason="the interfaces are not built")

from vla_ros.faults import verdict
from vla_ros.faults.fault import Fault, Wanted
from vla_ros.faults.recording import Command, Row, Said
from vla_ros.faults.table import FAULTS
from vla_ros.gate.vocabulary import GateMode, Reason

RUN, HOLD, IDLE = GateMode.RUN, GateMode.HOLD, GateMode.IDLE
PSTOP, ESTOP, FAULT = GateMode.PSTOP, GateMode.ESTOP, GateMode.FAULT


def fault(name: str) -> Fault:
    return next(row for row in FAULTS if row.name == name)


def wanting(wanted: Wanted) -> Fault:
    return next(row for row in FAULTS if row.wanted is wanted)


def path(*modes: GateMode) -> list[Said]:
    return [Said(float(k), mode, frozenset(), 1) for k, mode in enumerate(modes)]


@pytest.mark.parametrize(
    ("wanted", "modes", "message"),
    [
        (Wanted.PSTOP, (RUN, RUN, PSTOP, PSTOP), ""),
        (Wanted.PSTOP, (RUN, HOLD, PSTOP), ""),
        (Wanted.PSTOP, (RUN, HOLD, RUN, PSTOP), ""),
        (Wanted.PSTOP, (RUN, HOLD), "the gate went HOLD, wanted PSTOP"),
        (Wanted.PSTOP, (RUN, PSTOP, IDLE), "the gate went PSTOP -> IDLE, wanted PSTOP"),
        (Wanted.PSTOP, (RUN, ESTOP), "the gate went ESTOP, wanted PSTOP"),
        (Wanted.ESTOP, (RUN, ESTOP), ""),
        (Wanted.ESTOP, (RUN, PSTOP), "the gate went PSTOP, wanted ESTOP"),
        (Wanted.HOLD, (RUN, HOLD, IDLE), ""),
        (Wanted.HOLD, (RUN, HOLD), "the gate went HOLD, wanted HOLD -> IDLE"),
        (Wanted.HOLD, (RUN, HOLD, RUN), "the gate went HOLD -> RUN, wanted HOLD -> IDLE"),
        (Wanted.PASSING, (RUN, HOLD, RUN), ""),
        (Wanted.PASSING, (RUN,), "the gate went nowhere, wanted HOLD -> RUN"),
        (Wanted.MOTION, (RUN, RUN), ""),
        (Wanted.MOTION, (RUN, HOLD, RUN), "the gate went HOLD -> RUN, wanted nowhere"),
        (Wanted.SILENCE, (RUN, FAULT), "the gate went FAULT, wanted nowhere"),
        (Wanted.STALL, (RUN,), ""),
        (Wanted.STALL, (RUN, HOLD, RUN), ""),
        (Wanted.STALL, (RUN, HOLD), "the gate went HOLD, wanted RUN in the end"),
        (Wanted.STALL, (RUN, PSTOP, RUN), "the gate went PSTOP -> RUN, wanted RUN in the end"),
        (Wanted.GATING, (RUN, PSTOP), ""),
    ],
)
def test_the_modes_are_judged(wanted: Wanted, modes: tuple[GateMode, ...], message: str) -> None:
    assert verdict.judge_modes(wanting(wanted), path(*modes)) == message


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ([(HOLD, {Reason.JS_STALE}), (PSTOP, {Reason.JS_LOST})], ""),
        ([(PSTOP, {Reason.JS_LOST})], "the gate did not say JS_STALE"),
        (
            [(HOLD, {Reason.JS_STALE}), (PSTOP, {Reason.TRACKING})],
            "the gate did not say JS_LOST when it went to PSTOP, but TRACKING",
        ),
        (
            [(HOLD, {Reason.JS_STALE, Reason.JS_LOST})],
            "the gate did not say JS_LOST when it went to PSTOP, but nothing",
        ),
        (
            [(HOLD, {Reason.JS_STALE}), (PSTOP, set()), (PSTOP, {Reason.JS_LOST})],
            "the gate did not say JS_LOST when it went to PSTOP, but nothing",
        ),
    ],
)
def test_the_reason_that_latches_counts(
    said: list[tuple[GateMode, set[Reason]]], message: str
) -> None:
    words = [Said(0.0, mode, frozenset(map(int, reasons)), 1) for mode, reasons in said]
    assert verdict.judge_reasons(fault("joint_states_drop"), words) == message


def test_an_arm_that_goes_on_is_told_of_at_any_time() -> None:
    words = [Said(0.0, RUN, frozenset(), 1), Said(0.1, RUN, frozenset({int(Reason.DUPLICATE)}), 1)]
    assert verdict.judge_reasons(fault("chunks_duplicate"), words) == ""
    missing = "the gate did not say DUPLICATE, but nothing"
    assert verdict.judge_reasons(fault("chunks_duplicate"), words[:1]) == missing


@pytest.mark.parametrize(
    ("moved_s", "bound_s", "message"),
    [
        (0.3, 0.3, ""),
        (9.0, None, ""),
        (0.31, 0.3, "the arm moved for 0.310 s, bound 0.300 s"),
        (math.nan, 0.3, "the arm moved for nan s, bound 0.300 s"),
        (math.inf, 0.3, "the arm moved for inf s, bound 0.300 s"),
    ],
)
def test_the_time_to_standstill_is_judged(
    moved_s: float, bound_s: float | None, message: str
) -> None:
    assert verdict.judge_bound(moved_s, bound_s) == message


def test_silence_and_stillness_are_judged() -> None:
    assert verdict.judge_silence([], "in IDLE") == ""
    assert verdict.judge_silence([Command(0.0, (0.0,))], "in IDLE") == "1 commands came in IDLE"
    rows = [Row(0.0, (0.0, 0.0)), Row(0.1, (0.009, 0.0))]
    assert verdict.judge_stillness(rows, "before ~/arm") == ""
    rows.append(Row(0.2, (0.0, 0.02)))
    moved = "the measured arm moved by 0.020 rad before ~/arm"
    assert verdict.judge_stillness(rows, "before ~/arm") == moved


@pytest.mark.parametrize(
    ("away_rad", "message"),
    [
        (0.0099, ""),
        (-0.0099, ""),
        (0.0101, "I13: the epoch begins 0.0101 rad away from the arm, limit 0.01 rad"),
        (math.nan, "I13: the epoch begins nan rad away from the arm, limit 0.01 rad"),
    ],
)
def test_an_epoch_begins_where_the_arm_is(away_rad: float, message: str) -> None:
    heard = [Command(1.0, (0.5 + away_rad, 0.0)), Command(1.01, (9.0, 0.0))]
    joints = [Row(0.9, (7.0, 0.0)), Row(0.99, (0.5, 0.0)), Row(1.05, (8.0, 0.0))]
    assert verdict.judge_beginning(heard, joints) == message


def test_an_epoch_that_does_not_begin_is_missed() -> None:
    assert verdict.judge_beginning([], []) == "no command came after ~/arm"
    missing = "no joint state came before the first command of the epoch"
    assert verdict.judge_beginning([Command(1.0, (0.0,))], [Row(1.1, (0.0,))]) == missing


def test_a_joint_that_only_a_wrong_chunk_moves_is_noticed() -> None:
    rests = [Command(0.01 * k, (0.1 * k, 0.5, -0.1 * k)) for k in range(5)]
    assert verdict.judge_lure(rests, set()) == ""
    lured = [*rests, Command(0.05, (0.0, 0.56, 0.0))]
    wrong = "a joint moved by 0.060 rad that no valid chunk moves"
    assert verdict.judge_lure(lured, set()) == wrong
    assert verdict.judge_lure(lured, {5}) == ""  # Another epoch begins elsewhere.
    assert verdict.judge_lure([], set()) == ""


def test_reasons_have_names() -> None:
    assert verdict.name_reasons({31, 9999, 30}) == "JS_STALE/JS_LOST/9999"
    assert verdict.name_reasons(set()) == "nothing"


@pytest.mark.parametrize(
    ("said_s", "message"),
    [
        (0.3, ""),
        (0.31, r"said 'in the future' after 0\.310 s, bound 0\.300 s"),
        (math.inf, "perception_node did not say: in the future"),
        (math.nan, "said 'in the future' after nan s"),
    ],
)
def test_what_perception_says_is_judged_by_its_time(said_s: float, message: str) -> None:
    words = verdict.judge_words(fault("camera_clock_ahead"), said_s, 0.3)
    assert re.search(message, words) if message else words == ""
