# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A trajectory controller as in ros2_control: what it takes, and what it makes of it."""

import math
from typing import Any

import numpy as np
import pytest

from vla_ros.errors import SimulationError
from vla_ros.sim.trajectory import TrajectoryPoint
from vla_ros.sim.trajectory_controller import ControllerOptions, TrajectoryController

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


def test_the_command_is_for_the_next_update(controller: TrajectoryController) -> None:
    controller.take(NAMES, [point(0, (0.0, 0.0)), point(100, (1.0, -1.0))], 0)
    np.testing.assert_allclose(update(controller, 50).position_rad, [0.52, -0.52])


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
    controller = TrajectoryController(
        NAMES, ControllerOptions(interpolate_from_desired_state=True)
    )
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


def test_of_two_that_come_between_updates_the_newer_one_counts(
    controller: TrajectoryController,
) -> None:
    controller.take(NAMES, [rest(10, 0.1)], 0)
    controller.take(NAMES, [rest(10, 0.2)], 0)
    assert update(controller, 10).position_rad[0] == 0.2


def test_from_where_the_arm_is_measured_it_begins_at_the_measured_speed(
    controller: TrajectoryController,
) -> None:
    controller.take(NAMES, [rest(200, 1.0)], 0)
    began = update(controller, 0, velocity_rad_s=np.array([0.3, 0.0]))
    assert began.velocity_rad_s[0] == pytest.approx(0.3, abs=0.03)


def test_to_a_first_point_without_velocities_it_goes_in_a_straight_line(
    controller: TrajectoryController,
) -> None:
    controller.take(NAMES, [point(100, (1.0, 0.0))], 0)
    update(controller, 0, velocity_rad_s=np.array([0.3, 0.0]))
    np.testing.assert_allclose(update(controller, 48).velocity_rad_s, [10.0, 0.0])


def test_a_single_point_of_now_is_where_it_is_at_once(controller: TrajectoryController) -> None:
    controller.take(NAMES, [rest(0, 0.7)], 0)
    assert update(controller, 0).position_rad[0] == 0.7


def test_a_newer_trajectory_takes_the_place_of_the_whole_older_one(
    controller: TrajectoryController,
) -> None:
    controller.take(NAMES, [point(0, (0.0, 0.0)), point(100, (1.0, 0.0))], 0)
    update(controller, 50)
    controller.take(NAMES, [rest(300, 0.0)], 50 * MS)
    assert update(controller, 52, position=np.array([0.5, 0.0])).position_rad[0] < 0.5 + 1e-9
    assert 0.0 < update(controller, 290).position_rad[0] < update(controller, 200).position_rad[0]
    assert update(controller, 300).position_rad[0] == 0.0


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
        (
            NAMES,
            [TrajectoryPoint(time_ns=10 * MS, position_rad=ZERO, acceleration_rad_s2=ZERO)],
            "accelerations without velocities",
        ),
        (("a", "a"), [rest(10, 0.0)], "is for joints a, a; this arm has a, b"),
        ((), [rest(10, 0.0)], "is for joints none; this arm has a, b"),
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


def test_an_end_in_motion_is_taken_where_that_is_allowed_and_held_as_it_is() -> None:
    options = ControllerOptions(allow_nonzero_velocity_at_trajectory_end=True)
    controller = TrajectoryController(NAMES, options)
    controller.take(NAMES, [rest(0, 0.0), point(100, (0.1, 0.0), (2.0, 0.0))], 0)
    update(controller, 0)
    held = update(controller, 500)
    assert held.position_rad[0] == 0.1
    assert held.velocity_rad_s[0] == 2.0


def test_joints_that_are_left_out_stay_where_they_were_commanded() -> None:
    controller = TrajectoryController(NAMES, ControllerOptions(allow_partial_joints_goal=True))
    controller.take(NAMES, [rest(10, 0.1, 0.2)], 0)
    update(controller, 20)
    one = TrajectoryPoint(
        time_ns=100 * MS, position_rad=np.array([0.5]), velocity_rad_s=np.zeros(1)
    )
    controller.take(("a",), [one], 22 * MS)
    update(controller, 22, position=np.array([0.1, 0.19]))
    np.testing.assert_array_equal(update(controller, 200).position_rad, [0.5, 0.2])


def test_what_nobody_simulates_is_refused() -> None:
    with pytest.raises(ValueError, match="is not simulated"):
        ControllerOptions(allow_partial_joints_goal=True, allow_trajectory_replacement=True)


@pytest.fixture
def replacing() -> TrajectoryController:
    """Return one as Rolling has it, on its way from 0 to 1 rad within 100 ms."""
    controller = TrajectoryController(NAMES, ControllerOptions(allow_trajectory_replacement=True))
    controller.take(NAMES, [point(0, (0.0, 0.0)), point(100, (1.0, 0.0))], 0)
    for time_ms in range(0, 60, 2):
        update(controller, time_ms, position=np.array([time_ms * 0.01, 0.0]))
    return controller


def test_replacing_a_trajectory_that_has_begun_begins_now(replacing: TrajectoryController) -> None:
    """So an arm that is at 0.6 rad is sent back to 0.4 rad, 20 ms after it was due."""
    replacing.take(NAMES, [point(40, (0.4, 0.0)), point(140, (1.4, 0.0))], 60 * MS)
    here = np.array([0.6, 0.0])
    assert update(replacing, 60, position=here).position_rad[0] == pytest.approx(0.42)


def test_replacing_one_to_come_the_older_one_goes_on_until_then(
    replacing: TrajectoryController,
) -> None:
    replacing.take(NAMES, [rest(90, 0.9), rest(200, 0.9)], 60 * MS)
    went = [
        float(update(replacing, time_ms, position=np.array([0.6, 0.0])).position_rad[0])
        for time_ms in range(60, 92, 2)
    ]
    assert went == sorted(went)
    assert went[-1] == pytest.approx(0.9)
