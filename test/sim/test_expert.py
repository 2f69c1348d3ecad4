# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The expert solves scenes from any state, and what it says is smooth."""

import dataclasses
import math

import numpy as np
import pytest

from vla_ros.sim.arm import tool_down_joints
from vla_ros.sim.expert import ExpertPlan, ExpertState, decide, grasp_yaw, observe, plan
from vla_ros.sim.sample import sample_scene
from vla_ros.sim.tasks import Task, is_solved, parse_instruction
from vla_ros.sim.world import World

TICK_NS = 10_000_000
STEP_S = 0.1

ON_THE_TABLE = ExpertState(
    tool_m=(0.40, 0.0, 0.22),
    yaw_rad=0.0,
    opening=1.0,
    cube_m=(0.45, 0.10, 0.02),
    cube_yaw_rad=0.3,
    bowl_m=(0.50, -0.10),
)


def row_at(chunk: ExpertPlan, elapsed_s: float) -> tuple[np.ndarray, float]:
    """Return pose and gripper of a plan, row 0 due at once, straight lines between rows."""
    at = min(elapsed_s / STEP_S, len(chunk.rows) - 1.001)
    row, share = int(at), at - int(at)
    a, b = np.array(chunk.rows[row]), np.array(chunk.rows[row + 1])
    return a + share * (b - a), chunk.gripper[row]


def drive(world: World, task: Task, *, kicks: np.random.Generator | None) -> float | None:
    """Run the expert closed loop at 100 Hz; return its duration [s], None if it never ends."""
    tool = world.tool()
    smooth = np.array([*tool.position_m, tool.yaw_rad])
    kick, kick_until = np.zeros(4), 0
    for tick in range(2000):
        if tick % 30 == 0:
            chunk = plan(observe(world, task))
            if chunk.done:
                return tick / 100
            if kicks is not None and kicks.random() < 0.25:
                kick, kick_until = kicks.normal(0.0, [0.03, 0.03, 0.015, 0.3]), tick + 30
        pose, gripper = row_at(chunk, tick % 30 / 100)
        smooth = smooth + (pose + (kick if tick < kick_until else 0.0) - smooth) / 6
        x, y, z = smooth[0], smooth[1], max(smooth[2], 0.012)
        if math.hypot(x, y) < 0.66:
            world.command(tool_down_joints((x, y, z), smooth[3]), gripper)
        world.step(TICK_NS)
    return None


def solved_after_a_second(world: World, task: Task) -> bool:
    world.step(1_000_000_000)
    return is_solved(world, task).solved


def test_expert_solves_random_scenes_in_a_few_seconds(world: World) -> None:
    durations = []
    for seed in range(500, 540):
        world.reset(sample_scene(seed))
        task = parse_instruction(world.scene.instruction)
        durations.append(drive(world, task, kicks=None))
        assert durations[-1] is not None, f"seed {seed} never ends"
        assert solved_after_a_second(world, task), f"seed {seed}"
    assert 2.0 < np.mean(durations) < 6.0


def test_expert_recovers_from_kicks(world: World) -> None:
    solved = 0
    for seed in range(600, 630):
        world.reset(sample_scene(seed))
        task = parse_instruction(world.scene.instruction)
        drive(world, task, kicks=np.random.default_rng(seed))
        solved += solved_after_a_second(world, task)
    assert solved >= 28


def test_rows_move_slower_than_the_tool_may() -> None:
    state = ON_THE_TABLE
    chunk = plan(state, horizon=60)
    before = (*state.tool_m, state.yaw_rad)
    for row in chunk.rows:
        assert math.dist(row[:3], before[:3]) / STEP_S <= 0.30
        assert abs(row[3] - before[3]) / STEP_S <= 2.01
        before = row


def test_roll_out_ends_with_the_cube_in_the_bowl() -> None:
    chunk = plan(ON_THE_TABLE, horizon=60)
    assert 20 < chunk.remaining_steps < 60
    assert chunk.rows[-1][:2] == pytest.approx(ON_THE_TABLE.bowl_m, abs=0.02)
    assert chunk.rows[-1][2] >= 0.16
    changes = np.flatnonzero(np.diff(chunk.gripper))
    assert len(changes) == 2  # It closes once and opens once.


def test_progress_counts_down() -> None:
    remaining = [plan(ON_THE_TABLE).remaining_steps]
    for cube_m, tool_m, opening in (
        ((0.45, 0.10, 0.02), (0.45, 0.10, 0.02), 0.476),
        ((0.45, 0.10, 0.14), (0.45, 0.10, 0.14), 0.476),
        ((0.50, -0.10, 0.026), (0.50, -0.10, 0.08), 1.0),
    ):
        state = dataclasses.replace(
            ON_THE_TABLE, cube_m=cube_m, tool_m=tool_m, opening=opening, yaw_rad=0.3
        )
        remaining.append(plan(state).remaining_steps)
    assert remaining == sorted(remaining, reverse=True)


def test_finished_task_is_done_and_the_arm_stays() -> None:
    state = dataclasses.replace(
        ON_THE_TABLE, cube_m=(0.50, -0.10, 0.026), tool_m=(0.50, -0.10, 0.18)
    )
    chunk = plan(state)
    assert chunk.done
    assert chunk.remaining_steps == 0
    assert all(row == pytest.approx((0.50, -0.10, 0.18, 0.0)) for row in chunk.rows)


def test_low_hand_beside_the_cube_rises_first() -> None:
    waypoint = decide(dataclasses.replace(ON_THE_TABLE, tool_m=(0.40, 0.0, 0.03)))
    assert waypoint.at_m[:2] == (0.40, 0.0)
    assert waypoint.at_m[2] > 0.09


def test_low_hand_with_a_wrong_yaw_rises_before_it_turns() -> None:
    state = dataclasses.replace(ON_THE_TABLE, tool_m=(0.45, 0.10, 0.03), yaw_rad=-0.2)
    waypoint = decide(state)
    assert waypoint.yaw_rad == -0.2
    assert waypoint.at_m[2] > 0.09


def test_hand_that_closed_on_nothing_opens_again() -> None:
    state = dataclasses.replace(ON_THE_TABLE, tool_m=(0.45, 0.10, 0.017), yaw_rad=0.3, opening=0.1)
    assert decide(state).gripper == 1.0


def test_dropped_cube_is_fetched_again() -> None:
    state = dataclasses.replace(
        ON_THE_TABLE, tool_m=(0.50, -0.05, 0.14), cube_m=(0.48, 0.0, 0.02), opening=0.0
    )
    assert decide(state).gripper == 1.0
    assert plan(state).remaining_steps < 60


@pytest.mark.parametrize("cube_yaw", np.linspace(-math.pi, math.pi, 33).tolist())
@pytest.mark.parametrize("tool_yaw", [-1.0, 0.0, 1.0])
def test_grasp_yaw_lies_along_a_face_and_within_reach(cube_yaw: float, tool_yaw: float) -> None:
    yaw = grasp_yaw(cube_yaw, tool_yaw)
    assert abs(yaw) <= 1.1
    assert math.remainder(yaw - cube_yaw, math.pi / 2) == pytest.approx(0.0, abs=1e-9)


def test_plan_is_a_pure_function() -> None:
    assert plan(ON_THE_TABLE) == plan(ON_THE_TABLE)
