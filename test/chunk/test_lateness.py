# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import math

import numpy as np
import pytest

from vla_ros.chunk.lateness import MOST_LATE, Lateness, find_lateness
from vla_ros.types import ActionChunk

MS = 1_000_000


def chunk(speed_scale: float = 1.0) -> ActionChunk:
    """Return a chunk of 0.4 s, observed and due at 0."""
    return ActionChunk(
        goal_id="a" * 32,
        session=1,
        epoch=1,
        sequence=1,
        last=False,
        observed_ns=0,
        first_ns=0,
        step_ns=100 * MS,
        joint_names=("joint",),
        position_rad=np.zeros((4, 1)),
        gripper=np.zeros(4),
        speed_scale=speed_scale,
    )


@pytest.mark.parametrize(
    ("now_ms", "max_age_s", "resting", "scale", "text"),
    [
        (399, 0.5, False, 1.0, ""),
        (400, 0.5, False, 1.0, "its rows are past: they last 0.40 s, and began 0.40 s ago"),
        (400, 0.5, True, 1.0, ""),
        (400, 0.5, False, 0.5, ""),
        (500, 0.5, True, 1.0, ""),
        (501, 0.5, True, 1.0, "its observation is 0.50 s old, limit 0.5 s"),
        (10, math.nan, True, 1.0, "limit nan s"),
    ],
)
def test_late_is_what_answers_an_old_observation_or_has_no_row_left(
    now_ms: int, max_age_s: float, resting: bool, scale: float, text: str
) -> None:
    found = find_lateness(chunk(scale), now_ms * MS, max_age_s, resting=resting)
    assert found.startswith(text) if text.startswith("its") else text in found
    assert bool(found) == bool(text)


def test_so_many_late_answers_in_a_row_are_too_many() -> None:
    lateness = Lateness()
    for k in range(MOST_LATE):
        assert not lateness.why, k
        lateness = lateness.observe("it is old")
    assert lateness.why.startswith("5 answers in a row came too late and were thrown away: it is")


def test_an_answer_in_time_starts_the_count_again() -> None:
    lateness = Lateness(in_row=MOST_LATE - 1, newest="it is old").observe("").observe("it is old")
    assert lateness.in_row == 1
    assert not lateness.why
