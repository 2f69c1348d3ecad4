# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The closed-form stop against the solver that the gate itself uses, and against its own curve."""

import random

import pytest

from vla_ros.gate.braking import plan_brake
from vla_ros.gate.limits import JointLimits, RateLimits
from vla_ros.gate.stop import MotionGenerator, MotionState

TOP, JERK, SPEED = 8.0, 200.0, 1.5


def make_generator() -> MotionGenerator:
    rates = RateLimits(velocity=(SPEED,), acceleration=(TOP,), jerk=(JERK,))
    limits = JointLimits(
        names=("joint",),
        lower=(-3.0,),
        upper=(3.0,),
        hard_lower=(-3.0,),
        hard_upper=(3.0,),
        operating=rates,
        hard=rates,
    )
    return MotionGenerator(limits, 0.01)


def test_two_ways_to_compute_a_stop_agree() -> None:
    generator, rng = make_generator(), random.Random(1)
    for _ in range(2000):
        velocity, acceleration = rng.uniform(-SPEED, SPEED), rng.uniform(-TOP, TOP)
        stop = generator.stop(MotionState((0.0,), (velocity,), (acceleration,)))
        brake = plan_brake(velocity, acceleration, TOP, JERK)
        assert brake.duration_s == pytest.approx(stop.duration_s, abs=1e-9)
        assert brake.extremes() == pytest.approx(stop.extremes()[0], abs=1e-9)
        at_s = rng.uniform(0.0, stop.duration_s)
        assert brake.offset(at_s) == pytest.approx(stop.at(at_s).position[0], abs=1e-9)


@pytest.mark.parametrize(
    ("velocity", "acceleration"),
    [(0.0, 0.0), (0.0, TOP), (0.0, -TOP), (0.16, -TOP), (-0.16, TOP), (1e-12, 0.0)],
)
def test_corner_cases_come_to_rest(velocity: float, acceleration: float) -> None:
    brake = plan_brake(velocity, acceleration, TOP, JERK)
    end = brake.duration_s
    assert brake.fall_s >= 0.0
    assert brake.stay_s >= 0.0
    assert brake.rise_s >= 0.0
    assert brake.offset(end + 1.0) == pytest.approx(brake.offset(end), abs=1e-12)
    low, high = brake.extremes()
    way = [brake.offset(end * k / 200) for k in range(201)]
    assert min(way) >= low - 1e-12
    assert max(way) <= high + 1e-12


def test_a_joint_that_turns_back_on_its_way_to_rest_is_seen() -> None:
    brake = plan_brake(-0.1, TOP, TOP, JERK)
    assert brake.turn_s() > 0.0
    low, high = brake.extremes()
    assert low < 0.0 < high
