# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The path through timed points."""

import numpy as np
import pytest

from vla_ros.sim.trajectory import TrajectoryPoint, sample

MS = 1_000_000


@pytest.mark.parametrize("degree", [1, 3, 5])
def test_between_two_points_it_is_the_polynomial_that_both_of_them_fix(degree: int) -> None:
    way = np.polynomial.Polynomial([0.1, -0.4, 3.0, 20.0, -90.0, 700.0][: degree + 1])
    speed, bend = way.deriv(1), way.deriv(2)

    def on_way(time_s: float) -> TrajectoryPoint:
        return TrajectoryPoint(
            time_ns=round(time_s * 1e9),
            position_rad=np.array([way(time_s)]),
            velocity_rad_s=np.array([speed(time_s)]) if degree >= 3 else None,
            acceleration_rad_s2=np.array([bend(time_s)]) if degree >= 5 else None,
        )

    got = sample((on_way(0.01), on_way(0.11)), 70 * MS)
    assert got.position_rad[0] == pytest.approx(way(0.07))
    assert got.velocity_rad_s[0] == pytest.approx(speed(0.07))
    assert got.acceleration_rad_s2[0] == pytest.approx(bend(0.07))


def test_a_velocity_that_only_one_of_them_has_bends_nothing() -> None:
    a = TrajectoryPoint(time_ns=0, position_rad=np.zeros(1), velocity_rad_s=np.array([9.0]))
    b = TrajectoryPoint(time_ns=100 * MS, position_rad=np.ones(1))
    assert sample((a, b), 50 * MS).position_rad[0] == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("time_ns", "position_rad"), [(-5 * MS, 0.0), (100 * MS, 1.0), (10**12, 1.0)]
)
def test_outside_it_stays_at_the_nearest_end(time_ns: int, position_rad: float) -> None:
    path = [
        TrajectoryPoint(time_ns=k * 100 * MS, position_rad=np.array([float(k)])) for k in range(2)
    ]
    got = sample(path, time_ns)
    assert got.position_rad[0] == position_rad
