# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""No check can be left out: for each there is a danger that only this one sees.

Here those of chunks, of the plan, of its speed and of the next command; those of the situation are
in test_left_out_ticks.py. Numbers 33 and 34, the motion generator's errors and the final checker,
are no checks that could be left out: they are part of the gate itself.
"""

import ast
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from vla_ros.gate import ALL_CHECKS, GateMode, Reason, Verdict
from vla_ros.gate.config import Box
from vla_ros.gate.pairs import Nearness
from vla_ros.gate.state import HumanDistance
from vla_ros.gate.tick import Check, TickCheck
from vla_ros.raisers import name_of
from vla_ros.robot.parts import ConfidenceProfile, HumanProfile

PACKAGE = Path(__file__).parents[2] / "vla_ros"
MS = 1_000_000
ROWS = np.zeros((16, 2))
PEOPLE = HumanProfile(topic="/human", speed_m_s=0.5, margin_m=0.6)

# Makes a rig whose gate has the checks of the test; keyword arguments change its constants.
Make = Callable[..., Any]
Scenario = Callable[[Make], None]


class Walls:
    """A collision model: from some position on the elbow touches the arm, a wall or a pillar."""

    settings = SimpleNamespace(self_slow_m=0.1, environment_slow_m=0.1, contact=None)

    def __init__(self, *, own: float = 9.0, around: float = 9.0, keep_out: float = 9.0) -> None:
        self.own_at = lambda q: Nearness("hand", "shoulder", own - q[0], 0.0)
        self.free_at = lambda q, _: Nearness("hand", "wall", around - q[0], 0.0)
        self.slowing_own = lambda q: self._within(0.1, self.own_at(q))
        self.slowing_around = lambda q, boxes: self._within(0.1, self.free_at(q, boxes))
        self.find_own = lambda q: self._within(0.0, self.own_at(q))
        self.find_around = lambda q, boxes: self._within(0.0, self.free_at(q, boxes))
        self.find_keep_out = lambda q: self._within(
            0.0, Nearness("hand", "pillar", keep_out - q[0], 0.0)
        )
        self.touching = lambda q: Nearness("finger", "table", 0.5 - q[0], 0.0)
        self.is_clear_along = lambda *_: False  # Hence every check looks itself,
        self.is_clear = lambda q, _: True  # and the final checker is not asked.

    def _within(self, least_m: float, near: Nearness) -> Nearness | None:
        return near if near.distance_m < least_m else None


def reasons(decision: Any) -> set[Reason]:
    return {finding.reason for finding in decision.findings}


def assert_held(decision: Any, mode: GateMode, reason: Reason) -> None:
    assert decision.mode is mode
    assert reason in reasons(decision)


def assert_refused(rig: Any, chunk: Any, reason: Reason) -> None:
    """The first chunk of an epoch does not move the arm."""
    assert_held(rig.tick(chunks=(chunk,)), GateMode.ARMED, reason)


def until_not(rig: Any, mode: GateMode, ticks: int = 300) -> Any:
    """Let time pass until the mode changes; return the last decision."""
    for _ in range(ticks):
        decision = rig.tick()
        if decision.mode is not mode:
            break
    return decision


def arm_that_lags(make: Make) -> None:
    rig = make().arm()
    rig.moves_joints = False
    rig.tick(chunks=(rig.chunk(ROWS),))
    for _ in range(6):
        rig.measured = rig.sample(
            position=np.array([0.04, 0.0]), arrival_ns=rig.now_ns + 10 * MS, stamp_ns=rig.now_ns
        )
        decision = rig.tick()
    assert_held(decision, GateMode.RUN, Reason.TRACKING_WARN)
    assert rig.state.schedule.scale == 0.5


def strange_session(make: Make) -> None:
    rig = make().run()
    decision = rig.tick(chunks=(rig.chunk(session=8),))
    assert reasons(decision) == {Reason.NOT_OWNER}
    assert rig.state.owner == 7


def permuted_joints(make: Make) -> None:
    rig = make().arm()
    assert_refused(rig, rig.chunk(ROWS, joint_names=("wrist", "elbow")), Reason.BAD_NAMES)


def old_epoch(make: Make) -> None:
    rig = make().arm()
    assert_refused(rig, rig.chunk(ROWS, epoch=0), Reason.OLD_EPOCH)


def plan_from_the_future(make: Make) -> None:
    rig = make().arm()
    chunk = rig.chunk(ROWS, first_ns=rig.now_ns + 170 * MS)
    assert_refused(rig, chunk, Reason.FUTURE_STAMP)


def old_observation(make: Make) -> None:
    rig = make().arm()
    rig.ticks(100)
    assert_refused(rig, rig.chunk(ROWS, observed_ns=rig.now_ns - 600 * MS), Reason.OBS_STALE)


def frozen_camera(make: Make) -> None:
    rig = make().arm()
    assert_refused(rig, rig.chunk(ROWS, camera_frozen=True), Reason.CAM_FROZEN)


def rows_that_are_past(make: Make) -> None:
    rig = make().arm()
    rig.ticks(100)
    assert_refused(rig, rig.chunk(ROWS, first_ns=rig.now_ns - 900 * MS), Reason.CHUNK_LATE)


def start_elsewhere(make: Make) -> None:
    rig = make().arm()
    assert_refused(rig, rig.chunk(ROWS + 0.18), Reason.START_MISMATCH)


def jump_between_rows(make: Make) -> None:
    rig = make().arm()
    rows = ROWS.copy()
    rows[7, 1] = 0.46
    assert_refused(rig, rig.chunk(rows), Reason.CHUNK_JUMP)


def chunk_against_the_plan(make: Make) -> None:
    rig = make().arm()
    rig.tick(chunks=(rig.chunk(ROWS),))
    decision = rig.tick(chunks=(rig.chunk(ROWS + 0.16),))
    assert_held(decision, GateMode.RUN, Reason.CHUNK_INCONSISTENT)


def doubtful_policy(make: Make) -> None:
    rig = make(confidence=ConfidenceProfile(least=0.6, in_row=1)).arm()
    assert_refused(rig, rig.chunk(ROWS, confidence=0.5), Reason.LOW_CONFIDENCE)


def target_out_of_range(make: Make) -> None:
    rig = make()
    rig.position = np.array([0.95, 0.0])
    rig.arm()
    rows = np.hstack((np.linspace(0.95, 1.2, 16)[:, None], np.zeros((16, 1))))
    rig.tick(chunks=(rig.chunk(rows),))
    decision = rig.ticks(80)
    assert_held(decision, GateMode.RUN, Reason.POS_CLAMPED)
    assert rig.position[0] == pytest.approx(1.0, abs=1e-3)


def plan_too_fast(make: Make) -> None:
    rig = make().arm()
    rig.tick(chunks=(rig.chunk(0.11 * np.arange(8)[:, None] * np.ones(2)),))
    decision = rig.ticks(10)
    assert decision.verdict is Verdict.CLAMP
    assert reasons(decision) == {Reason.RATE_LIMITED}


def chattering_gripper(make: Make) -> None:
    rig = make().arm()
    commanded = []
    for k in range(40):
        chunk = rig.chunk(ROWS, gripper=np.full(16, float(k % 2)))
        commanded.append(rig.tick(chunks=(chunk,)).command.gripper)
    assert np.abs(np.diff(commanded)).sum() <= 2


def fast_tool(make: Make) -> None:
    rig = make(tool_position=lambda q: (q[0], q[1], 0.0), tcp_speed_m_s=0.2).arm()
    rows = np.hstack((0.05 * np.arange(16)[:, None], np.zeros((16, 1))))
    rig.tick(chunks=(rig.chunk(rows),))
    assert_held(rig.ticks(60), GateMode.RUN, Reason.TCP_SPEED)
    assert np.abs(np.diff(rig.commands[30:], axis=0)).max() / 0.01 <= 0.2
    assert rig.state.schedule.scale < 0.5  # The plan waits, so that its path is kept.


def catching_up(make: Make) -> None:
    """The plan stands still, away from the arm; on the way there only the joints are slow."""
    rig = make(tool_position=lambda q: (q[0], q[1], 0.0), tcp_speed_m_s=0.2).arm()
    rig.tick(chunks=(rig.chunk(np.tile([0.16, 0.0], (16, 1))),))
    decisions = [rig.tick() for _ in range(60)]
    assert {decision.mode for decision in decisions} == {GateMode.RUN}
    assert any(Reason.TCP_SPEED in reasons(decision) for decision in decisions)
    assert np.abs(np.diff(rig.commands, axis=0)).max() / 0.01 <= 0.2


def person_near(make: Make) -> None:
    rig = make(human=PEOPLE, tool_position=lambda q: (q[0], q[1], 0.0))
    rig.always["human"] = HumanDistance(distance_m=1.0, age_s=0.0)
    rig.run()
    assert rig.state.schedule.scale == pytest.approx(0.8 * 0.2273 / 0.2828, abs=1e-3)


def catching_up_near_a_person(make: Make) -> None:
    rig = make(human=PEOPLE, tool_position=lambda q: (q[0], q[1], 0.0))
    rig.always["human"] = HumanDistance(distance_m=1.0, age_s=0.0)
    rig.run()
    assert np.linalg.norm(np.diff(rig.commands, axis=0), axis=1).max() / 0.01 <= 0.2273


def way_to_a_singularity(make: Make) -> None:
    rig = make(tool_condition=lambda _: 23.5).arm()
    rig.tick(chunks=(rig.chunk(cartesian=True),))
    assert_held(rig.tick(), GateMode.RUN, Reason.SINGULAR)
    assert rig.state.schedule.scale == 0.5


def slow_goal(make: Make) -> None:
    rig = make().arm()
    rig.tick(chunks=(rig.chunk(speed_scale=0.5),))
    rig.ticks(50)
    assert rig.position[0] == pytest.approx(0.5 * 0.2 * 0.5, abs=0.01)


def slow_operator(make: Make) -> None:
    rig = make().arm()
    rig.tick(chunks=(rig.chunk(),), speed_scale=0.5)
    decision = rig.ticks(50, speed_scale=0.5)
    assert reasons(decision) == {Reason.SPEED_SCALE}
    assert rig.position[0] == pytest.approx(0.5 * 0.2 * 0.5, abs=0.01)


def tool_out_of_its_room(make: Make) -> None:
    room = Box(name="workspace", lower=(-0.3, -1.0, -0.1), upper=(0.3, 1.0, 0.1))
    rig = make(tool_position=lambda q: (q[0], q[1], 0.0), workspace=room).arm()
    rows = np.hstack((np.linspace(0.0, 0.6, 16)[:, None], np.zeros((16, 1))))
    rig.tick(chunks=(rig.chunk(rows),))
    assert_held(until_not(rig, GateMode.RUN), GateMode.HOLD, Reason.WORKSPACE)
    rig.ticks(30)
    assert rig.position[0] <= 0.3


def assert_held_at(rig: Any, limit: float, reason: Reason) -> None:
    """A plan that leads past a position of the elbow is held before it."""
    rows = np.hstack((np.linspace(0.0, 2.0 * limit, 16)[:, None], np.zeros((16, 1))))
    rig.arm().tick(chunks=(rig.chunk(rows),))
    assert_held(until_not(rig, GateMode.RUN), GateMode.HOLD, reason)
    rig.ticks(30)
    assert limit - 0.05 < rig.position[0] <= limit


def arm_on_itself(make: Make) -> None:
    assert_held_at(make(collision=Walls(own=0.3)), 0.3, Reason.SELF_STOP)


def arm_on_a_wall(make: Make) -> None:
    assert_held_at(make(collision=Walls(around=0.3)), 0.3, Reason.ENV_STOP)


def elbow_in_a_forbidden_box(make: Make) -> None:
    pillar = Box(name="pillar", lower=(0.3, -1.0, -1.0), upper=(0.5, 1.0, 1.0))
    rig = make(collision=Walls(keep_out=0.3), keep_out=(pillar,))
    assert_held_at(rig, 0.3, Reason.KEEPOUT)


def way_onto_itself(make: Make) -> None:
    rig = make(collision=Walls(own=0.3)).run()
    assert_held(rig.ticks(70), GateMode.RUN, Reason.SELF_NEAR)
    assert rig.state.schedule.scale < 0.9


def way_to_a_wall(make: Make) -> None:
    rig = make(collision=Walls(around=0.3)).run()
    assert_held(rig.ticks(70), GateMode.RUN, Reason.ENV_NEAR)
    assert rig.state.schedule.scale < 0.9


def above_a_table(make: Make) -> Any:
    """Return a rig whose tool is at the elbow's angle [m], and a table to touch at 0.5."""
    contact = SimpleNamespace(within_m=0.4, speed_m_s=0.1)
    walls = Walls()
    walls.settings = SimpleNamespace(**{**vars(Walls.settings), "contact": contact})
    return make(
        collision=walls,
        tool_position=lambda q: (q[0], 0.0, 0.0),
        tool_speed=lambda _, velocity: abs(velocity[0]),
    ).arm()


def way_to_a_table(make: Make) -> None:
    rig = above_a_table(make)
    rows = np.hstack((0.03 * np.arange(16)[:, None], np.zeros((16, 1))))
    rig.tick(chunks=(rig.chunk(rows),))
    assert_held(rig.ticks(80), GateMode.RUN, Reason.ENV_NEAR)
    assert rig.state.schedule.scale < 0.5  # The plan waits, so that its path is kept.


def catching_up_near_a_table(make: Make) -> None:
    """The plan stands still, near the table; on the way there only the joints are slow."""
    rig = above_a_table(make)
    rig.tick(chunks=(rig.chunk(np.tile([0.16, 0.0], (16, 1))),))
    assert rig.ticks(60).mode is GateMode.RUN
    steps = np.diff([position[0] for position in rig.commands])
    near = np.array(rig.commands)[1:, 0] > 0.1
    assert near.any()
    assert steps[near].max() / 0.01 <= 0.101


def full_speed_into_the_limit(make: Make) -> None:
    rig = make()
    rig.position = np.array([0.3, 0.0])
    rig.arm()
    rows = np.hstack((0.3 + 0.09 * np.arange(16)[:, None], np.zeros((16, 1))))
    rig.tick(chunks=(rig.chunk(rows),))
    for _ in range(110):
        decision = rig.tick()
        assert decision.mode is GateMode.RUN, decision.findings
    assert rig.position[0] == pytest.approx(1.0, abs=1e-3)


NEEDED: dict[tuple[int, str], Scenario] = {
    (7, "scale_by_lag"): arm_that_lags,
    (10, "check_owner"): strange_session,
    (11, "check_schema"): permuted_joints,
    (12, "check_order"): old_epoch,
    (13, "check_future"): plan_from_the_future,
    (14, "check_observation_age"): old_observation,
    (15, "check_camera"): frozen_camera,
    (16, "check_late"): rows_that_are_past,
    (20, "check_start"): start_elsewhere,
    (21, "check_consistency"): chunk_against_the_plan,
    (21, "check_jump"): jump_between_rows,
    (22, "clamp_position"): target_out_of_range,
    (23, "note_rates"): plan_too_fast,
    (24, "check_tool_speed"): catching_up,
    (24, "scale_by_tool_speed"): fast_tool,
    (25, "check_tool_boxes"): tool_out_of_its_room,
    (25, "check_keep_out_stop"): elbow_in_a_forbidden_box,
    (26, "check_own_stop"): arm_on_itself,
    (26, "scale_by_own_distance"): way_onto_itself,
    (27, "check_contact_speed"): catching_up_near_a_table,
    (27, "check_surroundings_stop"): arm_on_a_wall,
    (27, "scale_near_contact"): way_to_a_table,
    (27, "scale_by_surroundings"): way_to_a_wall,
    (28, "scale_by_singularity"): way_to_a_singularity,
    (29, "check_speed_near_people"): catching_up_near_a_person,
    (29, "scale_by_human"): person_near,
    (30, "supervise_gripper"): chattering_gripper,
    (31, "check_confidence"): doubtful_policy,
    (32, "check_stop_range"): full_speed_into_the_limit,
    (35, "scale_by_goal"): slow_goal,
    (35, "scale_by_operator"): slow_operator,
}
KEYS = sorted(NEEDED)
IDS = [f"{number}-{name}" for number, name in KEYS]


def key_of(check: Check) -> tuple[int, str]:
    return check.number, name_of(check)


def test_every_check_has_a_scenario_that_needs_it() -> None:
    keys = sorted(key_of(check) for check in ALL_CHECKS if not isinstance(check, TickCheck))
    assert keys == KEYS, "add to NEEDED a danger that only the new check sees"


@pytest.mark.parametrize("key", KEYS, ids=IDS)
def test_the_gate_sees_the_danger(make_rig: Make, key: tuple[int, str]) -> None:
    NEEDED[key](make_rig)


@pytest.mark.parametrize("key", KEYS, ids=IDS)
def test_a_gate_without_the_check_does_not_see_it(make_rig: Make, key: tuple[int, str]) -> None:
    fewer = tuple(check for check in ALL_CHECKS if key_of(check) != key)
    with pytest.raises(AssertionError):
        NEEDED[key](lambda **changes: make_rig(fewer, **changes))


def test_no_program_gives_the_gate_fewer_checks() -> None:
    calls = [
        (path.name, node)
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "Gate"
    ]
    assert "executor_node.py" in {name for name, _ in calls}
    for name, call in calls:
        assert (len(call.args), call.keywords) == (1, []), f"{name}: more than a config"
