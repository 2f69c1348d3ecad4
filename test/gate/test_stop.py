# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import math
import random

import pytest

from vla_ros.gate import GateConfig
from vla_ros.gate.limits import JointLimits, RateLimits
from vla_ros.gate.stop import MotionError, MotionGenerator, MotionState, at_rest

ZEROS = (0.0, 0.0)


@pytest.fixture
def generator(config: GateConfig) -> MotionGenerator:
    return MotionGenerator(config.limits, config.dt_s)


@pytest.mark.parametrize("wrong", [(), (0.1,), (0.1, 0.1, 0.1)])
def test_a_vector_of_the_wrong_length_is_refused(
    generator: MotionGenerator, wrong: tuple[float, ...]
) -> None:
    with pytest.raises(ValueError, match="wanted 2"):
        generator.track(at_rest(ZEROS), wrong, ZEROS)
    with pytest.raises(ValueError, match="wanted 2"):
        generator.track(at_rest(ZEROS), ZEROS, wrong)
    with pytest.raises(ValueError, match="wanted 2"):
        generator.stop(at_rest(wrong))


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_target_that_is_no_number_is_an_error_of_our_own(
    generator: MotionGenerator, bad: float
) -> None:
    with pytest.raises(MotionError, match="ruckig"):
        generator.track(at_rest(ZEROS), (bad, 0.0), ZEROS)


def test_a_target_out_of_this_world_is_an_error_of_our_own(generator: MotionGenerator) -> None:
    with pytest.raises(MotionError, match="ruckig"):
        generator.track(at_rest(ZEROS), (1e9, 0.0), ZEROS)


def test_the_distance_at_which_ruckig_fails_is_reached() -> None:
    rates = RateLimits(velocity=(1.0,), acceleration=(5.0,), jerk=(100.0,))
    limits = JointLimits(
        names=("joint",),
        lower=(-1.0,),
        upper=(1.0,),
        hard_lower=(-1.0,),
        hard_upper=(1.0,),
        operating=rates,
        hard=rates,
    )
    generator = MotionGenerator(limits, 0.01)
    edge = 2.0 * 5.0**3 / 100.0**2
    rng = random.Random(1)
    for _ in range(2000):
        target = edge * (1.0 + rng.choice([-1, 0, 1]) * rng.random() * 1e-15)
        state = generator.track(at_rest((0.0,)), (target,), (0.0,))
        assert 0.0 < state.position[0] < 1e-3


def test_a_target_faster_than_the_limit_is_followed_at_the_limit(
    generator: MotionGenerator,
) -> None:
    state = at_rest(ZEROS)
    for k in range(100):
        state = generator.track(state, (0.05 * k, 0.0), (5.0, 0.0))
        assert abs(state.velocity[0]) <= 1.0 + 1e-9


def test_a_target_in_even_motion_is_followed_without_lag(generator: MotionGenerator) -> None:
    state = at_rest(ZEROS)
    for k in range(1, 100):
        state = generator.track(state, (0.007 * k, 0.0), (0.7, 0.0))
    assert state.position[0] == pytest.approx(0.007 * 99, abs=1e-6)
    assert state.velocity[0] == pytest.approx(0.7, abs=1e-6)


def draw_state(rng: random.Random, config: GateConfig) -> MotionState:
    """Return a state that the limits allow: its acceleration ends before the top speed."""
    rates = config.limits.operating
    velocity, acceleration = [], []
    for v, a, j in zip(rates.velocity, rates.acceleration, rates.jerk, strict=True):
        acceleration.append(rng.uniform(-a, a))
        top = v - acceleration[-1] ** 2 / (2.0 * j)
        velocity.append(rng.uniform(-top, top) * rng.choice([1.0, 0.1]))
    return MotionState((0.2, -0.3), tuple(velocity), tuple(acceleration))


def test_the_stop_ends_at_rest(generator: MotionGenerator) -> None:
    stop = generator.stop(MotionState((0.2, -0.3), (1.0, -1.2), (0.0, 2.0)))
    end = stop.at(stop.duration_s)
    assert end.velocity == ZEROS
    assert end.acceleration == ZEROS
    assert stop.at(99.0) == end


def test_the_extremes_of_a_stop_are_those_of_its_way(
    generator: MotionGenerator, config: GateConfig
) -> None:
    rng = random.Random(3)
    turned = 0
    for _ in range(300):
        stop = generator.stop(draw_state(rng, config))
        way = [stop.at(stop.duration_s * k / 400).position for k in range(401)]
        for j, (low, high) in enumerate(stop.extremes()):
            column = [q[j] for q in way]
            assert low == pytest.approx(min(column), abs=1e-6)
            assert high == pytest.approx(max(column), abs=1e-6)
            turned += max(column) > max(column[0], column[-1]) + 1e-5
    assert turned > 10


def test_the_emergency_stop_is_faster(generator: MotionGenerator) -> None:
    moving = MotionState((0.0, 0.0), (1.0, 1.5), (0.0, 0.0))
    assert generator.stop(moving, emergency=True).duration_s < generator.stop(moving).duration_s


def test_no_stop_takes_longer_than_the_longest(
    generator: MotionGenerator, config: GateConfig
) -> None:
    rng = random.Random(2)
    longest = config.limits.operating.longest_stop_s
    for _ in range(500):
        assert generator.stop(draw_state(rng, config)).duration_s <= longest + 1e-9


def test_waypoints_are_never_used(generator: MotionGenerator) -> None:
    generator.track(at_rest(ZEROS), (0.1, 0.1), ZEROS)
    assert list(generator._track.intermediate_positions) == []
