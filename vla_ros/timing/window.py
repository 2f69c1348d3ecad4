# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How durations are spread, over the newest of them."""

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from vla_ros.timing.hops import HOP, HopTimes, hops_of, total_ms

WINDOW_S = 60.0
MOST = 500  # Sorting them takes no time that a control loop in the same process would notice.
SLACK_MS = 0.1  # Two readings of one clock, in the wrong order.


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How some durations are spread.

    Attributes:
        count: How many there are; at least one.
        p50_ms: Half of them are at most this long [ms].
        p95_ms: 95 % of them are [ms].
        p99_ms: 99 % of them are [ms].
        worst_ms: The longest [ms].
        least_ms: The shortest [ms].
        negative: How many end before they begin: by clocks that differ.
    """

    count: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    worst_ms: float
    least_ms: float
    negative: int


def spread_of(samples_ms: Sequence[float]) -> Spread:
    """Return how durations [ms] are spread; each quantile is one of them.

    Raises:
        ValueError: There are none, or one is not finite.
    """
    if not samples_ms or not all(map(math.isfinite, samples_ms)):
        raise ValueError(f"{len(samples_ms)} durations, wanted at least one, and finite numbers")
    ordered = sorted(samples_ms)
    count = len(ordered)
    p50, p95, p99 = (ordered[math.ceil(q * count / 100) - 1] for q in (50, 95, 99))
    return Spread(
        count=count,
        p50_ms=p50,
        p95_ms=p95,
        p99_ms=p99,
        worst_ms=ordered[-1],
        least_ms=ordered[0],
        negative=sum(1 for sample in ordered if sample < -SLACK_MS),
    )


def complain(name: str, spread: Spread) -> str:
    """Return in words that clocks differ, where a hop ends before it begins; else nothing."""
    hop = HOP.get(name)
    if not spread.negative or hop is None or hop.clocks is None:
        return ""
    earlier, later = hop.clocks
    return (
        f"{name} is below 0 in {spread.negative} of {spread.count}, down to {spread.least_ms:.1f} "
        f"ms: the clock of {earlier} is ahead of {later}'s. Synchronise the clocks"
    )


class HopWindow:
    """The hops that one node measured, within the newest minute.

    One thread adds, another may read.

    Args:
        node: Whose hops count.
        cold: How many samples to leave out at the beginning: the first ones are slow.

    Attributes:
        node: Whose hops count.
        cold_ms: What was left out: the time in this node's hops [ms].
    """

    def __init__(self, node: str, *, cold: int = 1) -> None:
        self.node = node
        self.cold_ms: list[float] = []
        self._names = tuple(hop.name for hop in hops_of(node))
        self._cold = cold
        self._samples: deque[tuple[int, float, HopTimes]] = deque(maxlen=MOST)

    def add(self, hops: HopTimes, age_ms: float, now_ns: int) -> None:
        """Take one sample; one without hops of this node, or not finite, is left out.

        Args:
            hops: All so far; those of other nodes are left out.
            age_ms: Of the image, when the last of them ended [ms].
            now_ns: Node clock.
        """
        own = tuple(hop for hop in hops if hop[0] in self._names)
        if not own or not math.isfinite(total_ms(own) + age_ms):
            return
        if len(self.cold_ms) < self._cold:
            self.cold_ms.append(total_ms(own))
        else:
            self._samples.append((now_ns, age_ms, own))

    def spreads(self, now_ns: int) -> dict[str, Spread]:
        """Return how each hop is spread, in their order, and the age of the image under `age`.

        A hop that was never measured is not among them.
        """
        since_ns = now_ns - round(WINDOW_S * 1e9)
        samples: dict[str, list[float]] = {name: [] for name in self._names}
        ages: list[float] = []
        for at_ns, age_ms, own in list(self._samples):
            if not since_ns <= at_ns <= now_ns:  # Too old, or from before the clock went back.
                continue
            ages.append(age_ms)
            for name, time_ms in own:
                samples[name].append(time_ms)
        return {
            name: spread_of(values) for name, values in (samples | {"age": ages}).items() if values
        }
