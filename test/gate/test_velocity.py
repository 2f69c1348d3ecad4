# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Velocities for a controller that takes nothing else: to the command, never beyond a limit."""

import math

import numpy as np
import pytest

from vla_ros.gate.velocity import DEADBAND_RAD, VelocityLaw, VelocityStream
from vla_ros.types import JointCommand, JointSample

NAMES = ("a", "b")
NOW_NS = 5_000_000_000
MS = 1_000_000
LAW = VelocityLaw(limit_rad_s=np.array([1.0, 2.0]), gain_per_s=4.0, stale_s=0.1)


def command(position: list[float], velocity: list[float]) -> JointCommand:
    return JointCommand(
        stamp_ns=NOW_NS,
        names=NAMES,
        position=np.array(position),
        velocity=np.array(velocity),
        acceleration=np.zeros(2),
        gripper=None,
    )


def measured(
    position: list[float], *, age_ms: float = 10.0, names: tuple[str, ...] = NAMES
) -> JointSample:
    arrival_ns = NOW_NS - round(age_ms * MS)
    return JointSample(
        names=names, stamp_ns=arrival_ns, arrival_ns=arrival_ns, position=np.array(position)
    )


def test_an_arm_on_its_command_is_told_the_commands_own_velocity() -> None:
    velocity = LAW.velocity(command([0.1, 0.2], [0.5, -0.5]), measured([0.1, 0.2]), NOW_NS)
    assert velocity.tolist() == [0.5, -0.5]


def test_an_arm_that_lags_behind_is_told_to_catch_up() -> None:
    velocity = LAW.velocity(command([0.15, 0.2], [0.5, -0.5]), measured([0.1, 0.25]), NOW_NS)
    assert velocity == pytest.approx([0.7, -0.7])


def test_no_joint_is_told_more_than_its_limit() -> None:
    velocity = LAW.velocity(command([9.0, -9.0], [0.5, -0.5]), measured([0.0, 0.0]), NOW_NS)
    assert velocity.tolist() == [1.0, -2.0]


def test_a_resting_arm_near_its_command_is_left_in_peace() -> None:
    near, far = 0.9 * DEADBAND_RAD, 1.1 * DEADBAND_RAD
    velocity = LAW.velocity(command([near, -far], [0.0, 0.0]), measured([0.0, 0.0]), NOW_NS)
    assert velocity[0] == 0.0
    assert velocity[1] == pytest.approx(-4.0 * far)


def test_a_moving_arm_near_its_command_still_moves() -> None:
    velocity = LAW.velocity(command([5e-4, 0.0], [0.1, 0.0]), measured([0.0, 0.0]), NOW_NS)
    assert velocity == pytest.approx([0.102, 0.0])


@pytest.mark.parametrize(
    "sample",
    [
        None,
        measured([0.0, 0.0], age_ms=101.0),
        measured([0.0, 0.0], age_ms=-101.0),
        measured([0.0, 0.0], names=("b", "a")),
        measured([0.0], names=("a",)),
        measured([math.nan, 0.0]),
        measured([math.inf, 0.0]),
        measured([0.0, -math.inf]),
    ],
    ids=["never", "stale", "future", "order", "incomplete", "nan", "inf", "-inf"],
)
def test_who_does_not_know_where_the_arm_is_says_zero(sample: JointSample | None) -> None:
    assert LAW.velocity(command([0.1, 0.2], [0.5, -0.5]), sample, NOW_NS).tolist() == [0.0, 0.0]


@pytest.mark.parametrize("age_ms", [0.0, 100.0, -1.0])
def test_a_fresh_joint_state_counts_also_one_that_came_during_the_tick(age_ms: float) -> None:
    sample = measured([0.1, 0.2], age_ms=age_ms)
    assert LAW.velocity(command([0.1, 0.2], [0.5, -0.5]), sample, NOW_NS).tolist() == [0.5, -0.5]


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("field", ["position", "velocity"])
def test_no_number_that_is_not_finite_ever_leaves(field: str, bad: float) -> None:
    numbers = {"position": [0.1, 0.2], "velocity": [0.5, -0.5]}
    numbers[field] = [0.0, bad]
    told = command(numbers["position"], numbers["velocity"])
    assert LAW.velocity(told, measured([0.0, 0.0]), NOW_NS).tolist() == [0.0, 0.0]


STEP = np.array([0.05, 0.06])


@pytest.fixture
def stream() -> VelocityStream:
    return VelocityStream(LAW, STEP)


def test_a_long_way_back_is_begun_and_ended_no_faster_than_the_arm_may_accelerate(
    stream: VelocityStream,
) -> None:
    far, there = command([9.0, -9.0], [0.0, 0.0]), command([0.0, 0.0], [0.0, 0.0])
    told = [stream.follow(far, measured([0.0, 0.0]), NOW_NS) for _ in range(30)]
    told += [stream.follow(there, measured([0.0, 0.0]), NOW_NS) for _ in range(30)]
    steps = np.diff([np.zeros(2), *told], axis=0)
    assert (np.abs(steps) <= STEP * (1 + 1e-9)).all()
    assert told[29] == pytest.approx([1.0, -1.8])
    assert told[-1] == pytest.approx([0.0, 0.0])


def test_a_command_that_brakes_harder_is_followed(stream: VelocityStream) -> None:
    for speed in (0.05, 0.1, 0.15, 0.2):
        stream.follow(command([0.0, 0.0], [speed, 0.0]), measured([0.0, 0.0]), NOW_NS)
    assert stream.follow(command([0.0, 0.0], [0.0, 0.0]), measured([0.0, 0.0]), NOW_NS)[0] == 0.0


def test_an_arm_that_is_lost_sight_of_is_braked_at_its_limit(stream: VelocityStream) -> None:
    on = command([0.0, 0.0], [0.2, 0.0])
    stream.follow(on, measured([0.0, 0.0]), NOW_NS)
    told = [float(stream.follow(on, None, NOW_NS)[0]) for _ in range(5)]
    assert told == pytest.approx([0.15, 0.1, 0.05, 0.0, 0.0])


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_after_a_number_that_is_not_finite_it_goes_on_with_finite_ones(
    stream: VelocityStream, bad: float
) -> None:
    stream.follow(command([0.0, 0.0], [0.05, 0.05]), measured([0.0, 0.0]), NOW_NS)
    for speed in (bad, bad, 0.05):
        told = stream.follow(command([0.0, 0.0], [speed, 0.05]), measured([0.0, 0.0]), NOW_NS)
        assert np.isfinite(told).all()
    assert told == pytest.approx([0.05, 0.05])


def test_zero_that_was_told_meanwhile_is_where_it_begins(stream: VelocityStream) -> None:
    for _ in range(9):
        stream.follow(command([9.0, 0.0], [0.0, 0.0]), measured([0.0, 0.0]), NOW_NS)
    stream.rest()
    told = stream.follow(command([9.0, 0.0], [0.0, 0.0]), measured([0.0, 0.0]), NOW_NS)
    assert told[0] == pytest.approx(STEP[0])
