# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Only the rows that ask for too much count, and only while they are due."""

from typing import Any

import numpy as np
import pytest

from vla_ros.gate import GateMode, Reason
from vla_ros.gate.rates import find_fast_rows

TICKS_A_ROW = 10


def bent(row: int) -> np.ndarray:
    """Rows that stand still up to one, from which the first joint moves on fast."""
    return np.outer(0.0505 * np.maximum(np.arange(12) - row, 0), [1.0, 0.0])


def test_half_a_row_on_both_sides_of_a_bend_is_told(rig: Any) -> None:
    found = find_fast_rows(rig.chunk(bent(6)), rig.gate.config.limits)
    assert found is not None
    assert found.spans == ((5.5, 6.5),)
    assert found.text == (
        "the plan asks elbow for 5.05 rad/s^2 of acceleration, limit 5; it is followed late"
    )


@pytest.mark.parametrize("rows", [1, 2, 3, 12])
def test_a_chunk_that_asks_for_little_has_none(rig: Any, rows: int) -> None:
    assert find_fast_rows(rig.chunk(np.zeros((rows, 2))), rig.gate.config.limits) is None


def test_a_fast_row_counts_while_it_is_due_and_as_one_intervention(rig: Any) -> None:
    rig.arm()
    before = rig.state.interventions
    rig.tick(chunks=(rig.chunk(bent(6)),))
    told = []
    for _ in range(10 * TICKS_A_ROW):
        decision = rig.tick()
        assert decision.mode is GateMode.RUN
        told.append(any(f.reason is Reason.RATE_LIMITED for f in decision.findings))
    assert sum(told) == pytest.approx(TICKS_A_ROW, abs=1)
    assert told.index(True) == pytest.approx(5.5 * TICKS_A_ROW, abs=2)
    assert rig.state.interventions == before + 1


def test_a_fast_row_that_never_is_due_is_no_intervention(rig: Any) -> None:
    rig.arm()
    before = rig.state.interventions
    rig.tick(chunks=(rig.chunk(bent(6)),))
    rig.ticks(3 * TICKS_A_ROW)
    rig.tick(chunks=(rig.chunk(np.zeros((12, 2))),))
    rig.ticks(8 * TICKS_A_ROW)
    assert rig.state.interventions == before
