# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
from typing import Any

import numpy as np
import pytest

from vla_ros.gate import GateMode, Reason, Verdict

NAN, INF = float("nan"), float("inf")
ROWS = np.zeros((16, 2))
MS = 1_000_000


def with_value(value: float) -> np.ndarray:
    rows = ROWS.copy()
    rows[7, 1] = value
    return rows


def reasons(decision: Any) -> set[Reason]:
    return {finding.reason for finding in decision.findings}


@pytest.mark.parametrize(
    ("rows", "changes", "reason"),
    [
        (with_value(NAN), {}, Reason.NON_FINITE),
        (with_value(INF), {}, Reason.NON_FINITE),
        (with_value(-INF), {}, Reason.NON_FINITE),
        (ROWS, {"gripper": np.full(16, NAN)}, Reason.NON_FINITE),
        (with_value(1e300), {}, Reason.BAD_CHUNK),
        (with_value(1e3), {}, Reason.BAD_CHUNK),
        (np.zeros((16, 3)), {}, Reason.BAD_DIM),
        (np.zeros((16, 1)), {}, Reason.BAD_DIM),
        (np.zeros((0, 2)), {}, Reason.BAD_DIM),
        (np.zeros(16), {}, Reason.BAD_DIM),
        (np.zeros((2, 2, 2)), {"gripper": np.zeros(2)}, Reason.BAD_DIM),
        (ROWS, {"gripper": np.zeros(15)}, Reason.BAD_DIM),
        (ROWS, {"joint_names": ("wrist", "elbow")}, Reason.BAD_NAMES),
        (ROWS, {"joint_names": ("elbow", "elbow")}, Reason.BAD_NAMES),
        (ROWS, {"joint_names": ("elbow",)}, Reason.BAD_NAMES),
        (ROWS, {"step_ns": 0}, Reason.BAD_CHUNK),
        (ROWS, {"step_ns": -100 * MS}, Reason.BAD_CHUNK),
        (ROWS, {"step_ns": 4 * MS}, Reason.BAD_CHUNK),
        (ROWS, {"step_ns": 1001 * MS}, Reason.BAD_CHUNK),
        (ROWS, {"epoch": 0}, Reason.OLD_EPOCH),
        (ROWS, {"epoch": 2}, Reason.OLD_EPOCH),
        (ROWS + 0.18, {}, Reason.START_MISMATCH),
        (with_value(0.46), {}, Reason.CHUNK_JUMP),
    ],
)
def test_a_chunk_is_dropped_and_moves_nothing(
    rig: Any, rows: np.ndarray, changes: dict[str, Any], reason: Reason
) -> None:
    rig.arm()
    decision = rig.tick(chunks=(rig.chunk(rows, **changes),))
    assert decision.verdict is Verdict.DROP
    assert reasons(decision) == {reason}
    assert decision.mode is GateMode.ARMED
    assert decision.interventions == 1
    assert not rig.ticks(5).command.position.any()


def test_a_chunk_behind_a_frozen_camera_moves_nothing_and_holds_what_moves(rig: Any) -> None:
    rig.arm()
    blind = rig.chunk(ROWS + 0.05, camera_frozen=True)
    decision = rig.tick(chunks=(blind,))
    assert reasons(decision) == {Reason.CAM_FROZEN}
    assert decision.mode is GateMode.ARMED
    assert not rig.ticks(5).command.position.any()
    rig.tick(chunks=(rig.chunk(ROWS + 0.05),))
    assert rig.ticks(5).mode is GateMode.RUN
    decision = rig.tick(chunks=(rig.chunk(ROWS + 0.1, camera_frozen=True),))
    assert decision.mode is GateMode.HOLD
    assert reasons(decision) == {Reason.CAM_FROZEN}
    assert rig.ticks(60).command.position[0] < 0.05


@pytest.mark.parametrize(
    ("rows", "changes"),
    [
        (ROWS + 0.17, {}),
        (with_value(0.44), {}),
        (ROWS, {"step_ns": 5 * MS}),
        (ROWS, {"step_ns": 1000 * MS}),
        (np.zeros((1, 2)), {}),
    ],
)
def test_a_chunk_at_the_limit_is_admitted(
    rig: Any, rows: np.ndarray, changes: dict[str, Any]
) -> None:
    rig.arm()
    decision = rig.tick(chunks=(rig.chunk(rows, **changes),))
    assert Verdict.DROP not in {finding.verdict for finding in decision.findings}
    assert decision.mode is GateMode.RUN


@pytest.mark.parametrize(("age_ms", "admitted"), [(490, True), (510, False)])
def test_an_old_observation_is_refused(rig: Any, age_ms: int, admitted: bool) -> None:
    rig.arm().ticks(100)
    chunk = rig.chunk(observed_ns=rig.now_ns - age_ms * MS + 10 * MS)
    decision = rig.tick(chunks=(chunk,))
    assert (decision.mode is GateMode.RUN) is admitted
    assert (Reason.OBS_STALE in reasons(decision)) is not admitted


@pytest.mark.parametrize(
    ("field", "ahead_ms", "admitted"),
    [
        ("observed_ns", 60, True),
        ("observed_ns", 61, False),
        # A quick policy answers before its first row is due: up to a step (100 ms).
        ("first_ns", 160, True),
        ("first_ns", 161, False),
    ],
)
def test_a_stamp_from_the_future_is_refused(
    rig: Any,
    field: str,
    ahead_ms: int,
    admitted: bool,
) -> None:
    rig.arm()
    chunk = rig.chunk(**{field: rig.now_ns + ahead_ms * MS})  # The tick comes 10 ms later.
    decision = rig.tick(chunks=(chunk,))
    assert (decision.mode is GateMode.RUN) is admitted
    assert (Reason.FUTURE_STAMP in reasons(decision)) is not admitted


def test_an_observation_from_before_arming_is_refused(rig: Any) -> None:
    rig.arm().ticks(3)
    chunk = rig.chunk(observed_ns=rig.state.armed_ns - 1)
    assert reasons(rig.tick(chunks=(chunk,))) == {Reason.OLD_EPOCH}


def test_a_chunk_seen_before_is_refused(rig: Any) -> None:
    rig.arm()
    chunk = rig.chunk()
    rig.tick(chunks=(chunk,))
    assert reasons(rig.tick(chunks=(chunk,))) == {Reason.DUPLICATE}
    assert rig.tick().mode is GateMode.RUN


def test_a_chunk_older_than_the_newest_is_refused(rig: Any) -> None:
    rig.arm()
    old = rig.chunk()
    rig.tick(chunks=(rig.chunk(),))
    assert reasons(rig.tick(chunks=(old,))) == {Reason.OUT_OF_ORDER}


def test_a_newer_number_with_an_older_observation_is_refused(rig: Any) -> None:
    rig.arm().ticks(5)
    rig.tick(chunks=(rig.chunk(),))
    chunk = rig.chunk(observed_ns=rig.now_ns - 30 * MS)
    assert reasons(rig.tick(chunks=(chunk,))) == {Reason.OUT_OF_ORDER}


def test_the_first_session_owns_the_epoch_and_another_is_refused(rig: Any) -> None:
    rig.run()
    decision = rig.tick(chunks=(rig.chunk(session=8),))
    assert reasons(decision) == {Reason.NOT_OWNER}
    assert rig.state.owner == 7
    assert decision.mode is GateMode.RUN


@pytest.mark.parametrize(
    ("late_ms", "reason"),
    [
        (350, None),
        (360, Reason.CHUNK_TRIMMED),
        (700, Reason.CHUNK_TRIMMED),
        (710, Reason.CHUNK_LATE),
    ],
)
def test_a_chunk_that_comes_late_is_trimmed_or_refused(
    rig: Any, late_ms: int, reason: Reason | None
) -> None:
    rig.arm().ticks(100)
    chunk = rig.chunk(first_ns=rig.now_ns + 10 * MS - late_ms * MS)
    decision = rig.tick(chunks=(chunk,))
    assert reasons(decision) == ({reason} if reason else set())
    assert (decision.mode is GateMode.RUN) is (reason is not Reason.CHUNK_LATE)


@pytest.mark.parametrize("per_row", [0.1, 0.101])
def test_a_chunk_faster_than_the_limit_is_followed_late_and_noted(
    rig: Any, per_row: float
) -> None:
    u = np.cumsum(np.array([0.0, 0.1, 0.35, 0.65, 0.9, *[1.0] * 5]))[:, None]
    rows = np.hstack((per_row * u, 0.0 * u))
    rig.arm()
    rig.tick(chunks=(rig.chunk(rows),))
    decision = rig.ticks(55)  # Where it is fastest.
    assert (Reason.RATE_LIMITED in reasons(decision)) is (per_row > 0.1)
    assert decision.mode is GateMode.RUN


def test_three_malformed_chunks_in_a_row_hold_a_running_arm(rig: Any) -> None:
    rig.run()
    for expected in (GateMode.RUN, GateMode.RUN, GateMode.HOLD):
        decision = rig.tick(chunks=(rig.chunk(with_value(NAN)),))
        assert decision.mode is expected


def test_three_mismatching_starts_in_a_row_latch(rig: Any) -> None:
    rig.arm()
    for expected in (GateMode.ARMED, GateMode.ARMED, GateMode.PSTOP):
        decision = rig.tick(chunks=(rig.chunk(ROWS + 0.5),))
        assert decision.mode is expected


def test_chunks_are_ignored_in_silence_while_nothing_is_armed(rig: Any) -> None:
    decision = rig.tick(chunks=(rig.chunk(),))
    assert decision.mode is GateMode.IDLE
    assert decision.command is None
    assert not decision.findings
