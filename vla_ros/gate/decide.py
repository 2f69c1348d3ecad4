# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a tick comes to: the command, if any, and what there is to say."""

import math

import numpy as np

from vla_ros.gate.config import GateConfig
from vla_ros.gate.state import Decision, GateState
from vla_ros.gate.tick import Tick
from vla_ros.gate.turn import Turn
from vla_ros.gate.vocabulary import GateMode
from vla_ros.types import JointCommand


def decide(turn: Turn, tick: Tick) -> Decision:
    """Return the decision of a tick that has been worked on.

    Args:
        turn: After all else.
        tick: As the checks saw it last.
    """
    state = turn.state
    silent = state.mode is GateMode.FAULT and _has_rested(state, turn.config)
    sent = state.motion is not None and not silent
    return Decision(
        mode=state.mode,
        verdict=state.verdict,
        findings=(*state.cause, *(f for f in state.findings if f not in state.cause)),
        command=_command(turn) if sent else None,
        published=state.published[-1] if sent else None,
        stopping=state.mode is not GateMode.RUN and not state.resting,
        events=tuple(turn.events),
        answers=tuple(turn.answers),
        queue_s=state.schedule.queue_s(turn.now_ns),
        tracking_rad=tick.tracking_rad,
        observation_age_s=tick.since_s(tick.target.observed_ns) if tick.target else math.nan,
        interventions=state.interventions,
    )


def _has_rested(state: GateState, config: GateConfig) -> bool:
    """Say whether the end of the stop has been published, twice."""
    stop_s = 0.0 if state.stop is None else state.stop.duration_s
    return state.stop_elapsed_s >= stop_s + 2.0 * config.dt_s


def _command(turn: Turn) -> JointCommand | None:
    motion = turn.state.motion
    if motion is None:
        return None
    return JointCommand(
        stamp_ns=turn.now_ns,
        names=turn.config.limits.names,
        position=np.array(motion.position),
        velocity=np.array(motion.velocity),
        acceleration=np.array(motion.acceleration),
        gripper=turn.state.grip.opening,
    )
