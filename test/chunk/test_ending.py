# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
from vla_ros.chunk.ending import make_ending
from vla_ros.gate.checks.chunks import ends_goal


def test_the_gate_takes_it_as_the_end_of_the_goal() -> None:
    ending = make_ending(
        goal_id="c" * 32, session=1, epoch=2, sequence=3, joint_names=("a", "b"), now_ns=50
    )
    assert ends_goal(ending)
    assert (ending.goal_id, ending.session, ending.epoch, ending.sequence) == ("c" * 32, 1, 2, 3)
    assert ending.position_rad.shape == (0, 2)
    assert ending.observed_ns == 50
