# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import math
import random
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from ruckig import Result, Synchronization

from vla_ros.errors import ConfigError
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


def one_joint(rates: RateLimits) -> JointLimits:
    return JointLimits(
        names=("joint",),
        lower=(-1.0,),
        upper=(1.0,),
        hard_lower=(-1.0,),
        hard_upper=(1.0,),
        operating=rates,
        hard=rates,
    )


def test_the_distance_at_which_ruckig_fails_is_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    rates = RateLimits(velocity=(1.0,), acceleration=(5.0,), jerk=(100.0,))
    generator = MotionGenerator(one_joint(rates), 0.01)
    solve, failures = generator._solve, []

    def watched(*args: Any) -> Any:
        try:
            return solve(*args)
        except MotionError as error:
            failures.append(error)
            raise

    monkeypatch.setattr(generator, "_solve", watched)
    edge = 2.0 * 5.0**3 / 100.0**2
    rng = random.Random(1)
    for _ in range(2000):
        target = edge * (1.0 + rng.choice([-1, 0, 1]) * rng.random() * 1e-15)
        state = generator.track(at_rest((0.0,)), (target,), (0.0,))
        assert 0.0 < state.position[0] < 1e-3
    assert failures, "ruckig no longer fails there; the nudge could go"


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


# ---- what ruckig does that one would not expect ----


def test_a_short_vector_never_reaches_ruckig_which_would_accept_it(
    generator: MotionGenerator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def calculate(*_: object) -> Result:
        raise AssertionError("asked ruckig about a vector of the wrong length")

    monkeypatch.setattr(generator, "_generator", SimpleNamespace(calculate=calculate))
    for wrong in ((0.5,), (0.5,) * 3):
        with pytest.raises(ValueError, match="wanted 2"):
            generator.track(at_rest(ZEROS), wrong, ZEROS)


def test_a_way_so_long_that_ruckig_has_no_word_for_it_is_an_error_of_our_own() -> None:
    rates = RateLimits(velocity=(1e-9,), acceleration=(5.0,), jerk=(100.0,))
    generator = MotionGenerator(one_joint(rates), 0.01)
    with pytest.raises(MotionError, match="ruckig"):
        generator.track(at_rest((0.0,)), (1e5,), (0.0,))


def test_a_result_that_is_no_solution_is_an_error_of_our_own(
    generator: MotionGenerator, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusal = SimpleNamespace(calculate=lambda *_: Result.ErrorInvalidInput)
    monkeypatch.setattr(generator, "_generator", refusal)
    with pytest.raises(MotionError, match="ErrorInvalidInput"):
        generator.stop(at_rest(ZEROS))


def test_a_speed_limit_of_zero_is_refused_before_ruckig_sees_it() -> None:
    for bad in (0.0, -1.0, math.nan, math.inf):
        with pytest.raises(ConfigError, match="wanted a finite number above 0"):
            RateLimits(velocity=(bad,), acceleration=(5.0,), jerk=(100.0,))


def test_a_speed_above_the_limit_which_ruckig_accepts_is_braked_without_a_jump(
    generator: MotionGenerator,
) -> None:
    state = MotionState(ZEROS, (1.2, 0.0), ZEROS)
    moved = generator.track(state, (0.5, 0.0), ZEROS)
    assert moved.velocity[0] < 1.2
    assert moved.acceleration[0] == pytest.approx(-100.0 * 0.01)


def test_position_limits_are_not_left_to_ruckig_which_ignores_them(
    generator: MotionGenerator, config: GateConfig
) -> None:
    state = at_rest(ZEROS)
    for _ in range(400):
        state = generator.track(state, (1.5, 0.0), ZEROS)
    assert state.position[0] > config.limits.hard_upper[0]


def test_targets_inside_the_range_are_reached_without_leaving_it(
    generator: MotionGenerator, config: GateConfig
) -> None:
    """Measured, not promised by ruckig: hence the check of every stop."""
    rng, state = random.Random(5), at_rest(ZEROS)
    least, most = [0.0, 0.0], [0.0, 0.0]
    for _ in range(4000):
        target = tuple(rng.choice([-1.0, 1.0]) * limit for limit in config.limits.upper)
        for _ in range(rng.randrange(1, 20)):
            state = generator.track(state, target, ZEROS)
            least = [min(pair) for pair in zip(least, state.position, strict=True)]
            most = [max(pair) for pair in zip(most, state.position, strict=True)]
    pairs = zip(least, config.limits.lower, most, config.limits.upper, strict=True)
    for low, lower, high, upper in pairs:
        assert low == pytest.approx(lower, abs=0.05)
        assert high == pytest.approx(upper, abs=0.05)
        assert lower - 1e-7 <= low
        assert high <= upper + 1e-7


def test_joints_do_not_wait_for_each_other(generator: MotionGenerator) -> None:
    """Synchronised joints use less of their range and speed when the target changes each tick."""
    alone = generator.track(at_rest(ZEROS), (0.0, 0.5), ZEROS)
    beside = generator.track(at_rest(ZEROS), (1.0, 0.5), ZEROS)
    assert alone.position[1] == beside.position[1]
    for parameters in (generator._track, generator._stop, generator._fast_stop):
        assert parameters.synchronization is Synchronization.No


def test_a_slow_plan_leaves_the_limits_alone_which_would_brake_late(
    make_rig: Callable[..., Any],
) -> None:
    rig = make_rig().run()
    limits = rig.gate._generator._stop
    before = (list(limits.max_velocity), list(limits.max_acceleration), list(limits.max_jerk))
    rig.ticks(5, speed_scale=0.2)
    after = (list(limits.max_velocity), list(limits.max_acceleration), list(limits.max_jerk))
    assert before == after
    assert list(rig.gate._generator._track.max_acceleration) == [5.0, 6.0]
