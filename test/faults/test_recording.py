# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""When an arm came to rest, from what was heard of it."""

import pytest

from vla_ros.faults.recording import Recording


def wave(recording: Recording, until_s: float) -> None:
    """Command 1 rad/s for a while, then rest for a second."""
    for k in range(round((until_s + 1.0) / 0.01)):
        at_s = 0.01 * k
        recording.commands.append((at_s, (min(at_s, until_s), 0.0)))


def test_the_last_motion_is_that_of_the_last_command_that_differs_from_the_end() -> None:
    recording = Recording()
    wave(recording, 0.5)
    assert recording.moved_until_s(0.2) == pytest.approx(0.49)


def test_an_arm_that_rested_before_did_not_move() -> None:
    recording = Recording()
    wave(recording, 0.5)
    assert recording.moved_until_s(0.8) == 0.8
    assert Recording().moved_until_s(0.3) == 0.3


def test_measured_joints_may_tremble() -> None:
    recording = Recording()
    for k in range(100):
        recording.joints.append((0.01 * k, (min(0.01 * k, 0.3) + 1e-4 * (k % 2),)))
    assert recording.measured_until_s(0.0) == pytest.approx(0.29, abs=0.011)


def test_the_speed_is_that_of_the_newest_commands() -> None:
    recording = Recording()
    assert recording.speed_rad_s() == 0.0
    wave(recording, 0.5)
    assert recording.speed_rad_s() == 0.0
    moving = Recording()
    for k in range(10):
        moving.commands.append((0.01 * k, (0.0, -0.004 * k)))
    assert moving.speed_rad_s() == pytest.approx(0.4)


def test_reasons_count_from_the_fault_on() -> None:
    recording = Recording()
    recording.reasons.extend([(1.0, 30), (2.0, 31), (3.0, 170)])
    assert recording.reasons_since(2.0) == {31, 170}
