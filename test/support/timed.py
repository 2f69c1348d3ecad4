# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Chunks that tell how long they were under way, and what a line of /diagnostics says of them."""

from typing import Any

import numpy as np

from vla_ros.timing.hops import HopTimes
from vla_ros.types import ActionChunk

MS = 1_000_000


def make_timed_chunk(
    sequence: int, *, hops: HopTimes, session: int = 1, observed_ms: int = 100
) -> ActionChunk:
    """Return a chunk of one joint."""
    return ActionChunk(
        goal_id="a" * 32,
        session=session,
        epoch=1,
        sequence=sequence,
        last=False,
        observed_ns=observed_ms * MS,
        first_ns=0,
        step_ns=100 * MS,
        joint_names=("a",),
        position_rad=np.zeros((2, 1)),
        gripper=np.ones(2),
        hop_ms=hops,
    )


def values_of(status: Any) -> dict[str, str]:
    """Return the values of a DiagnosticStatus by key."""
    return {entry.key: entry.value for entry in status.values}
