# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The driver takes what a controller takes, refuses what it refuses, and holds."""

import math

import numpy as np
import pytest

from vla_ros.errors import SimulationError
from vla_ros.sim.driver import Driver
from vla_ros.sim.trajectory import TrajectoryPoint

MS = 1_000_000
NAMES = ("a", "b")


@pytest.fixture
def driver() -> Driver:
    """Return a two-joint driver at zero: 2 rad/s, 100 ms watchdog, 42 mm finger."""
    driver = Driver(NAMES, np.array([2.0, 2.0]), 0.1, lambda position: position / 0.042)
    driver.place(np.zeros(2), 1.0)
    return driver


def run(driver: Driver, start_ms: int, end_ms: int) -> np.ndarray:
    """Advance in steps of 2 ms; return the last target."""
    target = np.zeros(0)
    for now in range(start_ms, end_ms + 1, 2):
        target = driver.advance(now * MS, 0.002)
    return target


def point(time_ms: int, *position: float, velocity: tuple[float, ...] | None = None):
    return TrajectoryPoint(
        time_ns=time_ms * MS,
        position_rad=np.array(position),
        velocity_rad_s=None if velocity is None else np.array(velocity),
    )


def test_without_a_command_it_holds_its_place(driver: Driver) -> None:
    driver.place(np.array([0.3, -0.3]), 1.0)
    np.testing.assert_array_equal(run(driver, 0, 500), [0.3, -0.3])


def test_position_command_is_reached_no_faster_than_the_hardware(driver: Driver) -> None:
    driver.command_positions([0.1, 0.01], 0)
    np.testing.assert_allclose(driver.advance(0, 0.002), [0.004, 0.004])
    np.testing.assert_allclose(run(driver, 2, 60), [0.1, 0.01])


def test_target_holds_when_commands_stop(driver: Driver) -> None:
    driver.command_positions([0.01, 0.0], 0)
    assert driver.is_driven(99 * MS)
    assert not driver.is_driven(100 * MS)
    np.testing.assert_allclose(run(driver, 0, 5000), [0.01, 0.0])


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_number_that_is_not_finite_is_refused_and_changes_nothing(
    driver: Driver, bad: float
) -> None:
    with pytest.raises(SimulationError, match="positions of b is not finite"):
        driver.command_positions([0.1, bad], 0)
    with pytest.raises(SimulationError, match="positions of b is not finite"):
        driver.command_trajectory(NAMES, [point(10, 0.0, bad)], 0)
    with pytest.raises(SimulationError, match="velocities of a is not finite"):
        driver.command_trajectory(NAMES, [point(10, 0.0, 0.0, velocity=(bad, 0.0))], 0)
    with pytest.raises(SimulationError, match="not one finite number"):
        driver.command_gripper([bad])
    assert not driver.is_driven(0)
    assert driver.opening == 1.0
    np.testing.assert_array_equal(run(driver, 0, 100), [0.0, 0.0])


@pytest.mark.parametrize("values", [[], [0.1], [0.1, 0.2, 0.3]])
def test_wrong_number_of_positions_is_refused(driver: Driver, values: list[float]) -> None:
    with pytest.raises(SimulationError, match=f"has {len(values)} positions, wanted 2: a, b"):
        driver.command_positions(values, 0)


@pytest.mark.parametrize("values", [[], [0.01, 0.01]])
def test_wrong_number_of_gripper_values_is_refused(driver: Driver, values: list[float]) -> None:
    with pytest.raises(SimulationError, match="not one finite number"):
        driver.command_gripper(values)


@pytest.mark.parametrize(("finger_m", "opening"), [(0.021, 0.5), (0.1, 1.0), (-0.1, 0.0)])
def test_gripper_command_becomes_an_opening(
    driver: Driver, finger_m: float, opening: float
) -> None:
    driver.command_gripper([finger_m])
    assert driver.opening == pytest.approx(opening)


def test_trajectory_is_interpolated_from_where_the_arm_is(driver: Driver) -> None:
    driver.command_trajectory(NAMES, [point(100, 0.1, 0.0), point(200, 0.1, -0.1)], 0)
    np.testing.assert_allclose(run(driver, 0, 50), [0.05, 0.0], atol=0.005)
    np.testing.assert_allclose(run(driver, 52, 150), [0.1, -0.05], atol=0.005)
    np.testing.assert_allclose(run(driver, 152, 1000), [0.1, -0.1])


def test_trajectory_with_velocities_has_no_corner(driver: Driver) -> None:
    points = [
        point(100, 0.05, 0.0, velocity=(1.0, 0.0)),
        point(200, 0.1, 0.0, velocity=(0.0, 0.0)),
    ]
    driver.command_trajectory(NAMES, points, 0)
    path = [driver.advance(now * MS, 0.002)[0] for now in range(0, 201, 2)]
    speed = np.diff(path) / 0.002
    assert np.abs(np.diff(speed)).max() < 0.1
    assert path[-1] == pytest.approx(0.1, abs=1e-3)


def test_trajectory_columns_are_put_in_order(driver: Driver) -> None:
    driver.command_trajectory(("b", "a"), [point(100, 0.1, -0.1)], 0)
    np.testing.assert_allclose(run(driver, 0, 300), [-0.1, 0.1])


def test_running_trajectory_counts_as_driven_to_its_end(driver: Driver) -> None:
    driver.command_trajectory(NAMES, [point(400, 0.1, 0.0)], 0)
    assert driver.is_driven(399 * MS)
    assert not driver.is_driven(400 * MS)


def test_newer_trajectory_replaces_the_older(driver: Driver) -> None:
    driver.command_trajectory(NAMES, [point(400, 0.2, 0.0)], 0)
    run(driver, 0, 100)
    driver.command_trajectory(NAMES, [point(200, 0.05, 0.0)], 100 * MS)
    np.testing.assert_allclose(run(driver, 102, 1000), [0.05, 0.0])


def test_trajectory_that_is_over_is_refused_and_the_older_goes_on(driver: Driver) -> None:
    driver.command_trajectory(NAMES, [point(600, 0.05, 0.0)], 0)
    run(driver, 0, 500)
    with pytest.raises(SimulationError, match=r"ends in the past, 480\.0 ms ago"):
        driver.command_trajectory(NAMES, [point(10, 0.5, 0.0), point(20, 0.2, 0.0)], 500 * MS)
    np.testing.assert_allclose(run(driver, 502, 1000), [0.05, 0.0])


@pytest.mark.parametrize(
    ("names", "points", "message"),
    [
        (("a", "c"), [point(10, 0.0, 0.0)], "is for joints a, c; this arm has a, b"),
        ((), [point(10, 0.0, 0.0)], "is for joints none"),
        (NAMES, [], "has no points"),
        (NAMES, [point(10, 0.0, 0.0), point(10, 0.0, 0.0)], "times do not increase"),
        (NAMES, [point(10, 0.0)], "has 1 positions, wanted 2"),
    ],
)
def test_trajectory_that_makes_no_sense_is_refused(
    driver: Driver, names: tuple[str, ...], points: list[TrajectoryPoint], message: str
) -> None:
    with pytest.raises(SimulationError, match=message):
        driver.command_trajectory(names, points, 0)


def test_velocities_go_on_until_the_watchdog_bites(driver: Driver) -> None:
    driver.command_velocities([0.5, -9.0], 0)
    np.testing.assert_allclose(driver.advance(0, 0.002), [0.001, -0.004])
    np.testing.assert_allclose(run(driver, 2, 98), [0.05, -0.2])
    assert not driver.is_driven(100 * MS)
    np.testing.assert_allclose(run(driver, 100, 500), [0.05, -0.2])


def test_a_command_of_another_kind_takes_the_place_of_velocities(driver: Driver) -> None:
    driver.command_velocities([0.5, 0.5], 0)
    run(driver, 0, 48)
    driver.command_positions([0.0, 0.0], 50 * MS)
    np.testing.assert_allclose(run(driver, 50, 150), [0.0, 0.0])
    driver.command_velocities([0.5, 0.5], 150 * MS)
    np.testing.assert_allclose(run(driver, 150, 198), [0.025, 0.025])


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_velocity_that_is_not_finite_is_refused(driver: Driver, bad: float) -> None:
    with pytest.raises(SimulationError, match="commanded velocities of b is not finite"):
        driver.command_velocities([0.1, bad], 0)
    with pytest.raises(SimulationError, match="command has 1 velocities, wanted 2: a, b"):
        driver.command_velocities([0.1], 0)
    np.testing.assert_array_equal(run(driver, 0, 50), [0.0, 0.0])
