# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import math
from dataclasses import replace

import numpy as np
import pytest
from goals import (
    GO,
    MS,
    START,
    S,
    chunk,
    end_of,
    gate,
    make_run,
    observation,
    running,
)

from vla_ros.gate.vocabulary import GateMode, Reason
from vla_ros.policy.admission import Patience
from vla_ros.policy.goal import Ask, Phase
from vla_ros.policy.outcome import End, Outcome

# ---- a goal that cannot run ----


def test_a_goal_that_can_never_run_is_rejected_at_once() -> None:
    run = make_run(replace(GO, speed_scale=1.5))
    end = end_of(run, START)
    assert end.outcome is Outcome.REJECTED
    assert not run.started


@pytest.mark.parametrize(
    ("seen", "text"),
    [
        ({"gate": gate(START, GateMode.IDLE)}, "not armed: call ~/arm"),
        ({"gate": gate(START, GateMode.INACTIVE)}, "executor_node is not active"),
        ({"gate": None}, "no executor: nobody publishes gate_state"),
        ({"gate": gate(START - 3 * S)}, "no executor: nobody publishes gate_state"),
        (
            {"gate": gate(START, GateMode.PSTOP, reasons=(Reason.TRACKING,), message="j1 lags")},
            "latched in PSTOP (j1 lags). Clear the cause, then call ~/reset and ~/arm",
        ),
        ({"gate": gate(START, GateMode.ESTOP)}, "latched in ESTOP"),
        ({"gate": gate(START, GateMode.FAULT)}, "latched in FAULT"),
        ({"gate": gate(START, GateMode.HOLD)}, "the gate holds the arm"),
        ({"observation": None}, "no observation yet: is perception_node running?"),
        ({"observation": observation(START - S)}, "no fresh observation: the newest is 1.0 s old"),
    ],
)
def test_a_goal_that_misses_something_is_rejected_with_the_reason(seen: dict, text: str) -> None:
    run = make_run(patience=Patience(start_s=0.0, discovery_s=0.0))
    end = end_of(run, START, **seen)
    assert end.outcome is Outcome.REJECTED
    assert text in end.message
    assert not run.started


def test_a_goal_waits_a_moment_for_the_news_that_the_gate_is_armed() -> None:
    run = make_run()
    assert run.step(START, observation(START), gate(START, GateMode.IDLE)) is None
    later = START + 100 * MS
    assert run.step(later, observation(later), gate(later)) is None
    assert run.phase is Phase.RUNNING


@pytest.mark.parametrize(
    ("seen", "text"),
    [
        ({"observation": None}, "no observation"),
        ({"observation": observation(START - S)}, "no fresh observation"),
        ({"gate": None}, "no executor"),
        ({"gate": gate(START - 3 * S)}, "no executor"),
    ],
)
def test_a_goal_gives_nodes_that_just_started_time_to_be_discovered(seen: dict, text: str) -> None:
    run = make_run()
    soon = START + 1500 * MS
    given = {"observation": observation(soon), "gate": gate(soon)} | seen
    assert run.step(soon, given["observation"], given["gate"]) is None
    assert text in end_of(run, START + 2 * S, **seen).message


def test_a_goal_does_not_wait_longer_than_that() -> None:
    later = START + 300 * MS
    end = end_of(make_run(), later, gate=gate(later, GateMode.IDLE))
    assert "not armed" in end.message


# ---- requests ----


def test_the_first_request_goes_out_with_an_observation_from_after_the_goal_came() -> None:
    run = make_run()
    assert run.step(START, observation(START - 20 * MS), gate(START)) is None
    assert run.step(START + 5 * MS, observation(START - MS), gate(START)) is None
    second = observation(START + 10 * MS)
    ask = run.step(START + 15 * MS, second, gate(START))
    assert isinstance(ask, Ask)
    assert ask.observation is second
    assert ask.epoch == 3


def test_no_second_request_while_one_is_in_flight() -> None:
    run = running()
    later = START + 500 * MS
    assert run.step(later, observation(later), gate(later)) is None


def test_the_next_request_waits_until_the_chunk_was_executed_for_the_replan_time() -> None:
    run = running()
    run.answered(START + 10 * MS, chunk(START), 5.0)
    early, due = START + 300 * MS, START + 320 * MS
    assert run.step(early, observation(early), gate(early)) is None
    assert isinstance(run.step(due, observation(due), gate(due)), Ask)


def test_a_due_request_never_shows_an_observation_twice() -> None:
    run = running()
    run.answered(START + 10 * MS, chunk(START), 5.0)
    old = observation(START)
    assert run.step(START + 400 * MS, old, gate(START + 400 * MS)) is None


def test_an_observation_too_old_for_the_gate_is_not_shown_to_the_policy() -> None:
    run = running()
    run.answered(START + 10 * MS, chunk(START), 5.0)
    now = START + 700 * MS
    assert run.step(now, observation(now - 600 * MS), gate(now)) is None


def test_a_failed_request_is_repeated_with_the_next_observation() -> None:
    run = running()
    run.failed("no luck")
    now = START + 40 * MS
    assert isinstance(run.step(now, observation(now), gate(now)), Ask)


# ---- ends ----


def test_success_needs_the_policys_own_word_several_times_in_a_row() -> None:
    run = running()
    run.answered(START + 10 * MS, chunk(START, done=0.9), 5.0)
    now = START + 400 * MS
    assert isinstance(run.step(now, observation(now), gate(now)), Ask)
    run.answered(now, chunk(now, done=0.9), 5.0)
    end = end_of(run, now + MS)
    assert end.outcome is Outcome.SUCCEEDED
    assert run.inference_count == 2


def test_done_without_a_number_is_no_success() -> None:
    run = running()
    for k in range(5):
        now = START + k * 400 * MS
        run.answered(now, chunk(now, done=math.nan), 5.0)
        run.step(now + 350 * MS, observation(now + 350 * MS), gate(now + 350 * MS))
    assert run.phase is Phase.RUNNING


@pytest.mark.parametrize(
    ("timeout_s", "scale", "end_s"),
    [(0.0, 0.0, 30.0), (2.0, 0.0, 2.0), (0.0, 0.25, 120.0), (2.0, 0.25, 2.0)],
)
def test_a_goal_times_out_in_its_own_time_or_the_profiles(timeout_s, scale, end_s) -> None:
    run = running(replace(GO, timeout_s=timeout_s, speed_scale=scale))
    run.answered(START, chunk(START), 5.0)
    just = START + int(end_s * S) - MS
    assert not isinstance(run.step(just, observation(just), gate(just)), End)
    end = end_of(run, just + 2 * MS)
    assert end.outcome is Outcome.TIMEOUT
    assert f"within {end_s:g} s" in end.message


def test_a_cancelled_goal_ends_canceled() -> None:
    run = running()
    run.cancel()
    assert end_of(run, START).outcome is Outcome.CANCELED


def test_a_newer_goal_preempts_even_one_that_is_being_cancelled() -> None:
    run = running()
    run.cancel()
    run.preempt()
    assert end_of(run, START).outcome is Outcome.PREEMPTED


def test_a_shutdown_ends_the_goal_with_a_reason() -> None:
    run = running()
    run.abandon("inference_node was deactivated")
    assert end_of(run, START).outcome is Outcome.POLICY_FAILED


def test_a_node_that_does_not_work_rejects_a_new_goal() -> None:
    run = make_run()
    run.abandon("inference_node is not active")
    assert end_of(run, START).outcome is Outcome.REJECTED


def test_a_lost_observation_ends_the_goal() -> None:
    run = running()
    now = START + 2 * S
    end = end_of(run, now, observation=observation(now - S - MS))
    assert end.outcome is Outcome.OBSERVATION_LOST
    assert "1.0 s old, limit 1 s" in end.message


def test_three_failures_in_a_row_end_the_goal_with_the_policys_words() -> None:
    run = running()
    for k in range(3):
        run.failed("out of reach")
        now = START + (k + 1) * 40 * MS
        action = run.step(now, observation(now), gate(now))
    assert isinstance(action, End)
    assert action.outcome is Outcome.POLICY_FAILED
    assert action.message == "the policy failed 3 times in a row: out of reach"


def test_an_answer_between_failures_starts_the_count_again() -> None:
    run = running()
    for k in range(4):
        run.failed("out of reach") if k % 2 else run.answered(START, chunk(START), 5.0)
        now = START + (k + 1) * 400 * MS
        assert isinstance(run.step(now, observation(now), gate(now)), Ask)


def test_a_policy_that_does_not_answer_has_failed() -> None:
    run = running()
    now = START + 2 * S + MS
    end = end_of(run, now)
    assert end.outcome is Outcome.POLICY_FAILED
    assert "did not answer for 2.0 s, limit 2 s" in end.message


@pytest.mark.parametrize(
    ("fields", "outcome", "text"),
    [
        ({"mode": GateMode.PSTOP, "message": "stopped"}, Outcome.PROTECTIVE_STOP, "in PSTOP"),
        ({"mode": GateMode.FAULT}, Outcome.PROTECTIVE_STOP, "latched in FAULT"),
        ({"mode": GateMode.ESTOP}, Outcome.EMERGENCY_STOP, "emergency stop"),
        ({"mode": GateMode.IDLE}, Outcome.PROTECTIVE_STOP, "disarmed"),
        ({"epoch": 4}, Outcome.PROTECTIVE_STOP, "armed anew (epoch 3 -> 4)"),
        ({"arrival_ns": START - 3 * S}, Outcome.PROTECTIVE_STOP, "silent for 3.0 s"),
    ],
)
def test_a_gate_that_no_longer_follows_ends_the_goal(
    fields: dict, outcome: Outcome, text: str
) -> None:
    end = end_of(running(), START, gate=replace(gate(START), **fields))
    assert end.outcome is outcome
    assert text in end.message


@pytest.mark.parametrize("mode", [GateMode.ARMED, GateMode.RUN, GateMode.HOLD])
def test_a_gate_that_runs_or_holds_does_not_end_the_goal(mode: GateMode) -> None:
    assert not isinstance(running().step(START, observation(START), gate(START, mode)), End)


# ---- dry run ----


def test_a_dry_run_needs_no_gate_and_publishes_nothing() -> None:
    run = make_run(replace(GO, dry_run=True))
    run.step(START, observation(START), None)
    now = START + 30 * MS
    assert isinstance(run.step(now, observation(now), gate(now, GateMode.IDLE)), Ask)
    assert run.answered(now, chunk(now), 5.0) is None
    assert not run.started


# ---- what the client hears ----


def test_progress_tells_what_the_policy_and_the_gate_said() -> None:
    run = running()
    run.answered(START, chunk(START), 5.0)
    now, seen = START + 400 * MS, observation(START + 370 * MS)
    run.step(now, seen, gate(now, intervention_count=12))
    told = run.progress(now, seen)
    assert told.phase is Phase.RUNNING
    assert (told.progress, told.confidence, told.inference_ms) == (0.25, 0.5, 5.0)
    assert told.observation_age_ms == pytest.approx(30.0)
    assert told.queue_s == pytest.approx(1.2)
    assert told.intervention_count == 2


def test_before_the_first_answer_progress_says_that_it_knows_nothing() -> None:
    told = make_run().progress(START, None)
    assert math.isnan(told.progress)
    assert math.isnan(told.inference_ms)
    assert math.isinf(told.observation_age_ms)
    assert told.queue_s == 0.0


# ---- coming to rest ----


def test_the_end_waits_until_the_gate_says_that_the_arm_is_at_rest() -> None:
    run = running()
    run.stop()
    assert run.phase is Phase.STOPPING
    still = observation(START + 90 * MS)
    moving = gate(START - MS, GateMode.RUN)
    assert not run.at_rest(START + 100 * MS, START, still, moving)
    braking = gate(START + 20 * MS, GateMode.ARMED, stopping=True)
    assert not run.at_rest(START + 100 * MS, START, still, braking)
    assert run.at_rest(START + 200 * MS, START, still, gate(START + 150 * MS))


def test_the_end_waits_until_the_arm_is_seen_at_rest_as_well() -> None:
    run = running()
    run.stop()
    now_ns, resting = START + 200 * MS, gate(START + 150 * MS)

    def at_rest(velocity: list[float] | None, stamp_ns: int) -> bool:
        seen = observation(stamp_ns)
        speeds = None if velocity is None else np.array(velocity)
        joints = replace(seen.joints, velocity=speeds)
        return run.at_rest(now_ns, START, replace(seen, joints=joints), resting)

    still, trailing = [0.01, -0.01], [0.0, -0.1]
    assert at_rest(still, now_ns - 30 * MS)
    assert not at_rest(trailing, now_ns - 30 * MS)
    assert at_rest(trailing, now_ns - S)  # Of long ago.
    assert at_rest(None, now_ns - 30 * MS)  # No driver tells.
    assert run.at_rest(now_ns, START, None, resting)


def test_an_answer_after_the_end_is_dropped() -> None:
    run = running()
    run.stop()
    assert run.answered(START, chunk(START), 5.0) is None
    run.failed("late as well")
    assert run.inference_count == 0


def test_the_end_does_not_wait_for_ever_for_the_arm_to_rest() -> None:
    run = running()
    run.stop()
    assert run.at_rest(START + 2 * S, START, None, gate(START, GateMode.RUN))


def test_feedback_is_due_ten_times_a_second() -> None:
    run = make_run()
    due = [ms for ms in range(0, 1000, 20) if run.feedback_due(START + ms * MS)]
    assert len(due) == 9
    assert max(np.diff(due)) <= 100
