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


def test_rows_are_due_at_their_own_times_while_the_gate_moves_the_arm() -> None:
    """A gate that goes slower than the goal still has a plan when the goal knows of none."""
    run = running()
    run.answered(START + 10 * MS, chunk(START), 10.0)
    now = START + 2 * S
    ask(run, now)
    assert run.progress(now, None).queue_s == 0.0
    published = run.answered(now + 400 * MS, chunk(now), 400.0)
    assert published is not None
    assert published.first_ns == now


def test_what_was_asked_before_the_gate_held_the_arm_is_not_followed() -> None:
    run = running()
    run.answered(START + 10 * MS, chunk(START), 10.0)
    asked = ask(run, START + 400 * MS)
    held = START + 500 * MS
    assert run.step(held, observation(held - 10 * MS), gate(held, GateMode.HOLD)) is None
    assert run.answered(held + 20 * MS, chunk(asked.observation.stamp_ns), 20.0) is None
    # It is asked again at once, but not about what was seen before.
    seen = observation(held - 1)
    assert run.step(held + 30 * MS, seen, gate(held, GateMode.HOLD)) is None
    again = ask(run, held + 40 * MS, GateMode.HOLD)
    assert again.running.tracks == ()
    published = run.answered(held + 50 * MS, chunk(again.observation.stamp_ns), 10.0)
    assert published is not None
    assert published.first_ns == held + 50 * MS


def test_what_is_seen_while_the_arm_comes_to_rest_is_not_shown_to_the_policy() -> None:
    """Its row 0 would be where the arm has passed by."""
    run = running()
    run.answered(START + 10 * MS, chunk(START), 10.0)
    held, rests = START + 500 * MS, START + 700 * MS
    for now in (held, held + 100 * MS):
        braking = gate(now, GateMode.HOLD, stopping=True)
        assert run.step(now, observation(now - MS), braking) is None
    assert run.step(rests, observation(rests - MS), gate(rests, GateMode.HOLD)) is None
    ask(run, rests + 50 * MS, GateMode.HOLD)


def test_an_arm_that_stays_held_is_no_reason_to_ask_more_often() -> None:
    run = running()
    held = START + 500 * MS
    run.answered(START + 10 * MS, chunk(START), 10.0)
    asked = ask(run, held, GateMode.HOLD)
    assert run.answered(held + 10 * MS, chunk(asked.observation.stamp_ns), 10.0) is not None
    soon, later = held + 100 * MS, held + 320 * MS
    assert run.step(soon, observation(soon), gate(soon, GateMode.HOLD)) is None
    ask(run, later, GateMode.HOLD)


# ---- a policy that still thinks about something else ----


def test_nothing_is_asked_while_the_policy_is_busy_and_no_time_of_that_is_latency() -> None:
    busy = True
    run = make_run(is_busy=lambda: busy)
    run.step(START, observation(START), gate(START))
    waiting = START + 1500 * MS
    assert run.step(waiting, observation(waiting), gate(waiting)) is None
    busy = False
    for k in range(2):  # The first one is a cold start.
        now = waiting + (1 + 2 * k) * S
        ask(run, now, GateMode.ARMED)
        run.answered(now + 300 * MS, chunk(now), 300.0)
    assert run._timer.latency_s(1.0) == pytest.approx(0.3)


def test_a_policy_that_stays_busy_has_failed() -> None:
    run = make_run(is_busy=lambda: True)
    run.step(START, observation(START), gate(START))
    end = end_of(run, START + 2100 * MS)
    assert end.outcome is Outcome.POLICY_FAILED
    assert "did not answer for 2.1 s, limit 2 s" in end.message
