# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Moves a chunk in time when the arm stood still while the policy thought."""

from dataclasses import replace

from vla_ros.types import ActionChunk


def begin_from_rest(chunk: ActionChunk, now_ns: int) -> ActionChunk:
    """Return the chunk with row 0 due now, if it was due before.

    A resting arm is still where the observation saw it, so no row has become late: dropping the
    first ones would make it jump, the more so the slower the policy is.

    Args:
        chunk: What the policy wants; the age of its observation stays as it is.
        now_ns: Node clock.
    """
    return chunk if chunk.first_ns >= now_ns else replace(chunk, first_ns=now_ns)
