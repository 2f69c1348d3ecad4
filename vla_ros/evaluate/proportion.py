# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How sure a success rate is, given how often it was tried."""

import math

_Z_95 = 1.959964


def wilson_interval(successes: int, trials: int, z: float = _Z_95) -> tuple[float, float]:
    """Return Wilson's score interval of a success rate, 0 to 1.

    Args:
        successes: How often it worked.
        trials: How often it was tried.
        z: Width in standard deviations; 1.96 gives 95 %.

    Raises:
        ValueError: Not 0 <= successes <= trials, or no trial.
    """
    if not 0 <= successes <= trials or trials < 1:
        raise ValueError(f"{successes} successes in {trials} trials, wanted 0 <= s <= n, n >= 1")
    rate = successes / trials
    center = rate + z * z / (2 * trials)
    half = z * math.sqrt(rate * (1.0 - rate) / trials + z * z / (4 * trials * trials))
    scale = 1.0 + z * z / trials
    return max(0.0, (center - half) / scale), min(1.0, (center + half) / scale)
