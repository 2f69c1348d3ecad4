# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
from typing import Any

import pytest

from vla_ros.gate import GateState, Request
from vla_ros.gate.tail import make_tail


def test_there_is_no_tail_before_anything_is_armed() -> None:
    assert make_tail(GateState(), 0.01) == ()


def test_the_tail_of_an_arm_at_rest_is_one_point(rig: Any) -> None:
    rig.arm()
    ((time_s, state),) = make_tail(rig.state, 0.01)
    assert time_s == 0.01
    assert state.velocity == (0.0, 0.0)


@pytest.mark.parametrize("requests", [(), (Request.STOP,)])
def test_the_tail_begins_with_the_command_and_ends_at_rest(
    rig: Any, requests: tuple[Request, ...]
) -> None:
    rig.run()
    rig.tick(*requests)
    rig.ticks(3)
    tail = make_tail(rig.state, 0.01)
    assert tail[0] == (0.01, rig.state.motion)
    times = [time_s for time_s, _ in tail]
    assert times == sorted(set(times))
    assert tail[-1][1].velocity == (0.0, 0.0)
    assert len(tail) > 3


def test_the_tail_is_what_the_gate_itself_would_follow(rig: Any) -> None:
    rig.run()
    tail = make_tail(rig.state, 0.01)
    rig.tick(Request.STOP)
    rig.tick()
    assert rig.position == pytest.approx(tail[1][1].position)
