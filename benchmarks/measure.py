# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What all benchmarks share: warming up, quantiles, and one last line of `name=value` figures."""

import argparse
import json
import os
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

NS_PER_MS = 1e6


def make_parser(doc: str, repeats: int) -> argparse.ArgumentParser:
    """Return a parser with the options every benchmark has."""
    parser = argparse.ArgumentParser(description=doc.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=repeats, help=f"default: {repeats}")
    parser.add_argument("--json", type=Path, help="write the figures to this file as well")
    parser.add_argument(
        "--bar", type=float, help="fail when the median is above this [ms] (default: the budget)"
    )
    return parser


def measure(call: Callable[[], object], repeats: int, warm_up: int = 20) -> list[float]:
    """Return how long each call took [ms], after some that do not count."""
    for _ in range(warm_up):
        call()
    durations = []
    for _ in range(repeats):
        began_ns = time.perf_counter_ns()
        call()
        durations.append((time.perf_counter_ns() - began_ns) / NS_PER_MS)
    return durations


def quantiles(name: str, samples_ms: Sequence[float]) -> dict[str, float]:
    """Return median, p95, p99 and maximum of some durations [ms], by the names they print as."""
    values = np.asarray(samples_ms)
    median, p95, p99 = np.percentile(values, (50, 95, 99))
    return {
        f"{name}_median_ms": float(median),
        f"{name}_p95_ms": float(p95),
        f"{name}_p99_ms": float(p99),
        f"{name}_max_ms": float(values.max()),
    }


def describe_machine() -> dict[str, object]:
    """Return what the figures depend on."""
    return {
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 2),
    }


def report(figures: Mapping[str, float], json_path: Path | None, missed: Sequence[str]) -> int:
    """Print the figures and what misses its bar; the exit code.

    Args:
        figures: By name, with the unit in the name.
        json_path: Where to write them as well; None for nowhere.
        missed: What misses its bar, in words.
    """
    machine = describe_machine()
    print(" ".join(f"{name}={value}" for name, value in machine.items()))
    if json_path is not None:
        json_path.write_text(json.dumps({**figures, "host": machine}, indent=2) + "\n")
    for text in missed:
        print(f"missed: {text}")
    print(" ".join(f"{name}={_shown(value)}" for name, value in figures.items()))
    return 1 if missed else 0


def _shown(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.4g}"


def over(figures: Mapping[str, float], bars: Mapping[str, float]) -> list[str]:
    """Return, in words, every figure that is above its bar; NaN is above any."""
    return [
        f"{name} = {figures[name]:.4g}, bar {bar:g}"
        for name, bar in bars.items()
        if not figures[name] <= bar
    ]
