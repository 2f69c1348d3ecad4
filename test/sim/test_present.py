# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A scene allows more than one task, and two instructions lead to two ends."""

from dataclasses import replace

import numpy as np
import pytest

from vla_ros.errors import SimulationError
from vla_ros.sim.expert import plan
from vla_ros.sim.language.grammar import Split
from vla_ros.sim.present import draw_other, draw_present, sample_swap
from vla_ros.sim.sample import Wishes, sample_task_scene, table_of
from vla_ros.sim.tasks import FAMILIES, check, parse_instruction

ONE_STEP = ("put", "stack", "push", "place", "lift")


def test_what_is_drawn_can_be_done_here() -> None:
    rng, families = np.random.default_rng(0), set()
    for seed in range(60):
        table = table_of(sample_task_scene(seed, Wishes()))
        task = draw_present(table, rng)
        families.add(task.family)
        assert not check(table, task).solved
        assert plan(table, task).remaining_steps < FAMILIES[task.family].longest_s * 10
    assert len(families) >= 7


def test_a_family_that_moves_all_of_a_kind_is_drawn_where_there_are_several(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clear, rng = FAMILIES["clear"], np.random.default_rng(0)
    gather = replace(clear, draw=lambda rng: replace(clear.draw(rng), family="gather"))
    monkeypatch.setitem(FAMILIES, "gather", gather)
    for seed in range(20):
        table = table_of(sample_task_scene(seed, Wishes(families=("clear",))))
        noun = draw_present(table, rng, ("gather",)).object
        assert noun is not None
        assert sum(noun.fits(item.kind, item.color) for item in table.items) > 1


def test_another_task_is_another() -> None:
    rng = np.random.default_rng(0)
    for seed in range(40):
        scene = sample_task_scene(seed, Wishes(families=ONE_STEP))
        assert draw_other(table_of(scene), scene.task, rng, ONE_STEP) != scene.task


def test_impossible_families_are_named() -> None:
    table = table_of(sample_task_scene(0, Wishes(families=("push",))))
    with pytest.raises(SimulationError, match="nothing of sort can be done in this scene"):
        draw_present(table, np.random.default_rng(0), ("sort",))


def test_a_swap_is_one_layout_with_two_ends() -> None:
    wishes = Wishes(families=("put", "stack", "push", "place"), split=Split.HELD_OUT)
    for seed in range(25):
        first, second = sample_swap(seed, wishes)
        assert table_of(first) == table_of(second)
        assert first.look == second.look
        assert first.instruction != second.instruction
        assert parse_instruction(second.instruction) == second.task
        ends = [plan(table_of(scene), scene.task, horizon=120).rows for scene in (first, second)]
        assert not np.allclose(ends[0], ends[1], atol=0.03)
    assert sample_swap(3, wishes) == sample_swap(3, wishes)
