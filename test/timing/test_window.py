# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import math

import pytest

from vla_ros.timing.hops import EXECUTOR, PERCEPTION, HopTimes
from vla_ros.timing.window import MOST, WINDOW_S, HopWindow, Spread, complain, spread_of

S = 1_000_000_000


def way(gate_ms: float) -> HopTimes:
    return (("infer", 50.0), ("gate", gate_ms), ("publish", 0.5))


def filled(*gates_ms: float, cold: int = 0) -> HopWindow:
    window = HopWindow(EXECUTOR, cold=cold)
    for k, gate_ms in enumerate(gates_ms):
        window.add(way(gate_ms), 60.0, k * S)
    return window


def test_quantiles_are_samples_and_the_worst_is_there() -> None:
    spread = spread_of([float(k) for k in range(200, 0, -1)])
    assert (spread.p50_ms, spread.p95_ms, spread.p99_ms) == (100.0, 190.0, 198.0)
    assert (spread.worst_ms, spread.least_ms, spread.count) == (200.0, 1.0, 200)


@pytest.mark.parametrize(("count", "p99"), [(1, 1.0), (2, 2.0), (99, 99.0), (100, 99.0)])
def test_with_few_samples_a_quantile_is_never_too_kind(count: int, p99: float) -> None:
    assert spread_of([float(k + 1) for k in range(count)]).p99_ms == p99


@pytest.mark.parametrize("samples", [[], [1.0, math.nan], [math.inf]])
def test_what_cannot_be_ordered_is_refused(samples: list[float]) -> None:
    with pytest.raises(ValueError, match="wanted at least one, and finite numbers"):
        spread_of(samples)


def test_negative_durations_are_counted_but_for_the_grain_of_a_clock() -> None:
    assert spread_of([-3.0, -0.05, 0.0, 2.0]).negative == 1


def test_a_node_tells_of_its_own_hops_and_of_the_age() -> None:
    spreads = filled(0.2, 0.3).spreads(S)
    assert list(spreads) == ["gate", "publish", "age"]
    assert spreads["gate"].worst_ms == 0.3
    assert spreads["age"].count == 2


def test_what_was_never_measured_is_missing_and_not_zero() -> None:
    assert HopWindow(PERCEPTION).spreads(0) == {}


def test_the_cold_start_is_kept_apart() -> None:
    window = filled(900.0, 0.2, 0.3, cold=1)
    assert window.spreads(2 * S)["gate"].worst_ms == 0.3
    assert window.cold_ms == [900.5]


def test_what_is_older_than_the_window_counts_no_more() -> None:
    window = filled(9.0, 0.2)
    assert window.spreads(round(WINDOW_S * S))["gate"].worst_ms == 9.0
    assert window.spreads(round(WINDOW_S * S) + 1)["gate"].worst_ms == 0.2
    assert window.spreads(round(WINDOW_S * S) + 2 * S) == {}


def test_after_the_clock_went_back_samples_from_ahead_count_no_more() -> None:
    assert filled(0.1, 0.2).spreads(0)["gate"].count == 1


def test_a_window_is_bounded() -> None:
    window = HopWindow(EXECUTOR, cold=0)
    for _ in range(MOST + 10):
        window.add(way(0.1), 60.0, 0)
    assert window.spreads(0)["gate"].count == MOST


def test_a_sample_without_hops_of_the_node_is_none() -> None:
    window = HopWindow(PERCEPTION, cold=0)
    window.add((), 0.0, 0)
    window.add(way(0.1), 60.0, 0)
    assert window.spreads(0) == {}


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_left_out(bad: float) -> None:
    window = filled(bad, 0.2)
    window.add(way(0.1), bad, S)
    assert window.spreads(S)["gate"].count == 1


def spread(negative: int) -> Spread:
    return spread_of([-4.25] * negative + [1.0] * (10 - negative))


def test_clocks_that_differ_are_named() -> None:
    text = complain("chunk_transport", spread(3))
    assert "chunk_transport is below 0 in 3 of 10, down to -4.2 ms" in text
    assert "the clock of inference_node is ahead of executor_node's" in text
    assert complain("chunk_transport", spread(0)) == ""


def test_one_clock_does_not_differ_from_itself() -> None:
    assert complain("gate", spread(3)) == ""
    assert complain("age", spread(3)) == ""
