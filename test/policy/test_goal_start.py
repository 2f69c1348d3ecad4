# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What keeps a goal from starting besides the gate."""

import pytest
from goals import MS, START, S, end_of, gate, make_run, observation

from vla_ros.gate.vocabulary import GateMode, Reason
from vla_ros.policy.admission import Fault
from vla_ros.policy.goal import Ask
from vla_ros.policy.outcome import Outcome
from vla_ros.types import Observation


def test_a_policy_that_does_not_fit_rejects_every_goal_at_once() -> None:
    end = end_of(make_run(objection="its rows are for 7 joints"), START, observation=None)
    assert end.outcome is Outcome.REJECTED
    assert end.message == "this policy does not fit this robot: its rows are for 7 joints"


def test_a_fault_rejects_the_goal_at_once_in_its_own_words() -> None:
    run = make_run(find_fault=lambda seen: Fault(text=f"{seen.joints.names[0]} is in degrees"))
    end = end_of(run, START)
    assert (end.outcome, end.message) == (Outcome.REJECTED, "a is in degrees")
    assert not run.started


def test_a_fault_that_may_pass_rejects_the_goal_when_it_stays() -> None:
    run = make_run(find_fault=lambda seen: Fault(text="/teleop commands", passing=True))
    assert run.step(START, observation(START), gate(START)) is None
    end = end_of(run, START + 2 * S)
    assert (end.outcome, end.message) == (Outcome.REJECTED, "/teleop commands")
    assert not run.started


def test_a_fault_that_passes_lets_the_goal_begin() -> None:
    faults = iter([Fault(text="nobody publishes /front/image_raw", passing=True), None])
    run = make_run(find_fault=lambda seen: next(faults))
    assert run.step(START, observation(START), gate(START)) is None
    assert not run.started
    later = START + 100 * MS
    assert run.step(later, observation(later), gate(later)) is None
    assert run.started
    later += 100 * MS
    assert isinstance(run.step(later, observation(later), gate(later)), Ask)


@pytest.mark.parametrize("seen", [None, observation(START - S)])
def test_a_goal_without_an_observation_is_told_why_there_is_none(seen: Observation | None) -> None:
    run = make_run(find_fault=lambda newest: None if newest else Fault(text="nobody has /wrist"))
    end = end_of(run, START + 2 * S, observation=seen)
    assert end.outcome is Outcome.REJECTED
    assert end.message.startswith("no ")
    assert end.message.endswith(". nobody has /wrist")


def test_what_the_gate_objects_to_is_explained_where_it_can_be() -> None:
    run = make_run(find_fault=lambda seen: Fault(text="joint1 is in degrees"))
    end = end_of(run, START + S, gate=gate(START + S, GateMode.IDLE, reasons=(Reason.JS_LOST,)))
    assert end.message.startswith("not armed, and the gate objects: JS_LOST")
    assert end.message.endswith("call ~/arm of executor_node. joint1 is in degrees")
