# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A dry run: the gate sees the arm where its commands would have brought it."""

from dataclasses import replace

import numpy as np

from vla_ros.gate.intake import speed_of
from vla_ros.gate.state import GateInputs, GateState
from vla_ros.gate.vocabulary import GateMode, Request
from vla_ros.types import JointCommand, JointSample

_REST_S = 1.0
_APART_RAD = 0.01


class Shadow:
    """Puts a ghost, which follows every command at once, in the place of the live arm.

    There is a ghost as long as the gate commands one; before and after, the gate sees the live
    arm. Live joint states keep their say all the time: when they are missing, late or cannot be
    right, the gate sees just that. Belongs to the control thread.

    The live arm stays where it is, and there the next goal begins. A ghost that rests after a goal
    is therefore taken back to it, by arming the armed gate anew.
    """

    def __init__(self) -> None:
        self._ghost: JointCommand | None = None
        self._live: JointSample | None = None
        self._shows_ghost = False
        self._tried_ns = 0

    def follow(self, command: JointCommand | None) -> None:
        """Move the ghost to a command; None ends it."""
        self._ghost = command

    def cast(self, state: GateState, inputs: GateInputs) -> tuple[GateState, GateInputs]:
        """Return what the gate shall remember and see in its next tick.

        Args:
            state: As the last tick left it.
            inputs: What is new, with the live joints.
        """
        live = inputs.joints
        if live is None or not _is_right(live, state):
            return state, inputs
        ghost, seen = self._ghost, live
        if ghost is not None and self._comes_back(ghost, live, state, inputs):
            inputs = replace(inputs, requests=(Request.ARM,))
            ghost = None
        if ghost is not None:
            seen = replace(live, position=ghost.position, velocity=ghost.velocity)
        if self._shows_ghost is not (ghost is not None):
            # Another arm is elsewhere, and did not jump.
            self._shows_ghost = ghost is not None
            state = state.but(
                joints=seen,
                seen_ns=seen.arrival_ns,
                speed_rad_s=speed_of(self._live, seen),
                frozen_ns=None,
            )
        if self._live is None or live.arrival_ns != self._live.arrival_ns:
            self._live = live
        return state, replace(inputs, joints=seen)

    def _comes_back(
        self, ghost: JointCommand, live: JointSample, state: GateState, inputs: GateInputs
    ) -> bool:
        """Say whether to take the ghost back to the live arm now; it is tried once a second."""
        if state.mode is not GateMode.ARMED or not state.resting or state.tick_ns is None:
            return False
        since_ns = state.tick_ns - max(state.entered_ns, self._tried_ns)
        if since_ns * 1e-9 < _REST_S or inputs.chunks or inputs.requests:
            return False
        if not np.abs(ghost.position - live.position).max() > _APART_RAD:
            return False
        self._tried_ns = state.tick_ns
        return True


def _is_right(live: JointSample, state: GateState) -> bool:
    """Say whether a sample has the joints of the arm, and only numbers."""
    known = state.joints
    if known is not None and live.names != known.names:
        return False
    return len(live.names) > 0 and bool(np.isfinite(live.position).all())
