# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which of the doctor's red lines keep a goal from running."""

from collections.abc import Iterable

from vla_ros.doctor.examine import Seen, examine
from vla_ros.doctor.line import Level, Line, words_of_failures

# Who refuses a goal says these himself, in the same words and before anybody asks here.
_SAID = ("gate.state", "observation.topic")
# Without an observation: what it is made of.
_BEHIND_IT = ("node.perception_node", "clock", "nodes.", "camera.", "joints.")
# The way home is found without eyes and without a policy.
_FOR_A_POLICY = ("camera.", "policy.", "nodes.policy")
_FOR_MOTION = ("command.", "input.", "node.executor_node", "gate.")
_MOST = 4


def find_refusals(
    seen: Seen, *, observed: bool = True, parks: bool = False, moves: bool = True
) -> tuple[Line, ...]:
    """Return the red lines that keep a goal from running, in the order of the path.

    Args:
        seen: What is known; what is not is left out of it, and then nobody objects.
        observed: There is an observation that is young enough.
        parks: The goal only brings the arm home.
        moves: The goal is to move the arm; else it runs the policy alone.
    """
    lines = [line for line in examine(seen) if line.level is Level.FAIL]
    lines = [line for line in lines if not line.check.startswith(_SAID)]
    if not observed:
        return tuple(line for line in lines if line.check.startswith(_BEHIND_IT))
    if parks:
        lines = [line for line in lines if not line.check.startswith(_FOR_A_POLICY)]
    if not moves:
        lines = [line for line in lines if not line.check.startswith(_FOR_MOTION)]
    return tuple(lines)


def words_of(lines: Iterable[Line]) -> str:
    """Return the first few red lines as the text that ends a goal; empty if there is none."""
    red = [line for line in lines if line.level is Level.FAIL]
    words = words_of_failures(red[:_MOST])
    left = len(red) - _MOST
    return words if left <= 0 else f"{words}. And {left} more: ask `vla_ros doctor`"
