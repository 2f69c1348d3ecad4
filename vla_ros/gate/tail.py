# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a trajectory controller may be told: the next sample and the stop proved for it."""

from vla_ros.gate.state import GateState
from vla_ros.gate.stop import MotionState

_TAIL_STEP_S = 0.02
_BEYOND_S = 1e-9  # So that rounding does not leave the last point short of rest.


def make_tail(state: GateState, dt_s: float) -> tuple[tuple[float, MotionState], ...]:
    """Return states with their time from now [s], ending at rest; empty before anything is armed.

    A controller that hears nothing more follows it to its end, and that is a stop.

    Args:
        state: After the tick.
        dt_s: Time between two commands [s]; the newest command is due one of them from now.
    """
    if state.motion is None or state.stop is None:
        return ()
    points = [(dt_s, state.motion)]
    left_s = state.stop.duration_s - state.stop_elapsed_s
    count = max(0, -int(-left_s // _TAIL_STEP_S))
    for k in range(1, count + 1):
        ahead_s = min(k * _TAIL_STEP_S, left_s)
        points.append((dt_s + ahead_s, state.stop.at(state.stop_elapsed_s + ahead_s + _BEYOND_S)))
    return tuple(points)
