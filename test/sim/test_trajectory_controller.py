# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A trajectory controller as in ros2_control: what it takes, and what it makes of it."""

import math
from typing import Any

import numpy as np
import pytest

from vla_ros.errors import SimulationError
from vla_ros.sim.trajectory_controller import TrajectoryController, TrajectoryPoint

MS = 1_000_000
NAMES = ("a", "b")
ZERO = np.zeros(2)


def point(time_ms: float, *rows: tuple[float, float]) -> TrajectoryPoint:
    position, velocity, acceleration = (*map(np.array, rows), None, None)[:3]
    return TrajectoryPoint(
        time_ns=round(time_ms * MS),
        position_rad=position,
        velocity_rad_s=velocity,
        acceleration_rad_s2=acceleration,
    )


def rest(time_ms: float, a: float, b: float = 0.0) -> TrajectoryPoint:
    return point(time_ms, (a, b), (0.0, 0.0), (0.0, 0.0))


@pytest.fixture
def controller() -> TrajectoryController:
    return TrajectoryController(NAMES)


def update(controller: TrajectoryController, time_ms: float, **measured: Any) -> Any:
    """Return what is commanded for 2 ms later."""
    position = measured.pop("position", ZERO)
    return controller.update(round(time_ms * MS), 2 * MS, position, **measured)


def test_before_the_first_trajectory_nothing_is_commanded(
    controller: TrajectoryController,
) -> None:
    assert update(controller, 0) is None
    assert controller.end_ns is None


def test_the_command_is_for_the_next_update(controller: TrajectoryController) -> None:
    controller.take(NAMES, [point(0, (0.0, 0.0)), point(100, (1.0, -1.0))], 0)
    np.testing.assert_allclose(update(controller, 50).position_rad, [0.52, -0.52])


@pytest.mark.parametrize("degree", [1, 3, 5])
def test_between_two_points_it_follows_the_polynomial_that_both_of_them_fix(
    controller: TrajectoryController, degree: int
) -> None:
    way = np.polynomial.Polynomial([0.1, -0.4, 3.0, 20.0, -90.0, 700.0][: degree + 1])
    speed, bend = way.deriv(1), way.deriv(2)

    def on_way(time_ms: float) -> TrajectoryPoint:
        rows = [(f(time_ms * 1e-3), 0.0) for f in (way, speed, bend)]
        return point(time_ms, *rows[: (degree + 1) // 2])

    controller.take(NAMES, [on_way(10), on_way(110), rest(400, 0.0)], 0)
    update(controller, 10)
    got = update(controller, 68)
    assert got.position_rad[0] == pytest.approx(way(0.07))
    assert got.velocity_rad_s[0] == pytest.approx(speed(0.07))
    assert got.acceleration_rad_s2[0] == pytest.approx(bend(0.07))


def test_the_last_point_holds(controller: TrajectoryController) -> None:
    controller.take(NAMES, [point(0, (0.0, 0.0), (0.0, 0.0)), rest(10, 0.1)], 0)
    for time_ms in (8, 10, 1000):
        np.testing.assert_array_equal(update(controller, time_ms).position_rad, [0.1, 0.0])


def test_a_first_point_in_the_future_is_reached_from_where_the_arm_is_measured(
    controller: TrajectoryController,
) -> None:
    controller.take(NAMES, [rest(200, 1.0)], 0)
    update(controller, 0)
    assert update(controller, 100).position_rad[0] > 0.3
    controller.take(NAMES, [rest(200, 1.0)], 102 * MS)
    jumped = update(controller, 102, position=np.array([0.1, 0.0]))
    assert jumped.position_rad[0] == pytest.approx(0.1, abs=0.01)


def test_or_if_so_configured_from_its_last_command() -> None:
    controller = TrajectoryController(NAMES, from_last_command=True)
    controller.take(NAMES, [rest(200, 1.0)], 0)
    update(controller, 0)
    last = update(controller, 100)
    controller.take(NAMES, [rest(200, 1.0)], 102 * MS)
    on = update(controller, 102, position=np.array([0.1, 0.0]))
    assert on.position_rad[0] == pytest.approx(last.position_rad[0], abs=0.05)
    assert on.position_rad[0] > last.position_rad[0]


def test_a_trajectory_that_has_begun_is_joined_where_it_is_now(
    controller: TrajectoryController,
) -> None:
    controller.take(NAMES, [point(0, (0.0, 0.0)), point(100, (1.0, 0.0))], 60 * MS)
    far = update(controller, 60, position=np.array([-5.0, 0.0]))
    assert far.position_rad[0] == pytest.approx(0.62)


def test_a_newer_trajectory_takes_the_place_of_the_whole_older_one(
    controller: TrajectoryController,
) -> None:
    controller.take(NAMES, [point(0, (0.0, 0.0)), point(100, (1.0, 0.0))], 0)
    update(controller, 50)
    controller.take(NAMES, [rest(300, 0.0)], 50 * MS)
    assert update(controller, 52, position=np.array([0.5, 0.0])).position_rad[0] < 0.5 + 1e-9
    assert controller.end_ns == 300 * MS


def test_columns_are_put_in_order(controller: TrajectoryController) -> None:
    controller.take(("b", "a"), [rest(10, 0.1, 0.2)], 0)
    np.testing.assert_array_equal(update(controller, 20).position_rad, [0.2, 0.1])


@pytest.mark.parametrize(
    ("names", "points", "message"),
    [
        (("a",), [rest(10, 0.0)], "is for joints a; this arm has a, b"),
        (("a", "b", "c"), [rest(10, 0.0)], "is for joints a, b, c; this arm has a, b"),
        (NAMES, [], "has no points"),
        (NAMES, [rest(10, 0.0), rest(10, 0.0)], "times do not increase"),
        (NAMES, [rest(-20, 0.0), rest(-1, 0.0)], r"ends in the past, 1\.0 ms ago"),
        (NAMES, [point(10, (0.0, 0.0), (0.0, 1e-3))], r"ends in motion: b at 0\.001 rad/s"),
        (NAMES, [point(10, (0.0, 0.0), (0.0, math.nan))], "velocities of b is not finite"),
        (NAMES, [point(10, (0.0, math.inf))], "positions of b is not finite"),
        (
            NAMES,
            [point(10, (0.0, 0.0), (0.0, 0.0), (math.nan, 0.0))],
            "accelerations of a is not finite",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_and_the_older_one_goes_on(
    controller: TrajectoryController,
    names: tuple[str, ...],
    points: list[TrajectoryPoint],
    message: str,
) -> None:
    controller.take(NAMES, [rest(100, 0.3)], 0)
    with pytest.raises(SimulationError, match=message):
        controller.take(names, points, 0)
    np.testing.assert_array_equal(update(controller, 200).position_rad, [0.3, 0.0])


def test_after_a_new_beginning_nothing_is_commanded(controller: TrajectoryController) -> None:
    controller.take(NAMES, [rest(100, 0.3)], 0)
    controller.clear()
    assert update(controller, 10) is None
