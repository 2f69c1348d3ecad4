# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""An item in the right container, let go and at rest, is solved; anything short of it is not."""

import dataclasses

import pytest
from put_tasks import put_task
from tables import AWAY, container, holding, item, moved, noun, table

from vla_ros.errors import SimulationError
from vla_ros.sim.sample import sample_scene
from vla_ros.sim.scene import Scene, StartPose
from vla_ros.sim.tasks import Noun, Task, check, stages
from vla_ros.sim.things import COLORS, Kind
from vla_ros.sim.world import World

RED_IN_BLUE = put_task("red", "blue")
SECOND = 1_000_000_000
CUBE = item("red cube", 0.45, 0.10)
BOWL = container("blue bowl", 0.50, -0.10)
TRAY = container("white tray", 0.40, -0.15)


def solved(*things: object, **more: object) -> bool:
    return check(table(*things, **more), RED_IN_BLUE).solved  # type: ignore[arg-type]


def test_cube_in_the_bowl_is_solved() -> None:
    found = check(table(moved(CUBE, (0.51, -0.10, 0.026)), BOWL, TRAY), RED_IN_BLUE)
    assert found.solved
    assert found.message == "solved: put red cube blue bowl"


@pytest.mark.parametrize(
    "at_m",
    [
        (0.45, 0.10, 0.02),  # where it was
        (0.50, -0.045, 0.02),  # beside the bowl
        (0.50, -0.10, 0.12),  # held above it
        (0.50, -0.045, 0.06),  # on the rim
        (0.40, -0.15, 0.024),  # in the other container
    ],
)
def test_cube_elsewhere_is_not_solved(at_m: tuple[float, float, float]) -> None:
    found = check(table(moved(CUBE, at_m), BOWL, TRAY), RED_IN_BLUE)
    assert not found.solved
    assert "the red cube is not in the blue bowl" in found.message


def test_wrong_color_in_the_bowl_is_not_solved() -> None:
    assert not solved(CUBE, item("green cube", 0.50, -0.10, 0.026), BOWL)


def test_wrong_kind_in_the_bowl_is_not_solved() -> None:
    assert not solved(CUBE, item("red bar", 0.50, -0.10, 0.026), BOWL)


def test_cube_that_still_moves_is_not_solved() -> None:
    rolling = moved(CUBE, (0.50, -0.10, 0.026))
    assert not solved(dataclasses.replace(rolling, speed_m_s=0.2), BOWL)
    assert not solved(dataclasses.replace(rolling, speed_m_s=float("nan")), BOWL)


def test_cube_in_the_hand_inside_the_bowl_is_not_solved() -> None:
    held, hand = holding(CUBE, (0.50, -0.10, 0.03))
    assert "the hand has not let go" in check(table(held, BOWL, hand=hand), RED_IN_BLUE).message


@pytest.mark.parametrize("aside_m", [0.0, 0.054, -0.054])
@pytest.mark.parametrize("kind", ["cube", "cylinder", "bar"])
def test_every_item_can_lie_in_a_tray(kind: str, aside_m: float) -> None:
    task = Task(family="put", object=noun(f"red {kind}"), target=noun("white tray"))
    thing = item(f"red {kind}", 0.40 + aside_m, -0.15)
    assert check(table(thing, BOWL, TRAY), task).solved
    assert not check(table(moved(thing, (0.48, -0.15)), BOWL, TRAY), task).solved


def test_stages_are_reached_one_after_the_other() -> None:
    reached = []
    for at_m in ((0.45, 0.10, 0.02), (0.45, 0.10, 0.09), (0.50, -0.10, 0.10)):
        held, hand = holding(CUBE, at_m)
        now = stages(table(held, BOWL, hand=hand), RED_IN_BLUE)
        reached.append(sum(stage.reached for stage in now))
    now = stages(table(moved(CUBE, (0.50, -0.10, 0.026)), BOWL, hand=AWAY), RED_IN_BLUE)
    assert [*reached, sum(stage.reached for stage in now)] == [1, 2, 3, 5]
    assert now[-1].name == "solved"


def test_two_that_may_be_meant_cannot_be_judged() -> None:
    task = Task(family="put", object=Noun(kind=Kind.CUBE), target=noun("blue bowl"))
    with pytest.raises(SimulationError, match="there are 2 of 'cube' in this scene"):
        check(table(CUBE, item("green cube", 0.4, 0.0), BOWL), task)


def _cube_in_bowl(height_m: float = 0.2, gripper: float = 1.0) -> Scene:
    """Return a scene whose red cube falls into the blue bowl, the hand at a height over it."""
    scene = sample_scene(0, RED_IN_BLUE)
    cube = next(c for c in scene.items if c.color == "red")
    containers = tuple(
        dataclasses.replace(b, x_m=cube.x_m, y_m=cube.y_m) if b.color == "blue" else b
        for b in scene.containers
    )
    start = StartPose(position_m=(cube.x_m, cube.y_m, height_m), gripper=gripper)
    return dataclasses.replace(scene, containers=containers, start=start)


def test_physics_lets_a_cube_rest_in_the_bowl(world: World) -> None:
    world.reset(_cube_in_bowl())
    world.step(SECOND)
    assert check(world.table(), RED_IN_BLUE).solved


def test_cube_on_the_table_is_not_solved(world: World) -> None:
    world.reset(sample_scene(0, RED_IN_BLUE))
    found = check(world.table(), RED_IN_BLUE)
    assert not found.solved
    assert "the red cube is not in the blue bowl" in found.message


@pytest.mark.parametrize(("height_m", "gripper"), [(0.07, 1.0), (0.2, 0.0)])
def test_cube_is_not_solved_before_the_hand_has_let_go_and_left(
    world: World, height_m: float, gripper: float
) -> None:
    world.reset(_cube_in_bowl(height_m=height_m, gripper=gripper))
    world.step(SECOND)
    found = check(world.table(), RED_IN_BLUE)
    assert not found.solved
    assert "the hand has not let go and left" in found.message


def test_task_with_an_absent_object_cannot_be_checked(world: World) -> None:
    scene = sample_scene(0, RED_IN_BLUE)
    world.reset(scene)
    absent = (set(COLORS) - {c.color for c in scene.items}).pop()
    with pytest.raises(SimulationError, match=f"there is no {absent} cube"):
        check(world.table(), put_task(absent, "blue"))
