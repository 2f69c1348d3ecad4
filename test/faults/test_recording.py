# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""When an arm came to rest, from what was heard of it."""

import pytest

from vla_ros.faults.recording import Command, Complaint, Recording, Row, Said, spread_rad
from vla_ros.gate.vocabulary import GateMode


def wave(recording: Recording, until_s: float) -> None:
    """Command 1 rad/s for a while, then rest for a second."""
    for k in range(round((until_s + 1.0) / 0.01)):
        at_s = 0.01 * k
        recording.commands.append(Command(at_s, (min(at_s, until_s), 0.0)))


def test_the_arm_moves_until_the_first_command_that_is_where_it_ends() -> None:
    recording = Recording()
    wave(recording, 0.5)
    assert recording.moved_until_s(0.2) == pytest.approx(0.5)


def test_an_arm_that_rested_before_did_not_move() -> None:
    recording = Recording()
    wave(recording, 0.5)
    assert recording.moved_until_s(0.8) == 0.8
    assert Recording().moved_until_s(0.3) == 0.3


def test_measured_joints_may_tremble() -> None:
    recording = Recording()
    for k in range(100):
        recording.joints.append(Row(0.01 * k, (min(0.01 * k, 0.3) + 1e-4 * (k % 2),)))
    assert recording.measured_until_s(0.0) == pytest.approx(0.3, abs=0.011)


def test_the_speed_is_that_of_the_newest_commands() -> None:
    recording = Recording()
    assert recording.speed_rad_s() == 0.0
    wave(recording, 0.5)
    assert recording.speed_rad_s() == 0.0
    moving = Recording()
    for k in range(10):
        moving.commands.append(Command(0.01 * k, (0.0, -0.004 * k)))
    assert moving.speed_rad_s() == pytest.approx(0.4)


def test_a_rest_in_between_is_found() -> None:
    recording = Recording()
    for k in range(100):
        at_s = 0.01 * k
        position = min(at_s, 0.3) + max(at_s - 0.6, 0.0)
        recording.commands.append(Command(at_s, (position,)))
    assert recording.rested_s(0.0, 0.1) == pytest.approx(0.3)
    assert recording.moved_until_s(0.0) == pytest.approx(0.99)
    assert recording.rested_s(0.65, 0.1) > 0.9
    assert recording.rested_s(2.0, 0.1) == 2.0


def test_what_the_gate_said_includes_what_held_before() -> None:
    recording = Recording()
    words = [
        Said(float(at_s), mode, frozenset(), 1)
        for at_s, mode in enumerate((GateMode.ARMED, GateMode.RUN, GateMode.HOLD))
    ]
    recording.said.extend(words)
    assert recording.said_since(1.5) == words[1:]
    assert recording.said_since(0.0) == words


def test_how_far_joints_got_is_that_of_the_furthest() -> None:
    assert spread_rad([(0.0, 1.0), (0.5, 0.0)]) == 1.0
    assert spread_rad([]) == 0.0


def test_words_count_from_the_first_time_after_the_fault() -> None:
    recording = Recording()
    assert recording.complained_s("future", 0.0) == float("inf")
    for time_s, text in ((1.0, "in the future"), (2.0, "too old"), (3.0, "in the future")):
        recording.complaints.append(Complaint(time_s, text))
    assert recording.complained_s("future", 1.5) == 3.0
