# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A dry run: the gate sees the arm where its commands would have brought it."""

import math
from dataclasses import replace

import numpy as np

from vla_ros.gate.state import GateInputs, GateState
from vla_ros.types import JointCommand, JointSample


class Shadow:
    """Puts a ghost, which follows every command at once, in the place of the live arm.

    There is a ghost as long as the gate commands one; before and after, the gate sees the live
    arm. Live joint states keep their say all the time: when they are missing, late or cannot be
    right, the gate sees just that. Belongs to the control thread.
    """

    def __init__(self) -> None:
        self._ghost: JointCommand | None = None
        self._returns = False

    def follow(self, command: JointCommand | None) -> None:
        """Move the ghost to a command; None ends it."""
        self._returns = command is None and (self._returns or self._ghost is not None)
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
        ghost = self._ghost
        if ghost is None:
            return self._return(state, live), inputs
        seen = replace(live, position=ghost.position, velocity=ghost.velocity)
        return state, replace(inputs, joints=seen)

    def _return(self, state: GateState, live: JointSample) -> GateState:
        """Go back from the ghost to the live arm, which is elsewhere and did not jump."""
        if not self._returns:
            return state
        self._returns = False
        # How fast it moves is not known before its next joint state: no ~/arm until then.
        return state.but(
            joints=live, seen_ns=live.arrival_ns, speed_rad_s=math.inf, frozen_ns=None
        )


def _is_right(live: JointSample, state: GateState) -> bool:
    """Say whether a sample has the joints of the arm, and only numbers."""
    known = state.joints
    if known is not None and live.names != known.names:
        return False
    return len(live.names) > 0 and bool(np.isfinite(live.position).all())
