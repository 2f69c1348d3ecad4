# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How long it takes to take a chunk into the plan, and to sample the plan."""

import sys
from dataclasses import replace
from functools import partial

import numpy as np
from measure import make_parser, measure, over, quantiles, report

from vla_ros.chunk.schedule import ChunkSchedule
from vla_ros.types import ActionChunk, Joining

STEP_NS = 100_000_000
JOINTS = tuple(f"joint{k}" for k in range(1, 8))


def make_chunk(sequence: int, rng: np.random.Generator) -> ActionChunk:
    """Return 16 rows of a random walk of seven joints."""
    rows = np.cumsum(rng.normal(0.0, 0.02, (16, len(JOINTS))), axis=0)
    return ActionChunk(
        goal_id="0" * 32,
        session=1,
        epoch=1,
        sequence=sequence,
        last=False,
        observed_ns=0,
        first_ns=0,
        step_ns=STEP_NS,
        joint_names=JOINTS,
        position_rad=rows,
        gripper=np.ones(16),
    )


def main() -> int:
    """Measure and print; the exit code."""
    args = make_parser(__doc__, repeats=5000).parse_args()
    rng = np.random.default_rng(0)
    first, second = make_chunk(1, rng), make_chunk(2, rng)
    plan = ChunkSchedule().admit(first, 0)
    blending = plan.admit(second, STEP_NS)
    figures = quantiles("admit", measure(lambda: plan.admit(second, STEP_NS), args.repeats))
    # 50 ms into a cross-fade of two chunks, which is the dearest moment.
    now_ns = STEP_NS + 50_000_000
    figures |= quantiles("sample", measure(lambda: blending.sample(now_ns), args.repeats))
    for joining in Joining:  # Six chunks of 1.6 s, one every 0.3 s.
        crowd = ChunkSchedule()
        for k in range(6):
            new = replace(make_chunk(k, rng), joining=joining, first_ns=3 * k * STEP_NS)
            crowd = crowd.admit(new, 3 * k * STEP_NS + STEP_NS)
        sample = partial(crowd.sample, 16 * STEP_NS + STEP_NS // 2)
        figures |= quantiles(f"sample_{joining.value}", measure(sample, args.repeats))
    bar_ms = 0.1 if args.bar is None else args.bar
    bars = {name: bar_ms for name in figures if name.startswith("sample") and "median" in name}
    return report(figures, args.json, over(figures, bars))


if __name__ == "__main__":
    sys.exit(main())
