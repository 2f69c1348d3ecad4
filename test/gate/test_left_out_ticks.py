# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Checks of the situation cannot be left out: for each there is a danger that only it sees.

The others are in test_left_out.py.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from vla_ros.gate import ALL_CHECKS, EstopInput, GateMode, Reason, Verdict
from vla_ros.gate.state import Heartbeat, HumanDistance, Obstacles
from vla_ros.gate.tick import Check, TickCheck
from vla_ros.raisers import name_of
from vla_ros.robot.parts import DeadmanProfile, DriverProfile, HumanProfile, ObstaclesProfile

MS = 1_000_000
NAN = float("nan")
ROWS = np.zeros((16, 2))
PEOPLE = HumanProfile(topic="/human", speed_m_s=0.5, margin_m=0.6)
LONG = {"infer_deadline_s": 9.0}  # The plan, not the deadline of the policy, is what ends here.

# Makes a rig whose gate has the checks of the test; keyword arguments change its constants.
Make = Callable[..., Any]
Scenario = Callable[[Make], None]


def reasons(decision: Any) -> set[Reason]:
    return {finding.reason for finding in decision.findings}


def assert_held(decision: Any, mode: GateMode, reason: Reason) -> None:
    assert decision.mode is mode
    assert reason in reasons(decision)


def until_not(rig: Any, mode: GateMode, ticks: int = 300) -> Any:
    """Let time pass until the mode changes; return the last decision."""
    for _ in range(ticks):
        decision = rig.tick()
        if decision.mode is not mode:
            break
    return decision


def late_tick(make: Make) -> None:
    rig = make().run()
    rig.now_ns += 100 * MS
    assert_held(rig.tick(), GateMode.HOLD, Reason.TICK_OVERRUN)


def pressed_button(make: Make) -> None:
    decision = make().run().tick(estop=EstopInput(pressed=True, age_s=0.0))
    assert_held(decision, GateMode.ESTOP, Reason.ESTOP_PRESSED)


def silent_joints(make: Make) -> None:
    rig = make().run()
    rig.moves_joints = False
    assert_held(rig.ticks(11), GateMode.HOLD, Reason.JS_STALE)


def joint_that_is_no_number(make: Make) -> None:
    rig = make().run()
    rig.moves_joints = False
    rig.measured = rig.sample(position=np.array([NAN, 0.0]), arrival_ns=rig.now_ns + 10 * MS)
    assert_held(rig.tick(), GateMode.HOLD, Reason.JS_INVALID)


def joint_out_of_range(make: Make) -> None:
    rig = make(tracking_rad=9.0)
    rig.position = np.array([0.0, 2.0])
    rig.arm()
    rig.moves_joints = False
    rig.measured = rig.sample(position=np.array([0.0, 2.06]), arrival_ns=rig.now_ns + 10 * MS)
    assert_held(rig.tick(), GateMode.PSTOP, Reason.JS_OUT_OF_RANGE)


def arm_that_does_not_follow(make: Make) -> None:
    rig = make().arm()
    rig.moves_joints = False
    for _ in range(8):
        rig.measured = rig.sample(
            position=np.array([0.051, 0.0]), arrival_ns=rig.now_ns + 10 * MS, stamp_ns=rig.now_ns
        )
        decision = rig.tick()
    assert_held(decision, GateMode.PSTOP, Reason.TRACKING)


def second_publisher(make: Make) -> None:
    decision = make().run().tick(intruder="/arm is also published by /jogger")
    assert_held(decision, GateMode.PSTOP, Reason.DUP_PUBLISHER)


def controller_that_is_gone(make: Make) -> None:
    decision = make().run().tick(deaf="nobody listens on /arm_controller/commands")
    assert_held(decision, GateMode.PSTOP, Reason.NO_CONTROLLER)


def jumping_clock(make: Make) -> None:
    decision = make().run().tick(clock_step_s=0.2)
    assert_held(decision, GateMode.HOLD, Reason.CLOCK_JUMP)


def log_that_is_not_written(make: Make) -> None:
    rig = make().run()
    decision = rig.tick(audit="cannot write the audit log: No space left on device")
    assert_held(decision, GateMode.RUN, Reason.AUDIT_DEGRADED)
    (event,) = decision.events
    assert event.reasons == (Reason.AUDIT_DEGRADED,)
    assert "No space left on device" in event.message
    decision = rig.ticks(5, audit="cannot write the audit log: No space left on device")
    assert (decision.mode, decision.verdict, decision.events) == (GateMode.RUN, Verdict.PASS, ())


def frozen_joints(make: Make) -> None:
    rig = make().run()
    rig.moves_joints = False
    for _ in range(10):
        still = rig.measured.position.copy()
        rig.measured = rig.sample(position=still, arrival_ns=rig.now_ns + 10 * MS)
        decision = rig.tick()
    assert_held(decision, GateMode.PSTOP, Reason.JS_FROZEN)


def robot_that_is_not_ready(make: Make) -> None:
    rig = make(driver=DriverProfile(topic="/driver"))
    rig.always["driver"] = Heartbeat(good=True, age_s=0.0)
    decision = rig.run().tick(driver=Heartbeat(good=False, age_s=0.0))
    assert_held(decision, GateMode.PSTOP, Reason.DRIVER_PROTECTIVE)


def released_switch(make: Make) -> None:
    rig = make(deadman=DeadmanProfile(topic="/deadman"))
    rig.always["deadman"] = Heartbeat(good=True, age_s=0.0)
    decision = rig.run().tick(deadman=Heartbeat(good=False, age_s=0.0))
    assert_held(decision, GateMode.PSTOP, Reason.DEADMAN)


def person_at_hand(make: Make) -> None:
    rig = make(human=PEOPLE)
    rig.always["human"] = HumanDistance(distance_m=3.0, age_s=0.0)
    decision = rig.run().tick(human=HumanDistance(distance_m=0.7, age_s=0.0))
    assert_held(decision, GateMode.PSTOP, Reason.HUMAN_STOP)


def plan_followed_for_too_long(make: Make) -> None:
    rig = make(**LONG).arm()
    rig.tick(chunks=(rig.chunk(ROWS, step_ns=200 * MS),))
    assert_held(rig.ticks(151), GateMode.HOLD, Reason.OBS_STALE)


def forgotten_obstacles(make: Make) -> None:
    rig = make(obstacles=ObstaclesProfile(topic="/obstacles"))
    rig.always["obstacles"] = Obstacles(boxes=(), age_s=0.0)
    decision = rig.run().tick(obstacles=Obstacles(boxes=(), age_s=0.6))
    assert_held(decision, GateMode.HOLD, Reason.SCENE_STALE)


def silent_policy(make: Make) -> None:
    rig = make(infer_deadline_s=1.0).arm()
    rig.tick(chunks=(rig.chunk(ROWS),))
    assert_held(rig.ticks(101), GateMode.HOLD, Reason.INFER_DEADLINE)


def plan_that_ends(make: Make) -> None:
    assert_held(until_not(make(**LONG).run(), GateMode.RUN), GateMode.HOLD, Reason.STARVED)


def singularity(make: Make) -> None:
    rig = make(tool_condition=lambda _: 31.0).arm()
    rig.tick(chunks=(rig.chunk(cartesian=True),))
    assert_held(rig.tick(), GateMode.HOLD, Reason.SINGULAR)


NEEDED: dict[tuple[int, str], Scenario] = {
    (1, "check_tick"): late_tick,
    (2, "check_estop"): pressed_button,
    (3, "check_joint_age"): silent_joints,
    (4, "check_joint_motion"): frozen_joints,
    (5, "check_joint_validity"): joint_that_is_no_number,
    (6, "check_joint_range"): joint_out_of_range,
    (7, "check_tracking"): arm_that_does_not_follow,
    (8, "check_driver"): robot_that_is_not_ready,
    (9, "check_deadman"): released_switch,
    (10, "check_controller"): controller_that_is_gone,
    (10, "check_intruder"): second_publisher,
    (14, "check_execution_age"): plan_followed_for_too_long,
    (17, "check_starved"): plan_that_ends,
    (18, "check_deadline"): silent_policy,
    (19, "check_clock"): jumping_clock,
    (27, "check_scene_age"): forgotten_obstacles,
    (28, "check_singularity"): singularity,
    (29, "check_human"): person_at_hand,
    (36, "check_audit"): log_that_is_not_written,
}
KEYS = sorted(NEEDED)
IDS = [f"{number}-{name}" for number, name in KEYS]


def key_of(check: Check) -> tuple[int, str]:
    return check.number, name_of(check)


def test_every_check_has_a_scenario_that_needs_it() -> None:
    keys = sorted(key_of(check) for check in ALL_CHECKS if isinstance(check, TickCheck))
    assert keys == KEYS, "add to NEEDED a danger that only the new check sees"


@pytest.mark.parametrize("key", KEYS, ids=IDS)
def test_the_gate_sees_the_danger(make_rig: Make, key: tuple[int, str]) -> None:
    NEEDED[key](make_rig)


@pytest.mark.parametrize("key", KEYS, ids=IDS)
def test_a_gate_without_the_check_does_not_see_it(make_rig: Make, key: tuple[int, str]) -> None:
    fewer = tuple(check for check in ALL_CHECKS if key_of(check) != key)
    with pytest.raises(AssertionError):
        NEEDED[key](lambda **changes: make_rig(fewer, **changes))
