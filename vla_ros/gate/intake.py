# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the measured joints say: whether they can be right, and whether the arm follows."""

import math
from dataclasses import replace

import numpy as np

from vla_ros.gate.config import GateConfig
from vla_ros.gate.state import GateInputs, GateState
from vla_ros.gate.vocabulary import GateMode
from vla_ros.types import JointSample

_JUMP_FACTOR = 1.5
_JUMP_SLACK_RAD = 0.02  # Encoder noise, and stamps that are not exact.
_TRACKED = (GateMode.ARMED, GateMode.RUN, GateMode.HOLD)


def take_in(state: GateState, inputs: GateInputs, config: GateConfig) -> GateState:
    """Return the state with the newest joint state and heartbeat taken in."""
    if inputs.estop is not None and not state.estop_heard:
        state = replace(state, estop_heard=True)
    sample = inputs.joints
    if sample is None or sample.arrival_ns == state.seen_ns:
        return state
    right = sample.names == config.limits.names and bool(np.isfinite(sample.position).all())
    if not right:
        return replace(state, seen_ns=sample.arrival_ns, invalid_samples=state.invalid_samples + 1)
    jumps = state.joints is not None and _jumps(state.joints, sample, config)
    return replace(
        state,
        joints=sample,
        seen_ns=sample.arrival_ns,
        speed_rad_s=_speed(state.joints, sample),
        invalid_samples=state.invalid_samples + 1 if jumps else 0,
    )


def tracking_error(state: GateState) -> float:
    """Return how far a measured joint is from where its commands recently were [rad].

    Whatever the delay of the drive, the joint has to be between the least and the most that was
    commanded within the window. NaN while nothing is commanded.
    """
    if state.joints is None or not state.commands or state.mode not in _TRACKED:
        return math.nan
    measured: list[float] = state.joints.position.tolist()
    error: float = max(
        max(min(column) - q, q - max(column), 0.0)
        for q, column in zip(measured, zip(*state.commands, strict=True), strict=True)
    )
    return error


def note_tracking(state: GateState, error: float, config: GateConfig, now_ns: int) -> GateState:
    """Return the state that remembers since when the tracking error is too large."""
    if math.isnan(error) or error <= config.tracking_rad:
        return state if state.tracking_ns is None else replace(state, tracking_ns=None)
    return state if state.tracking_ns is not None else replace(state, tracking_ns=now_ns)


def _jumps(before: JointSample, sample: JointSample, config: GateConfig) -> bool:
    dt_s = max((sample.stamp_ns - before.stamp_ns) * 1e-9, config.dt_s)
    moves = np.abs(sample.position - before.position)
    top = config.limits.hard.velocity
    return not bool((moves <= np.array(top) * (_JUMP_FACTOR * dt_s) + _JUMP_SLACK_RAD).all())


def _speed(before: JointSample | None, sample: JointSample) -> float:
    """Return the fastest joint [rad/s]: as reported, else from the two newest positions."""
    if sample.velocity is not None:
        return float(np.abs(sample.velocity).max())
    if before is None or not sample.stamp_ns > before.stamp_ns:
        return math.inf
    dt_s = (sample.stamp_ns - before.stamp_ns) * 1e-9
    return float(np.abs(sample.position - before.position).max()) / dt_s
