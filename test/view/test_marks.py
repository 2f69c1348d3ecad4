# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest

from vla_ros.gate.pairs import Gap, Nearness
from vla_ros.gate.state import Obstacle
from vla_ros.gate.vocabulary import Verdict
from vla_ros.robot.parts import BoxProfile, KeepOutProfile
from vla_ros.robot.profile import load_robot_profile
from vla_ros.view.marks import (
    VERDICT_COLORS,
    Form,
    mark_gaps,
    mark_obstacles,
    mark_plan,
    mark_status,
    mark_surroundings,
)

ROBOT = load_robot_profile("sim_arm")
COLOR = (0.1, 0.2, 0.3, 1.0)


def test_the_workspace_is_its_twelve_edges() -> None:
    workspace = mark_surroundings(ROBOT)[0]
    points = np.array(workspace.points).reshape(12, 2, 3)
    assert points.min(axis=(0, 1)).tolist() == list(ROBOT.workspace.lower_m)
    assert points.max(axis=(0, 1)).tolist() == list(ROBOT.workspace.upper_m)
    assert (np.count_nonzero(points[:, 0] != points[:, 1], axis=1) == 1).all()


def test_keep_out_and_scene_boxes_are_where_the_profile_says() -> None:
    box = KeepOutProfile(name="press", lower_m=(0.0, 0.1, 0.2), upper_m=(0.2, 0.4, 0.6))
    marks = mark_surroundings(ROBOT.model_copy(update={"keep_out": (box,)}))
    by_group = {mark.group: mark for mark in marks}
    assert by_group["keep_out"].position == pytest.approx((0.1, 0.25, 0.4))
    assert by_group["keep_out"].size == pytest.approx((0.2, 0.3, 0.4))
    assert by_group["scene"].position[2] < 0.0  # The table.
    assert all(mark.stays for mark in marks)


def test_a_robot_without_a_collision_model_has_no_scene() -> None:
    marks = mark_surroundings(ROBOT.model_copy(update={"collision": "none"}))
    assert {mark.group for mark in marks} == {"workspace"}


def test_an_obstacle_is_a_box_with_its_pose() -> None:
    crate = Obstacle(
        name="crate", size=(0.1, 0.2, 0.3), position=(0.5, 0.0, 0.1), rotation=(0.0, 0.0, 1.0, 0.0)
    )
    (mark,) = mark_obstacles([crate])
    assert (mark.form, mark.size, mark.position) == (Form.BOX, crate.size, crate.position)
    assert mark.rotation == crate.rotation
    assert not mark.stays


@pytest.mark.parametrize("points", [(), ((0.0, 0.0, 0.0),)])
def test_less_than_two_points_are_no_plan(points: tuple[tuple[float, float, float], ...]) -> None:
    assert mark_plan(points, COLOR) == ()


def test_a_plan_is_a_way_in_the_colour_of_the_verdict() -> None:
    points = ((0.0, 0.0, 0.0), (0.1, 0.0, 0.0), (0.2, 0.0, 0.0))
    strip, dots = mark_plan(points, COLOR)
    assert (strip.form, dots.form) == (Form.STRIP, Form.DOTS)
    assert strip.points == dots.points == points
    assert strip.color == dots.color == COLOR
    assert strip.number != dots.number


def test_every_verdict_has_a_colour() -> None:
    assert set(VERDICT_COLORS) == set(Verdict)


@pytest.mark.parametrize(
    ("distance_m", "green"), [(0.02, 0.1), (0.01, 0.1), (0.03, 0.45), (0.04, 0.8)]
)
def test_a_gap_is_red_at_its_margin_and_yellow_where_it_slows_the_arm(
    distance_m: float, green: float
) -> None:
    near = Nearness("hand", "crate", distance_m, 0.02)
    (mark,) = mark_gaps([Gap(near, 0.04, ((0.0, 0.0, 0.0), (0.0, 0.0, distance_m)))])
    assert mark.points == ((0.0, 0.0, 0.0), (0.0, 0.0, distance_m))
    assert mark.color[1] == pytest.approx(green)


def test_the_gate_speaks_above_the_workspace() -> None:
    box = BoxProfile(lower_m=(0.0, -1.0, 0.0), upper_m=(1.0, 1.0, 0.5))
    mark = mark_status(
        ["RUN PASS", "all is well"], COLOR, ROBOT.model_copy(update={"workspace": box})
    )
    assert mark.text == "RUN PASS\nall is well"
    assert mark.position[:2] == (0.5, 0.0)
    assert mark.position[2] > 0.5
