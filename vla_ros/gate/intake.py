# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the measured joints say: whether they can be right, and whether the arm follows."""

import math
from dataclasses import replace

import numpy as np

from vla_ros.gate.config import GateConfig
from vla_ros.gate.state import GateInputs, GateState
from vla_ros.gate.vocabulary import GateMode
from vla_ros.types import FloatArray, JointSample

_JUMP_FACTOR = 1.5
_JUMP_SLACK_RAD = 0.02  # Encoder noise, and stamps that are not exact.
_MOVING_RAD_S = 0.05
_STAMPS = (
    "observed_ns",
    "admitted_ns",
    "entered_ns",
    "armed_ns",
    "blocked_ns",
    "tracking_ns",
    "lagging_ns",
    "moving_ns",
    "frozen_ns",
    "event_ns",
)
_TRACKED = (GateMode.ARMED, GateMode.RUN, GateMode.HOLD)


def take_in(state: GateState, inputs: GateInputs, config: GateConfig) -> GateState:
    """Return the state with the newest joint state and heartbeat taken in."""
    if inputs.estop is not None and not state.estop_heard:
        state = state.but(estop_heard=True)
    sample = inputs.joints
    if sample is None or sample.arrival_ns == state.seen_ns:
        return state
    if not _is_complete(sample, config):
        return state.but(seen_ns=sample.arrival_ns, invalid_samples=state.invalid_samples + 1)
    jumps = state.joints is not None and _jumps(state.joints, sample, config)
    return state.but(
        joints=sample,
        seen_ns=sample.arrival_ns,
        speed_rad_s=speed_of(state.joints, sample),
        frozen_ns=_frozen_since(state, sample, config),
        invalid_samples=state.invalid_samples + 1 if jumps else 0,
    )


def turn_back(state: GateState, now_ns: int) -> GateState:
    """Return the state with no stamp ahead of the clock: after a step back ages count anew.

    Else what went silent would look fresh, and no cause would ever be gone for long enough.
    """
    if state.tick_ns is None or now_ns >= state.tick_ns:
        return state
    stamps = {name: getattr(state, name) for name in _STAMPS}
    past = {name: min(ns, now_ns) for name, ns in stamps.items() if ns is not None}
    joints = state.joints
    if joints is not None:
        joints = replace(joints, arrival_ns=min(joints.arrival_ns, now_ns))
    return state.but(
        joints=joints, gripper_ns=(), record=replace(state.record, holds_ns=()), **past
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
    """Return the state that remembers since when the tracking error is too large, and too lax."""
    tracking_ns = _since(state.tracking_ns, now_ns, holds=error > config.tracking_rad)
    lagging_ns = _since(state.lagging_ns, now_ns, holds=error > config.tracking_warn_rad)
    if (tracking_ns, lagging_ns) == (state.tracking_ns, state.lagging_ns):
        return state
    return state.but(tracking_ns=tracking_ns, lagging_ns=lagging_ns)


def note_motion(state: GateState, now_ns: int) -> GateState:
    """Return the state that remembers since when the commanded arm moves."""
    motion = state.motion
    moves = motion is not None and max(map(abs, motion.velocity)) > _MOVING_RAD_S
    moving_ns = _since(state.moving_ns, now_ns, holds=moves)
    return state if moving_ns == state.moving_ns else state.but(moving_ns=moving_ns)


def _since(since_ns: int | None, now_ns: int, *, holds: bool) -> int | None:
    if not holds:
        return None
    return now_ns if since_ns is None else since_ns


def _is_complete(sample: JointSample, config: GateConfig) -> bool:
    """Say whether a sample has exactly the joints of the arm, and only numbers."""
    if sample.names != config.limits.names or not _finite(sample.position):
        return False
    return sample.velocity is None or _finite(sample.velocity)


def _finite(values: FloatArray) -> bool:
    return all(map(math.isfinite, values.tolist()))  # For so few far faster than NumPy.


def _frozen_since(state: GateState, sample: JointSample, config: GateConfig) -> int | None:
    """Return since when positions repeat to the last bit though the arm should move; else None.

    A drive may begin to move late by its delay (tracking_window_s).
    """
    before, moving_ns = state.joints, state.moving_ns
    if before is None or moving_ns is None:
        return None
    if (sample.arrival_ns - moving_ns) * 1e-9 < config.tracking_window_s:
        return None
    if not np.array_equal(before.position, sample.position):
        return None
    return before.arrival_ns if state.frozen_ns is None else state.frozen_ns


def _jumps(before: JointSample, sample: JointSample, config: GateConfig) -> bool:
    dt_s = max((sample.stamp_ns - before.stamp_ns) * 1e-9, config.dt_s)
    joints = zip(
        before.position.tolist(),
        sample.position.tolist(),
        config.limits.hard.velocity,
        strict=True,
    )
    reach_s = _JUMP_FACTOR * dt_s
    return not all(abs(q - p) <= top * reach_s + _JUMP_SLACK_RAD for p, q, top in joints)


def speed_of(before: JointSample | None, sample: JointSample) -> float:
    """Return the fastest joint [rad/s]: as reported, else from the two newest positions."""
    if sample.velocity is not None:
        return float(max(map(abs, sample.velocity.tolist())))
    if before is None or not sample.stamp_ns > before.stamp_ns:
        return math.inf
    dt_s = (sample.stamp_ns - before.stamp_ns) * 1e-9
    return float(np.abs(sample.position - before.position).max()) / dt_s
