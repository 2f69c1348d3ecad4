# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Moves a chunk in time when the arm stood still while the policy thought."""

from dataclasses import replace

from vla_ros.types import ActionChunk


def begin_from_rest(chunk: ActionChunk, now_ns: int) -> ActionChunk:
    """Return the chunk as a plan that starts now, where the arm rests.

    A resting arm is still where the observation saw it, which is row 0, so no row has become
    late: dropping the first ones would make it jump, the more so the slower the policy is.

    Args:
        chunk: What the policy wants; the age of its observation stays as it is.
        now_ns: Node clock.
    """
    return replace(chunk, first_ns=now_ns)
