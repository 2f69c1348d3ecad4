# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The expert solves scenes from any state, and what it says is smooth."""

import dataclasses
import math

import numpy as np
import pytest
from put_tasks import put_task
from tables import container, holding, item, moved, table

from vla_ros.sim.arm import tool_down_joints
from vla_ros.sim.expert import ExpertPlan, plan
from vla_ros.sim.sample import Wishes, sample_scene, sample_task_scene
from vla_ros.sim.table import Hand, Table
from vla_ros.sim.task import Task
from vla_ros.sim.tasks import FAMILIES, check
from vla_ros.sim.world import World

TICK_NS = 10_000_000
STEP_S = 0.1

TASK = put_task("red", "blue")
HOME = Hand(at_m=(0.40, 0.0, 0.22), yaw_rad=0.0, opening=1.0)
CUBE, BOWL = item("red cube", 0.45, 0.10, yaw_rad=0.3), container("blue bowl", 0.50, -0.10)
ON_THE_TABLE = table(CUBE, BOWL, hand=HOME)
IN_THE_BOWL = moved(CUBE, (0.50, -0.10, 0.026))


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
    for tick in range(round(FAMILIES[task.family].longest_s * 200)):
        if tick % 30 == 0:
            chunk = plan(world.table(), task)
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
    return check(world.table(), task).solved


def test_expert_solves_its_task_in_a_few_seconds(world: World) -> None:
    durations = []
    for seed in range(500, 520):
        world.reset(sample_scene(seed))
        task = world.scene.task
        durations.append(drive(world, task, kicks=None))
        assert durations[-1] is not None, f"seed {seed} never ends"
        assert solved_after_a_second(world, task), f"seed {seed}"
    assert 2.0 < np.mean(durations) < 6.0


@pytest.mark.parametrize("family", FAMILIES)
def test_expert_solves_every_family(world: World, family: str) -> None:
    solved = 0
    for seed in range(700, 706):
        world.reset(sample_task_scene(seed, Wishes(families=(family,))))
        task = world.scene.task
        ended = drive(world, task, kicks=None)
        solved += ended is not None and solved_after_a_second(world, task)
    assert solved >= 5


def test_expert_recovers_from_kicks(world: World) -> None:
    solved = 0
    for seed in range(600, 620):
        world.reset(sample_scene(seed))
        task = world.scene.task
        drive(world, task, kicks=np.random.default_rng(seed))
        solved += solved_after_a_second(world, task)
    assert solved >= 18


def test_rows_move_slower_than_the_tool_may() -> None:
    chunk = plan(ON_THE_TABLE, TASK, horizon=60)
    before = (*HOME.at_m, HOME.yaw_rad)
    for row in chunk.rows:
        assert math.dist(row[:3], before[:3]) / STEP_S <= 0.30
        assert abs(row[3] - before[3]) / STEP_S <= 2.01
        before = row


def test_roll_out_ends_with_the_cube_in_the_bowl() -> None:
    chunk = plan(ON_THE_TABLE, TASK, horizon=60)
    assert 20 < chunk.remaining_steps < 60
    assert chunk.rows[-1][:2] == pytest.approx(BOWL.at_m, abs=0.02)
    assert chunk.rows[-1][2] >= 0.16
    changes = np.flatnonzero(np.diff(chunk.gripper))
    assert len(changes) == 2  # It closes once and opens once.


@pytest.mark.parametrize("family", FAMILIES)
def test_roll_out_of_a_drawn_scene_ends(world: World, family: str) -> None:
    for seed in range(30):
        world.reset(sample_task_scene(seed, Wishes(families=(family,))))
        ended = plan(world.table(), world.scene.task).remaining_steps
        assert ended < FAMILIES[family].longest_s / STEP_S, world.scene.instruction


def test_progress_counts_down() -> None:
    grasped, low = holding(CUBE, (0.45, 0.10, 0.02))
    carried, high = holding(CUBE, (0.45, 0.10, 0.14))
    leaving = Hand(at_m=(0.50, -0.10, 0.08), yaw_rad=0.3, opening=1.0)
    remaining = [
        plan(state, TASK).remaining_steps
        for state in (
            ON_THE_TABLE,
            table(grasped, BOWL, hand=dataclasses.replace(low, yaw_rad=0.3)),
            table(carried, BOWL, hand=dataclasses.replace(high, yaw_rad=0.3)),
            table(IN_THE_BOWL, BOWL, hand=leaving),
        )
    ]
    assert remaining == sorted(remaining, reverse=True)


def test_finished_task_is_done_and_the_arm_stays() -> None:
    up = Hand(at_m=(0.50, -0.10, 0.18), yaw_rad=0.0, opening=1.0)
    chunk = plan(table(IN_THE_BOWL, BOWL, hand=up), TASK)
    assert chunk.done
    assert chunk.remaining_steps == 0
    assert all(row == pytest.approx((0.50, -0.10, 0.18, 0.0)) for row in chunk.rows)


def test_dropped_cube_is_fetched_again() -> None:
    empty = Hand(at_m=(0.50, -0.05, 0.14), yaw_rad=0.0, opening=0.0)
    chunk = plan(table(moved(CUBE, (0.48, 0.0, 0.02)), BOWL, hand=empty), TASK)
    assert chunk.gripper[0] == 1.0
    assert chunk.remaining_steps < 60


def test_two_instructions_in_one_scene_lead_to_two_places() -> None:
    both = table(CUBE, item("green cube", 0.40, -0.2), BOWL, container("green bowl", 0.35, 0.0))
    ends = [
        plan(both, put_task(*colors), horizon=60).rows[-1][:2]
        for colors in (("red", "blue"), ("green", "green"))
    ]
    assert ends[0] == pytest.approx((0.50, -0.10), abs=0.02)
    assert ends[1] == pytest.approx((0.35, 0.0), abs=0.02)


def test_plan_is_a_pure_function() -> None:
    before: Table = dataclasses.replace(ON_THE_TABLE)
    assert plan(ON_THE_TABLE, TASK) == plan(ON_THE_TABLE, TASK)
    assert before == ON_THE_TABLE
