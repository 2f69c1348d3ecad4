# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What went wrong in an episode, told from the physics."""

from enum import Enum

from vla_ros.evaluate.witness import Witness
from vla_ros.learn.rollout import Ending

_PUSHED = ("push",)


class Failure(Enum):
    """What went wrong; the first that applies."""

    NONE = "none"
    REFUSED = "refused"  # the policy said at once that it cannot be done
    LOST = "lost"  # ... and only on the way
    STOPPED = "stopped_by_gate"
    UNREACHABLE = "unreachable"  # it wanted what the arm cannot reach
    POLICY_FAILED = "policy_failed"  # it gave no answer, or none that makes a chunk
    LATE = "too_late"  # its answers came when they were of no use any more
    NOT_REPORTED = "solved_but_not_reported"
    DID_NOT_LAST = "did_not_last"  # solved when the policy said so, not a second later
    WRONG_OBJECT = "wrong_object"  # something else was moved, and not what was meant
    NEVER_REACHED = "never_reached"
    NEVER_LIFTED = "never_lifted"
    TIMEOUT = "timeout"  # it was at work on the right thing
    MISPLACED = "misplaced"  # reported, but not as it should be


_EARLY = {
    Ending.REFUSED: Failure.REFUSED,
    Ending.LOST: Failure.LOST,
    Ending.STOPPED: Failure.STOPPED,
    Ending.UNREACHABLE: Failure.UNREACHABLE,
    Ending.FAILED: Failure.POLICY_FAILED,
    Ending.LATE: Failure.LATE,
}


def judge(ending: Ending, witness: Witness, family: str, *, solved: bool) -> Failure:
    """Return what went wrong."""
    if ending in _EARLY:
        return _EARLY[ending]
    if solved:
        return Failure.NONE if ending is Ending.DONE else Failure.NOT_REPORTED
    if ending is Ending.DONE and witness.was_solved:
        return Failure.DID_NOT_LAST
    return _short_of(witness, family) or (
        Failure.TIMEOUT if ending is Ending.TIMEOUT else Failure.MISPLACED
    )


def _short_of(witness: Witness, family: str) -> Failure | None:
    """Say what the arm did not even begin."""
    if not witness.meant:
        return None
    if not witness.moved:
        if witness.moved_other:
            return Failure.WRONG_OBJECT
        if not witness.came_near:
            return Failure.NEVER_REACHED
    return None if witness.lifted or family in _PUSHED else Failure.NEVER_LIFTED
