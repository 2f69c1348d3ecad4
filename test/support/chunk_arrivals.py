# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Chunks as they may come: late, early, overlapping, in another order, twice or not at all."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

from vla_ros.types import ActionChunk, Joining

MS = 1_000_000


@dataclass(frozen=True)
class Arrival:
    """One chunk, and when it comes.

    Attributes:
        toward: Where each joint is led to, as a share of its range.
        pace: How fast, as a share of its speed limit.
        rows: How many.
        step_ms: Time between rows.
        age_ms: How long ago its row 0 was due; below zero it is early.
        wait_ms: Until the next one is on its way.
        delay_ms: How long it is on its way: a larger one than the next one's reorders them.
        again: It arrives twice.
        opening: Of the gripper.
        speed: Along the path, 0 < s <= 1.
    """

    toward: tuple[float, float]
    pace: float
    rows: int
    step_ms: int
    age_ms: int
    wait_ms: int
    delay_ms: int
    again: bool
    opening: float
    speed: float = 1.0


ARRIVALS = st.builds(
    Arrival,
    toward=st.tuples(st.floats(-1.1, 1.1), st.floats(-1.1, 1.1)),
    pace=st.floats(0.05, 2.5),
    rows=st.integers(1, 24),
    step_ms=st.sampled_from([10, 40, 100]),
    age_ms=st.integers(-150, 700),
    wait_ms=st.integers(0, 500),
    delay_ms=st.sampled_from([0, 0, 0, 20, 120, 400]),
    again=st.sampled_from([False, False, True]),
    opening=st.floats(0.0, 1.0),
    speed=st.sampled_from([1.0, 1.0, 0.4, 0.05]),
)


def make_chunk(rig: Any, arrival: Arrival, joining: Joining) -> ActionChunk:
    limits = rig.gate.config.limits
    target = np.array(arrival.toward) * np.array(limits.upper)
    step_s = arrival.step_ms * 1e-3
    reach = arrival.pace * np.array(limits.operating.velocity) * step_s
    reach = reach * np.arange(arrival.rows)[:, None]
    chunk: ActionChunk = rig.chunk(
        rig.position + np.clip(target - rig.position, -reach, reach),
        gripper=np.full(arrival.rows, arrival.opening),
        step_ns=arrival.step_ms * MS,
        joining=joining,
    )
    first_ns = rig.now_ns - arrival.age_ms * MS
    return replace(chunk, first_ns=first_ns, speed_scale=arrival.speed)
