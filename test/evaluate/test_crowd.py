# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from vla_ros.errors import SimulationError
from vla_ros.evaluate.crowd import crowded, with_strangers
from vla_ros.sim.sample import Wishes, sample_task_scene, table_of
from vla_ros.sim.scene import Scene
from vla_ros.sim.strangers import SHADES, Form
from vla_ros.sim.tasks import FAMILIES, check, known_words
from vla_ros.sim.things import COLORS


@pytest.mark.parametrize("family", FAMILIES)
def test_more_things_change_nothing_about_the_task(family: str) -> None:
    for seed in range(5):
        scene = sample_task_scene(seed, Wishes(families=(family,)))
        more = crowded(scene, 2)
        assert more.items[: len(scene.items)] == scene.items
        assert len(more.items) == len(scene.items) + 2
        before, after = (check(table_of(s), s.task).message for s in (scene, more))
        assert before == after


def test_things_do_not_lie_in_each_other() -> None:
    more = crowded(sample_task_scene(3, Wishes(families=("put",))), 3)
    points = [(p.x_m, p.y_m) for p in more.items]
    apart = [
        (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 for i, a in enumerate(points) for b in points[:i]
    ]
    assert min(apart) > 0.03**2


@pytest.mark.parametrize(("add", "what"), [(crowded, "more"), (with_strangers, "new")])
def test_a_full_table_is_named(add: Callable[[Scene, int], Scene], what: str) -> None:
    with pytest.raises(SimulationError, match=rf"scene 3 has no room for \d+ {what} things"):
        add(sample_task_scene(3, Wishes(families=("put",))), 60)


@pytest.mark.parametrize("family", FAMILIES)
def test_strangers_leave_the_scene_and_the_task_as_they_are(family: str) -> None:
    for seed in range(5):
        scene = sample_task_scene(seed, Wishes(families=(family,)))
        more = with_strangers(scene, 2)
        assert replace(more, strangers=()) == scene
        assert more == with_strangers(scene, 2)
        assert len(more.strangers) == 2
        assert table_of(more).items == table_of(scene).items
        for stranger in more.strangers:
            at = np.array((stranger.x_m, stranger.y_m))
            others = (*more.items, *more.containers, *more.strangers)
            gaps = [
                np.hypot(*(at - (p.x_m, p.y_m))) - stranger.reach_m
                for p in others
                if p is not stranger
            ]
            assert min(gaps) > 0.014


def test_a_stranger_does_not_lie_where_something_is_to_go() -> None:
    for seed in range(30):
        scene = sample_task_scene(seed, Wishes(families=("place",)))
        _, goal = FAMILIES["place"].focus(table_of(scene), scene.task)
        for stranger in with_strangers(scene, 2).strangers:
            assert np.hypot(stranger.x_m - goal[0], stranger.y_m - goal[1]) > 0.03


def test_no_sentence_names_a_stranger_or_its_colour() -> None:
    assert not known_words() & {*SHADES, *(form.value for form in Form)}
    assert not set(SHADES) & set(COLORS)
