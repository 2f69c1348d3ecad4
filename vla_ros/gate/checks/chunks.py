# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which chunks may move the arm: schema, order, ownership, stamps, and where they start."""

import math

import numpy as np

from vla_ros.chunk.schedule import LEAST_SCALE
from vla_ros.gate.config import GateConfig
from vla_ros.gate.state import Finding
from vla_ros.gate.tick import ChunkCheck, Tick, TickCheck
from vla_ros.gate.vocabulary import GateMode, Reason, Verdict
from vla_ros.types import ActionChunk, Joining

_LARGEST = 1e3  # [rad]: no joint of an arm turns this far; catches degrees times anything.
_JUMP_FACTOR = 3.0
_TRIMMED = 0.25
_LATE = 0.5
_INCONSISTENT_RAD = 0.15
_COMPARED_ROWS = 8  # Of the overlap of two chunks; enough, and quick.


def _drop(reason: Reason, message: str) -> Finding:
    return Finding(Verdict.DROP, reason, message)


def ends_goal(chunk: ActionChunk) -> bool:
    """Say whether a chunk carries nothing but the end of its goal."""
    return chunk.last and len(chunk.position_rad) == 0


def check_owner(chunk: ActionChunk, tick: Tick) -> Finding | None:
    """Object to a session that does not own the epoch."""
    owner = tick.state.owner
    if owner is None or chunk.session == owner:
        return None
    return _drop(
        Reason.NOT_OWNER,
        f"chunk of session {chunk.session}, but session {owner} owns epoch {tick.state.epoch}: "
        "call ~/arm, once the arm rests, to let a restarted policy in",
    )


def check_schema(chunk: ActionChunk, tick: Tick) -> Finding | None:
    """Object to a chunk of the wrong shape, names, step or content."""
    names = tick.config.limits.names
    if ends_goal(chunk):
        return None
    rows = chunk.position_rad
    if rows.ndim != 2 or rows.shape[1] != len(names) or len(rows) < 1:
        return _drop(Reason.BAD_DIM, f"rows have shape {rows.shape}, wanted (1.., {len(names)})")
    if chunk.gripper.shape != (len(rows),):
        return _drop(
            Reason.BAD_DIM, f"gripper has shape {chunk.gripper.shape}, wanted ({len(rows)},)"
        )
    if chunk.joint_names != names:
        return _drop(Reason.BAD_NAMES, f"joints are {chunk.joint_names}, wanted {names}")
    if not (np.isfinite(rows).all() and np.isfinite(chunk.gripper).all()):
        return _drop(Reason.NON_FINITE, "a target is NaN or infinite")
    text = _find_bad_content(chunk, tick.config)
    return _drop(Reason.BAD_CHUNK, text) if text else None


def _find_bad_content(chunk: ActionChunk, config: GateConfig) -> str:
    """Return what of a well-formed chunk makes no sense, in words; empty if all does."""
    largest = np.abs(chunk.position_rad).max()
    shortest_s, longest_s = config.step_s
    if not largest < _LARGEST:
        return f"a target is {largest:.3g} rad; degrees?"
    if not LEAST_SCALE <= chunk.speed_scale <= 1.0:
        return f"speed_scale is {chunk.speed_scale}, wanted {LEAST_SCALE} to 1"
    if chunk.joining is None:
        return f"its joining is not known here, wanted {', '.join(way.value for way in Joining)}"
    if not shortest_s <= chunk.step_ns * 1e-9 <= longest_s:
        return f"step is {chunk.step_ns * 1e-9} s, wanted {shortest_s} to {longest_s} s"
    return ""


def check_order(chunk: ActionChunk, tick: Tick) -> Finding | None:
    """Object to a chunk of another epoch, seen before, or older than the newest."""
    state = tick.state
    if chunk.epoch != state.epoch:
        return _drop(Reason.OLD_EPOCH, f"chunk of epoch {chunk.epoch}, now is {state.epoch}")
    if chunk.sequence == state.sequence:
        return _drop(Reason.DUPLICATE, f"chunk {chunk.sequence} was seen before")
    if not chunk.sequence > state.sequence:
        return _drop(
            Reason.OUT_OF_ORDER, f"chunk {chunk.sequence} came after chunk {state.sequence}"
        )
    if ends_goal(chunk):
        return None
    if not chunk.observed_ns >= state.armed_ns:
        return _drop(Reason.OLD_EPOCH, "its observation is older than ~/arm")
    if not chunk.observed_ns >= state.observed_ns:
        return _drop(Reason.OUT_OF_ORDER, "its observation is older than that of the chunk before")
    return None


def check_future(chunk: ActionChunk, tick: Tick) -> Finding | None:
    """Object to stamps ahead of the clock; row 0 may be due up to a step later."""
    ahead_s = -tick.since_s(max(chunk.observed_ns, chunk.first_ns - chunk.step_ns))
    if ends_goal(chunk) or ahead_s <= tick.config.future_s:
        return None
    return _drop(
        Reason.FUTURE_STAMP,
        f"a stamp is {ahead_s:.3f} s ahead, limit {tick.config.future_s} s. "
        "Synchronise the clocks of the machines",
    )


def check_observation_age(chunk: ActionChunk, tick: Tick) -> Finding | None:
    """Object to a chunk that answers an old observation."""
    age_s = tick.since_s(chunk.observed_ns)
    if ends_goal(chunk) or age_s <= tick.config.observation_max_age_s:
        return None
    return _drop(
        Reason.OBS_STALE,
        f"its observation is {age_s:.3f} s old, limit {tick.config.observation_max_age_s} s "
        "(observation_max_age_s)",
    )


def check_camera(chunk: ActionChunk, tick: Tick) -> Finding | None:  # noqa: ARG001 - a check.
    """Object to a chunk that a frozen camera stands behind."""
    if not chunk.camera_frozen:
        return None
    text = "a camera behind the observation repeats itself"
    return Finding(Verdict.HOLD, Reason.CAM_FROZEN, text)  # What comes next is blind, too.


def _pace(chunk: ActionChunk, tick: Tick) -> float:
    """Return how fast its rows become due, 0 to 1."""
    scale = tick.state.schedule.scale if tick.state.mode is GateMode.RUN else 1.0
    return min(scale, chunk.speed_scale)


def check_late(chunk: ActionChunk, tick: Tick) -> Finding | None:
    """Object to a chunk most of whose rows are past."""
    if ends_goal(chunk):
        return None
    past_s = tick.since_s(chunk.first_ns) * _pace(chunk, tick)
    late = past_s / (chunk.step_ns * 1e-9 * len(chunk.position_rad))
    if late <= _TRIMMED:
        return None
    text = f"{min(late, 1.0):.0%} of its rows are past"
    if late <= _LATE:
        return Finding(Verdict.CLAMP, Reason.CHUNK_TRIMMED, text)
    return _drop(Reason.CHUNK_LATE, text)


def check_start(chunk: ActionChunk, tick: Tick) -> Finding | None:
    """Object to a first chunk that begins away from where the arm is."""
    if tick.state.mode is GateMode.RUN or ends_goal(chunk):
        return None
    measured = tick.measured
    if measured is None:
        return _drop(Reason.START_MISMATCH, "no joint state to compare with")
    past_ns = (tick.now_ns - chunk.first_ns) * _pace(chunk, tick)
    row = int(max(past_ns, 0) // chunk.step_ns)
    start = chunk.position_rad[min(row, len(chunk.position_rad) - 1)]
    distance = np.abs(start - np.array(measured))
    limit = tick.config.start_mismatch_rad
    if (distance <= limit).all():
        return None
    j = int(np.argmax(distance))
    return _drop(
        Reason.START_MISMATCH,
        f"{tick.config.limits.names[j]}: plan starts at {start[j]:.3f} rad, the arm is at "
        f"{measured[j]:.3f} rad, limit {limit} rad apart (start_mismatch_rad)",
    )


def check_jump(chunk: ActionChunk, tick: Tick) -> Finding | None:
    """Object to rows that no arm could connect."""
    if len(chunk.position_rad) < 2:
        return None
    limit = np.array(tick.config.limits.operating.velocity) * chunk.step_ns * 1e-9 * _JUMP_FACTOR
    jump = np.abs(np.diff(chunk.position_rad, axis=0)).max(axis=0)
    if (jump <= limit).all():
        return None
    j = int(np.argmax(jump / limit))
    return _drop(
        Reason.CHUNK_JUMP,
        f"{tick.config.limits.names[j]}: rows are {jump[j]:.3f} rad apart, limit {limit[j]:.3f}",
    )


def check_consistency(chunk: ActionChunk, tick: Tick) -> Finding | None:
    """Remark on a chunk that contradicts the plan it replaces; nothing is refused for it."""
    if tick.state.mode is not GateMode.RUN or ends_goal(chunk):
        return None
    difference = _difference_rad(chunk, tick)
    if not difference > _INCONSISTENT_RAD:
        return None
    text = f"it differs from the plan by {difference:.2f} rad (RMS), limit {_INCONSISTENT_RAD}"
    return Finding(Verdict.SCALE, Reason.CHUNK_INCONSISTENT, text)


def _difference_rad(chunk: ActionChunk, tick: Tick) -> float:
    """Return the root mean square distance of a chunk from the plan where both have rows."""
    schedule = tick.state.schedule
    if not schedule.scale > 0.0:
        return 0.0
    step_s = chunk.step_ns * 1e-9
    since_s = tick.since_s(chunk.first_ns)
    phase_s = since_s * schedule.scale if since_s > 0.0 else since_s
    first = max(math.ceil(phase_s / step_s), 0)
    stride = max(1, (len(chunk.position_rad) - first) // _COMPARED_ROWS)
    squares = []
    for k in range(first, len(chunk.position_rad), stride):
        due_s = (k * step_s - phase_s) / schedule.scale
        plan = schedule.sample(tick.now_ns + round(due_s * 1e9))
        if plan is None:
            break
        squares.append(float(np.mean((chunk.position_rad[k] - plan.position) ** 2)))
    return math.sqrt(sum(squares) / len(squares)) if squares else 0.0


def is_doubtful(chunk: ActionChunk, config: GateConfig) -> bool:
    """Say whether the policy does not trust a chunk; NaN is no trust."""
    if config.confidence is None or ends_goal(chunk):
        return False
    return config.confidence.is_doubtful(chunk.confidence)


def check_confidence(chunk: ActionChunk, tick: Tick) -> Finding | None:
    """Object to a policy that does not trust itself, several chunks in a row."""
    confidence = tick.config.confidence
    if confidence is None or not is_doubtful(chunk, tick.config):
        return None
    count = tick.state.record.doubts_in_row + 1
    if count < confidence.in_row:
        return None
    text = (
        f"{count} chunks in a row are doubtful: confidence {chunk.confidence:.2f}, wanted "
        f"{confidence.least} to 1 (confidence.least)"
    )
    return Finding(Verdict.HOLD, Reason.LOW_CONFIDENCE, text)


def check_deadline(tick: Tick) -> Finding | None:
    """Object to a policy that went silent, however long its last chunk still is.

    With short chunks the plan runs out first (STARVED).
    """
    state, limit_s = tick.state, tick.config.infer_deadline_s
    if state.mode is not GateMode.RUN or state.ending:
        return None
    if tick.since_s(state.admitted_ns) <= limit_s:
        return None
    text = f"the policy sent no usable chunk for {limit_s} s (infer_deadline_s)"
    return Finding(Verdict.HOLD, Reason.INFER_DEADLINE, text)


CHUNK_CHECKS = (
    ChunkCheck(10, check_owner),
    ChunkCheck(11, check_schema),
    ChunkCheck(12, check_order),
    ChunkCheck(13, check_future),
    ChunkCheck(14, check_observation_age),
    ChunkCheck(15, check_camera),
    ChunkCheck(16, check_late),
    TickCheck(18, check_deadline),
    ChunkCheck(20, check_start),
    ChunkCheck(21, check_jump),
    ChunkCheck(21, check_consistency),
    ChunkCheck(31, check_confidence),
)
