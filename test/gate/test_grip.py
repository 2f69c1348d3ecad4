# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The gripper keeps its speed and its grip, and never opens by itself."""

from typing import Any

import numpy as np
import pytest

from vla_ros.gate import GateMode, Request
from vla_ros.gate.grip import Grip


def wish(rig: Any, opening: float) -> Any:
    """A chunk that stands still and wants an opening."""
    return rig.chunk(np.tile(rig.position, (16, 1)), gripper=np.full(16, opening))


def openings(rig: Any, ticks: int) -> list[float]:
    return [rig.tick().command.gripper for _ in range(ticks)]


def run_closed(rig: Any) -> None:
    """Have a goal close the gripper."""
    rig.arm()
    rig.tick(chunks=(wish(rig, 0.0),))
    assert rig.tick().command.gripper == 0.0


def rearm(rig: Any) -> None:
    rig.tick(chunks=(rig.end_chunk(),))
    rig.arm()


def test_the_opening_changes_no_faster_than_the_gripper_may(make_rig: Any) -> None:
    rig = make_rig(gripper_speed_per_s=4.0)
    run_closed(rig)
    rig.tick(chunks=(wish(rig, 1.0),))
    steps = np.diff([0.0, rig.state.grip.opening, *openings(rig, 30)])
    assert steps.max() == pytest.approx(0.04)
    assert rig.state.grip.opening == 1.0
    np.testing.assert_array_equal(steps[26:], 0.0)


def test_an_opening_gripper_opens_no_further_in_a_stop(make_rig: Any) -> None:
    rig = make_rig(gripper_speed_per_s=4.0)
    run_closed(rig)
    rig.tick(chunks=(wish(rig, 1.0),))
    rig.ticks(5)
    before = rig.state.grip.opening
    rig.tick(Request.STOP)
    assert 0.0 < before < 1.0
    assert openings(rig, 50) == [before] * 50


def test_a_closing_gripper_closes_in_a_stop(make_rig: Any) -> None:
    rig = make_rig(gripper_speed_per_s=4.0)
    rig.arm()
    rig.tick(chunks=(wish(rig, 1.0),))
    rig.tick(chunks=(wish(rig, 0.0),))
    rig.tick(Request.ESTOP)
    assert openings(rig, 30)[-1] == 0.0


@pytest.mark.parametrize("undecided", [0.40, 0.55, 0.64])
def test_an_undecided_wish_after_arming_anew_keeps_what_was_held(
    rig: Any, undecided: float
) -> None:
    run_closed(rig)
    rearm(rig)
    assert rig.tick().command.gripper is None
    rig.tick(chunks=(wish(rig, undecided),))
    assert rig.tick().command.gripper == 0.0


def test_an_undecided_wish_after_a_pause_keeps_what_was_held(rig: Any) -> None:
    run_closed(rig)
    rig.state = rig.state.paused()
    rig.ticks(2)
    rig.arm()
    rig.tick(chunks=(wish(rig, 0.6),))
    assert rig.tick().command.gripper == 0.0


def test_an_undecided_wish_at_the_very_first_leaves_the_gripper_alone(rig: Any) -> None:
    rig.arm()
    decision = rig.tick(chunks=(wish(rig, 0.6),))
    assert decision.mode is GateMode.RUN
    assert rig.ticks(5).command.gripper is None


@pytest.mark.parametrize("step", [0.04, 0.3, float("inf")])
def test_a_grip_arrives_exactly(step: float) -> None:
    grip = Grip(opening=0.0, goal=0.0)
    for _ in range(40):
        grip = grip.follow(1.0, step)
        assert 0.0 <= (grip.opening or 0.0) <= 1.0
    assert grip.opening == 1.0
