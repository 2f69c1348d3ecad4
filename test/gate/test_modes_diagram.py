# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The diagram of the modes in docs/explanation/safety.md: every edge exists, and no other does."""

import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vla_ros.gate import EstopInput, GateMode, Reason, Request
from vla_ros.gate.state import Finding
from vla_ros.gate.turn import Turn

PAGE = Path(__file__).parents[2] / "docs/explanation/safety.md"
DRAWN = {
    (GateMode[before], GateMode[after])
    for before, after in re.findall(r"^ +(\w+) --> (\w+):", PAGE.read_text("utf-8"), re.MULTILINE)
}
GATES = {edge for edge in DRAWN if GateMode.INACTIVE not in edge}  # The rest is the node's.
INPUTS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "button": {"estop": EstopInput(pressed=True, age_s=0.0)},
    "intruder": {"intruder": "/jogger"},
    "clock": {"clock_step_s": 0.2},
    "broken": {"clock_step_s": "a while"},
    "chunk": {},
    "end": {},
}


@pytest.fixture
def edges(monkeypatch: pytest.MonkeyPatch) -> set[tuple[GateMode, GateMode]]:
    """The changes of mode of all gates from now on."""
    seen: set[tuple[GateMode, GateMode]] = set()
    enter = Turn.enter

    def note(turn: Turn, mode: GateMode, cause: tuple[Finding, ...] = ()) -> None:
        seen.add((turn.state.mode, mode))
        enter(turn, mode, cause)

    monkeypatch.setattr(Turn, "enter", note)
    return seen


def lead_to(rig: Any, mode: GateMode) -> Any:
    """Bring a fresh rig into a mode, at rest."""
    if mode is GateMode.ARMED:
        rig.arm()
    elif mode in (GateMode.RUN, GateMode.HOLD):
        rig.arm().tick(chunks=(rig.chunk(np.zeros((16, 2))),))
        if mode is GateMode.HOLD:
            rig.tick(clock_step_s=0.2)
    elif mode in (GateMode.PSTOP, GateMode.ESTOP):
        rig.tick(Request.STOP if mode is GateMode.PSTOP else Request.ESTOP)
    assert rig.state.mode is mode
    return rig


def go(rig: Any, after: GateMode) -> None:
    """Do what leads from the present mode to another."""
    before = rig.state.mode
    if after is GateMode.ARMED:
        if before in (GateMode.IDLE, GateMode.ARMED):
            rig.tick(Request.ARM)
        else:
            rig.tick(chunks=(rig.end_chunk(),))
    elif after is GateMode.RUN:
        rig.ticks(30)
        rig.tick(chunks=(rig.chunk(np.zeros((16, 2))),))
    elif after is GateMode.HOLD:
        rig.tick(clock_step_s=0.2)
    elif after is GateMode.IDLE:
        rig.ticks(210)
        if before in (GateMode.PSTOP, GateMode.ESTOP):
            rig.tick(Request.RESET)
    elif after is GateMode.PSTOP:
        rig.tick(Request.STOP)
    elif after is GateMode.ESTOP:
        rig.tick(**INPUTS["button"])
    elif before is GateMode.RUN:  # An error would be a hold at first.
        rig.gate._final = SimpleNamespace(find_breach=lambda *_: (Reason.INVARIANT_I2, "a test"))
        rig.tick()
    else:
        rig.ticks(2, **INPUTS["broken"])


@pytest.mark.parametrize(("before", "after"), sorted(GATES), ids=lambda mode: mode.name)
def test_every_edge_drawn_can_be_gone(
    make_rig: Callable[..., Any],
    edges: set[tuple[GateMode, GateMode]],
    before: GateMode,
    after: GateMode,
) -> None:
    rig = lead_to(make_rig(arm_timeout_s=2.0), before)
    go(rig, after)
    assert (before, after) in edges


def test_every_mode_is_drawn() -> None:
    assert {mode for edge in DRAWN for mode in edge} == set(GateMode)


STEP = st.tuples(
    st.sampled_from(sorted(INPUTS)), st.sampled_from([None, *Request]), st.integers(0, 120)
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEP, max_size=12))
def test_no_other_edge_is_ever_gone(
    make_rig: Callable[..., Any],
    edges: set[tuple[GateMode, GateMode]],
    steps: list[tuple[str, Request | None, int]],
) -> None:
    rig = make_rig(arm_timeout_s=1.0)
    for name, request, count in steps:
        chunks: tuple[Any, ...] = ()
        if name in ("chunk", "end"):
            chunks = (rig.chunk() if name == "chunk" else rig.end_chunk(),)
        rig.tick(*(() if request is None else (request,)), chunks=chunks, **INPUTS[name])
        for _ in range(count):
            rig.tick()
    assert edges <= GATES
