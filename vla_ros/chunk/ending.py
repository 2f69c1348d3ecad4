# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The end of a goal is a message, not a silence: a chunk without rows tells the gate."""

import numpy as np

from vla_ros.types import ActionChunk


def make_ending(
    *,
    goal_id: str,
    session: int,
    epoch: int,
    sequence: int,
    joint_names: tuple[str, ...],
    now_ns: int,
) -> ActionChunk:
    """Return the chunk that ends a goal; the gate follows its stored stop and stays armed."""
    return ActionChunk(
        goal_id=goal_id,
        session=session,
        epoch=epoch,
        sequence=sequence,
        last=True,
        observed_ns=now_ns,
        first_ns=now_ns,
        step_ns=1,
        joint_names=joint_names,
        position_rad=np.zeros((0, len(joint_names))),
        gripper=np.zeros(0),
    )
