# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import pytest

from vla_ros.errors import SimulationError
from vla_ros.evaluate.crowd import crowded
from vla_ros.sim.sample import Wishes, sample_task_scene, table_of
from vla_ros.sim.tasks import FAMILIES, check


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


def test_a_full_table_is_named() -> None:
    with pytest.raises(SimulationError, match=r"scene 3 has no room for \d+ more things"):
        crowded(sample_task_scene(3, Wishes(families=("put",))), 60)
