# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The world behaves like an arm on a table."""

import dataclasses
import math

import numpy as np
import pytest

from vla_ros.errors import SimulationError
from vla_ros.sim.arm import tool_down_joints
from vla_ros.sim.sample import sample_scene
from vla_ros.sim.scene import Scene, StartPose
from vla_ros.sim.strangers import Form, Stranger
from vla_ros.sim.task import Noun
from vla_ros.sim.things import ITEMS, Kind
from vla_ros.sim.world import World

SECOND = 1_000_000_000


def scene_with_item_at_hand(yaw_rad: float, kind: Kind = Kind.CUBE) -> Scene:
    """Return a scene whose first item stands between the open fingers."""
    scene = sample_scene(3)
    first = scene.items[0]
    cube = dataclasses.replace(first, kind=kind, x_m=0.4, y_m=0.35, yaw_rad=yaw_rad)
    start = StartPose(position_m=(0.4, 0.35, 0.016), yaw_rad=yaw_rad)
    return dataclasses.replace(scene, items=(cube, *scene.items[1:]), start=start)


def test_arm_at_rest_stays_where_it_is(world: World) -> None:
    world.reset(sample_scene(1))
    before = world.joint_state().position_rad
    world.step(SECOND)
    np.testing.assert_allclose(world.joint_state().position_rad, before, atol=1e-6)


def test_servo_follows_within_a_tenth_of_a_second(world: World) -> None:
    world.reset(sample_scene(1))
    goal = world.joint_state().position_rad + 0.01
    world.command(goal)
    world.step(SECOND // 10)
    np.testing.assert_allclose(world.joint_state().position_rad, goal, atol=2e-3)


def test_gripper_closes_in_a_quarter_of_a_second(world: World) -> None:
    world.reset(sample_scene(1))
    world.command_gripper(0.0)
    world.step(SECOND // 10)
    assert 0.3 < world.joint_state().opening < 0.8
    world.step(SECOND // 5)
    assert world.joint_state().opening < 0.03


@pytest.mark.parametrize("kind", ITEMS)
@pytest.mark.parametrize("yaw_rad", [-0.7, 0.0, 0.4])
def test_closed_fingers_lift_an_item_and_open_ones_let_it_fall(
    world: World, yaw_rad: float, kind: Kind
) -> None:
    scene = scene_with_item_at_hand(yaw_rad, kind)
    world.reset(scene)
    start = world.joint_state().position_rad
    world.command(start, 0.0)
    world.step(SECOND // 2)
    assert world.joint_state().opening == pytest.approx(ITEMS[kind].grip_m / 0.084, abs=0.03)
    lifted = tool_down_joints((0.4, 0.35, 0.15), yaw_rad)
    for share in np.linspace(0.0, 1.0, 100):
        world.command(start + share * (lifted - start))
        world.step(SECOND // 100)
    world.step(SECOND)
    assert world.table().items[0].at_m[2] > 0.12
    world.command_gripper(1.0)
    world.step(SECOND)
    assert world.table().items[0].at_m[2] < 0.05


def test_same_commands_give_the_same_world() -> None:
    ends = []
    for _ in range(2):
        world = World()
        world.reset(scene_with_item_at_hand(0.2))
        world.command_gripper(0.0)
        world.step(SECOND // 2)
        ends.append(world.snapshot().positions)
    np.testing.assert_array_equal(ends[0], ends[1])


def test_time_does_not_go_back_on_a_reset(world: World) -> None:
    world.reset(sample_scene(1))
    world.step(SECOND)
    before = world.time_ns
    world.reset(sample_scene(2))
    assert world.time_ns == before


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_target_that_is_not_finite_is_refused(world: World, bad: float) -> None:
    with pytest.raises(ValueError, match="6 finite numbers"):
        world.command(np.array([0, 0, bad, 0, 0, 0]))
    with pytest.raises(ValueError, match="not finite"):
        world.command_gripper(bad)


def test_step_that_is_no_multiple_of_the_physics_step_is_refused(world: World) -> None:
    with pytest.raises(ValueError, match="not a multiple of 2000000 ns"):
        world.step(3_000_000)


def test_world_without_a_scene_says_so() -> None:
    with pytest.raises(SimulationError, match=r"call World.reset\(scene\) first"):
        World().snapshot()


def test_absent_color_is_named_with_the_present_ones(world: World) -> None:
    scene = sample_scene(1)
    world.reset(scene)
    absent = ({"red", "green", "blue", "yellow"} - {c.color for c in scene.items}).pop()
    with pytest.raises(SimulationError, match=f"there is no {absent} cube in this scene; it has"):
        world.table().item(Noun(color=absent, kind=Kind.CUBE))


@pytest.mark.parametrize("yaw_rad", [-1.4, -0.3, 0.0, 0.7, 1.5])
def test_turn_of_a_bar_is_told_within_half_a_turn(world: World, yaw_rad: float) -> None:
    world.reset(scene_with_item_at_hand(yaw_rad, Kind.BAR))
    assert world.table().items[0].yaw_rad == pytest.approx(yaw_rad, abs=1e-3)


def test_cylinder_that_fell_over_is_told(world: World) -> None:
    scene = scene_with_item_at_hand(0.0, Kind.CYLINDER)
    start = StartPose(position_m=(0.4, 0.24, 0.05), gripper=0.0)
    world.reset(dataclasses.replace(scene, start=start))
    assert world.table().items[0].up_axis == 2
    begin = world.joint_state().position_rad
    goal = tool_down_joints((0.4, 0.40, 0.05), 0.0)
    for share in (*np.linspace(0.0, 1.0, 50), *np.linspace(1.0, 0.0, 50)):
        world.command(begin + share * (goal - begin))
        world.step(SECOND // 100)
    world.step(SECOND)
    fallen = world.table().items[0]
    assert fallen.up_axis != 2
    assert fallen.shape.half_m == (0.03, 0.018, 0.018)
    assert fallen.at_m[2] == pytest.approx(0.018, abs=0.002)
    assert abs(fallen.yaw_rad) == pytest.approx(np.pi / 2, abs=0.5)
    assert fallen.speed_m_s < 0.01


def test_scenes_of_other_things_follow_each_other(world: World) -> None:
    basic = sample_scene(1)
    many = dataclasses.replace(basic, items=(*basic.items, *basic.items), containers=())
    for scene in (many, basic, many):
        world.reset(scene)
        world.step(SECOND // 100)
        assert len(world.table().items) == len(scene.items)
        assert len(world.table().containers) == len(scene.containers)


def test_what_no_sentence_names_rests_where_it_is_laid_and_is_no_item(world: World) -> None:
    basic = sample_scene(1)
    strangers = tuple(
        Stranger(form=form, color="brown", x_m=0.15, y_m=0.3 + 0.08 * k, yaw_rad=0.5)
        for k, form in enumerate(Form)
    )
    world.reset(dataclasses.replace(basic, strangers=strangers))
    before = world.snapshot().positions[-7 * len(strangers) :]
    world.step(SECOND)
    after = world.snapshot().positions[-7 * len(strangers) :]
    np.testing.assert_allclose(after, before, atol=1e-3)
    assert len(world.table().items) == len(basic.items)


def test_friction_of_a_scene_is_that_of_its_things(world: World) -> None:
    """A cube on the table slides farther when friction is low."""
    ways = []
    for friction in (0.3, 1.0):
        scene = scene_with_item_at_hand(0.0)
        look = dataclasses.replace(scene.look, friction=friction)
        start = StartPose(position_m=(0.4, 0.24, 0.016), gripper=0.0)
        world.reset(dataclasses.replace(scene, look=look, start=start))
        begin = world.joint_state().position_rad
        goal = tool_down_joints((0.4, 0.33, 0.016), 0.0)
        for share in np.linspace(0.0, 1.0, 15):
            world.command(begin + share * (goal - begin))
            world.step(SECOND // 100)
        world.step(SECOND)
        ways.append(world.table().items[0].at_m[1])
    assert ways[0] > ways[1] + 0.003


def test_start_out_of_reach_is_refused(world: World) -> None:
    far = dataclasses.replace(sample_scene(1), start=StartPose(position_m=(2.0, 0.0, 0.2)))
    with pytest.raises(SimulationError, match="out of reach"):
        world.reset(far)


def test_point_behind_the_camera_has_no_pixel(world: World) -> None:
    world.reset(sample_scene(1))
    assert world.pixel("front", (2.0, 0.0, 1.0)) is None
    assert world.pixel("front", (math.nan, 0.0, 1.0)) is None
