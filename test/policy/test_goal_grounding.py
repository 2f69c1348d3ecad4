# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Goals whose policy says whether it can find what it is asked for; see `goals.KnowsOneWord`."""

import math
from dataclasses import replace

import pytest
from goals import GO, MS, START, chunk, end_of, gate, make_run, observation, running

from vla_ros.policy.goal import Ask, GoalRun
from vla_ros.policy.outcome import End, Outcome


def answer(run: GoalRun, now_ns: int, grounded: float, done: float = 0.0) -> bool:
    """Let the policy answer the request in flight; whether rows go out."""
    return run.answered(now_ns, chunk(now_ns, done=done, grounded=grounded), 5.0) is not None


def ask(run: GoalRun, now_ns: int) -> None:
    assert isinstance(run.step(now_ns, observation(now_ns), gate(now_ns)), Ask)


def test_no_rows_go_out_before_the_first_answers_have_decided() -> None:
    run = running()
    assert not answer(run, START + 10 * MS, 0.9)
    ask(run, START + 30 * MS)  # At once, with the next observation: nothing is planned yet.
    assert answer(run, START + 40 * MS, 0.9)


def test_a_policy_that_cannot_find_it_refuses_before_any_motion() -> None:
    run = running()
    assert not answer(run, START + 10 * MS, 0.1)
    ask(run, START + 30 * MS)
    assert not answer(run, START + 40 * MS, 0.1)
    end = end_of(run, START + 50 * MS)
    assert end.outcome is Outcome.LOW_CONFIDENCE
    assert "cannot find what 'go' asks for: it is sure to 10 %, wanted 50 %" in end.message
    assert run.inference_count == 2


def test_what_is_undecided_is_neither_planned_nor_counted_as_done() -> None:
    run = running()
    answer(run, START + 10 * MS, 0.9, done=0.9)
    told = run.progress(START + 20 * MS, observation(START))
    assert told.queue_s == 0.0
    assert (told.progress, told.confidence) == (0.25, 0.5)
    ask(run, START + 30 * MS)
    answer(run, START + 40 * MS, 0.9, done=0.9)
    assert run.step(START + 50 * MS, observation(START + 50 * MS), gate(START)) is None


def test_a_policy_that_does_not_tell_begins_with_its_first_answer() -> None:
    assert answer(running(), START + 10 * MS, math.nan)


def test_rows_of_no_use_for_a_thing_that_cannot_be_found_are_a_refusal_not_a_failure() -> None:
    run = running()
    run.failed("row 0 is out of reach", 0.05)
    ask(run, START + 30 * MS)
    run.failed("row 0 is out of reach", 0.05)
    end = end_of(run, START + 60 * MS)
    assert end.outcome is Outcome.LOW_CONFIDENCE
    assert "sure to 5 %" in end.message


def test_a_policy_that_fails_says_nothing_of_the_instruction() -> None:
    run = running()
    run.failed("no luck")
    ask(run, START + 30 * MS)
    assert not answer(run, START + 40 * MS, 0.9)


def test_a_long_run_of_low_answers_ends_a_goal_that_moves() -> None:
    run = running()
    now = START
    for grounded in (0.9, 0.9, 0.1, 0.1):
        answer(run, now, grounded)
        now += 400 * MS
        ask(run, now)
    assert answer(run, now, 0.1)
    end = end_of(run, now + MS)
    assert end.outcome is Outcome.LOW_CONFIDENCE
    assert "has lost what 'go' asks for: 3 answers in a row" in end.message
    assert run.started


def test_a_dry_run_is_refused_as_well() -> None:
    run = make_run(replace(GO, dry_run=True))
    run.step(START, observation(START), None)
    for k in (1, 2):
        now = START + 30 * k * MS
        assert isinstance(run.step(now, observation(now), None), Ask)
        answer(run, now, 0.1)
    assert end_of(run, START + 90 * MS, gate=None).outcome is Outcome.LOW_CONFIDENCE


@pytest.mark.parametrize(
    ("said", "outcome"), [("fly", Outcome.LOW_CONFIDENCE), ("", Outcome.REJECTED)]
)
def test_what_cannot_be_read_never_starts(said: str, outcome: Outcome) -> None:
    run = make_run(replace(GO, instruction=said))
    end = end_of(run, START)
    assert end.outcome is outcome
    assert not run.started
    assert run.take_news() == ""


def test_a_word_taken_as_another_is_told_once_and_with_the_end() -> None:
    run = make_run(replace(GO, instruction="goo"))
    assert run.take_news() == ""
    run.step(START, observation(START), gate(START))
    assert run.take_news() == "'goo' was taken as 'go'"
    assert run.take_news() == ""
    end = run.explain(End(outcome=Outcome.SUCCEEDED, message="done"))
    assert end.message == "done ('goo' was taken as 'go')"


def test_an_instruction_without_a_slip_needs_no_remark() -> None:
    run = running()
    assert run.take_news() == ""
    end = End(outcome=Outcome.SUCCEEDED, message="done")
    assert run.explain(end) is end
