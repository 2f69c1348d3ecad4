# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Answers that come too late: thrown away, counted, and too many of them end the goal."""

import pytest
from goals import MS, START, S, chunk, end_of, gate, make_run, observation, running

from vla_ros.gate.vocabulary import GateMode
from vla_ros.policy.goal import Ask, GoalRun
from vla_ros.policy.outcome import Outcome


def ask(run: GoalRun, now_ns: int, mode: GateMode = GateMode.RUN) -> Ask:
    asked = run.step(now_ns, observation(now_ns), gate(now_ns, mode))
    assert isinstance(asked, Ask)
    return asked


def test_an_answer_to_an_old_observation_is_thrown_away_and_asked_for_again_at_once() -> None:
    run = running()
    assert run.answered(START + 501 * MS, chunk(START), 501.0) is None
    ask(run, START + 520 * MS)


def test_an_answer_with_no_row_left_is_thrown_away() -> None:
    run = running()
    assert run.answered(START + 10 * MS, chunk(START), 10.0) is not None
    now = START + S
    ask(run, now)
    late = chunk(now)
    past = type(late)(**{f: getattr(late, f) for f in late.__slots__} | {"first_ns": now - 2 * S})
    assert run.answered(now + 10 * MS, past, 10.0) is None


def test_five_late_answers_in_a_row_end_the_goal_with_the_reason() -> None:
    run = running()
    now = START
    for k in range(5):
        assert run.answered(now + 800 * MS, chunk(now), 800.0) is None, k
        now += 810 * MS
        if k < 4:
            ask(run, now)
    end = end_of(run, now)
    assert end.outcome is Outcome.POLICY_FAILED
    assert "5 answers in a row came too late" in end.message
    assert "0.80 s old, limit 0.5 s" in end.message


def test_late_answers_count_in_the_latency_so_that_the_next_is_asked_for_earlier() -> None:
    run = make_run()
    timer = run._timer
    run.step(START, observation(START - 20 * MS), gate(START))
    for k in range(3):
        now = START + k * 2 * S
        ask(run, now, GateMode.ARMED)
        run.answered(now + 700 * MS, chunk(now), 700.0)
    assert timer.late_count == 3
    assert timer.latency_s(0.95) == pytest.approx(0.7)


def test_the_running_plan_goes_out_with_the_question() -> None:
    run = running()
    run.answered(START + 10 * MS, chunk(START), 10.0)
    asked = ask(run, START + 400 * MS)
    target = asked.running.sample(START + 400 * MS)
    assert target is not None
    assert target.row == pytest.approx(3.9)  # It began when the answer came: the arm stood still.
    assert asked.latency_s == 0.0  # The first answer is a cold start.
