# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the gate foresees is what it does when it hears nothing more."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from vla_ros.gate import EstopInput, GateMode, GateState, Request
from vla_ros.gate.foresee import foresee, hear_nothing
from vla_ros.gate.state import GateInputs, Heartbeat, HumanDistance, Obstacles

AHEAD = 12


def inputs_of(rig: Any) -> GateInputs:
    return GateInputs(joints=rig.measured, estop=rig.estop, **rig.always)


def foreseen(rig: Any, ticks: int = AHEAD) -> tuple[GateState, ...]:
    return foresee(rig.gate, rig.state, inputs_of(rig), rig.now_ns, ticks)


def in_silence(rig: Any, ticks: int) -> list[GateState]:
    """Let ticks pass in which nothing is heard; the states after them."""
    heard, states = inputs_of(rig), []
    for k in range(1, ticks + 1):
        rig.now_ns += 10_000_000
        rig.state, _ = rig.gate.step(rig.state, hear_nothing(heard, k * 0.01), rig.now_ns)
        states.append(rig.state)
    return states


# From row to row; what the arm can follow, and some that it cannot.
ROWS = st.lists(st.tuples(*[st.floats(-0.12, 0.12)] * 2), min_size=4, max_size=16)


@dataclass(frozen=True)
class Way:
    """What a policy sends, what becomes of it, and what is heard after that."""

    chunks: list[list[tuple[float, float]]]
    ticks: list[int]
    step_ms: int
    ends: bool
    scale: float
    follows: bool


WAYS = st.builds(
    Way,
    chunks=st.lists(ROWS, min_size=1, max_size=3),
    ticks=st.lists(st.integers(1, 25), min_size=3, max_size=3),
    step_ms=st.integers(20, 120),
    ends=st.booleans(),
    scale=st.floats(0.0, 1.0),
    follows=st.booleans(),
)


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(way=WAYS)
def test_without_news_the_gate_commands_exactly_what_was_foreseen(make_rig: Any, way: Way) -> None:
    rig = make_rig(start_mismatch_rad=9.0).arm()
    rig.always["speed_scale"] = way.scale
    for rows, count in zip(way.chunks, way.ticks, strict=False):
        positions = rig.position + np.cumsum(rows, axis=0)
        last = way.ends and rows is way.chunks[-1]
        rig.tick(chunks=(rig.chunk(positions, step_ns=way.step_ms * 1_000_000, last=last),))
        rig.ticks(count)
    ahead = foreseen(rig)
    assert [state.motion for state in foreseen(rig)] == [state.motion for state in ahead]
    event(f"{rig.state.mode.name}, {len(ahead)} foreseen")
    # An arm that goes where it is sent is no news.
    states = [rig.state for _ in ahead if rig.tick()] if way.follows else in_silence(rig, AHEAD)
    for was, state in zip(ahead, states, strict=False):
        assert state.mode is GateMode.RUN
        assert was.motion == state.motion
        assert was.grip == state.grip
        assert was.schedule == state.schedule
    if not way.follows and len(ahead) < AHEAD:
        assert states[len(ahead)].mode is not GateMode.RUN  # That is why no more was foreseen.


def test_the_way_ahead_is_as_long_as_asked_for_and_each_step_has_a_stop(rig: Any) -> None:
    rig.run()
    ahead = foreseen(rig, 7)
    assert len(ahead) == 7
    for state in ahead:
        assert state.stop is not None
        assert state.stop_elapsed_s == 0.0


def test_nothing_of_the_gate_changes(rig: Any) -> None:
    rig.run()
    before = dict(vars(rig.state))
    foreseen(rig)
    assert vars(rig.state) == before


def test_silence_ends_the_way_ahead_where_a_check_would(make_rig: Any) -> None:
    rig = make_rig(joint_state_stale_s=0.055).run()
    assert len(foreseen(rig)) == 5
    rig = make_rig(estop_timeout_s=0.035).run()
    assert len(foreseen(rig)) == 3


def test_the_end_of_the_plan_ends_the_way_ahead(rig: Any) -> None:
    rig.run()
    rig.tick(chunks=(rig.chunk(rig.position + np.zeros((1, 2)), last=True),))
    assert len(foreseen(rig, 100)) < 12


@pytest.mark.parametrize("mode", ["idle", "armed", "held", "stopped"])
def test_no_way_is_ahead_in_any_mode_but_run(rig: Any, mode: str) -> None:
    if mode != "idle":
        rig.arm()
    if mode in ("held", "stopped"):
        rig.tick(chunks=(rig.chunk(),))
        rig.ticks(20)
        held = {"estop": EstopInput(pressed=False, age_s=0.0), "clock_step_s": 1.0}
        rig.tick(
            *([Request.STOP] if mode == "stopped" else []), **(held if mode == "held" else {})
        )
        assert rig.state.mode is (GateMode.HOLD if mode == "held" else GateMode.PSTOP)
    assert foreseen(rig) == ()


def test_in_silence_everything_that_was_heard_grows_older(rig: Any) -> None:
    well = Heartbeat(good=True, age_s=0.01)
    heard = GateInputs(
        joints=rig.sample(),
        chunks=(rig.chunk(),),
        requests=(Request.STOP,),
        estop=EstopInput(pressed=False, age_s=0.02),
        driver=well,
        deadman=well,
        human=HumanDistance(distance_m=1.0, age_s=0.03),
        obstacles=Obstacles(boxes=(), age_s=0.04),
        intruder="a master",
        clock_step_s=1.0,
        speed_scale=0.5,
    )
    silence = hear_nothing(heard, 0.1)
    assert (silence.chunks, silence.requests, silence.clock_step_s) == ((), (), 0.0)
    assert (silence.joints, silence.intruder, silence.speed_scale) == (
        heard.joints,
        "a master",
        0.5,
    )
    said = (silence.estop, silence.driver, silence.deadman, silence.human, silence.obstacles)
    ages = [each.age_s for each in said if each is not None]
    assert ages == pytest.approx([0.12, 0.11, 0.11, 0.13, 0.14])
    nothing = hear_nothing(GateInputs(), 0.1)
    assert nothing.estop is None
