# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Statistics of features, which LeRobot normalises by; the same figures under the same names."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vla_ros.types import ImageArray

Stats = dict[str, NDArray[np.float64]]

_PERCENT = (1, 10, 50, 90, 99)
_LEVELS = 256


def vector_stats(values: NDArray[np.generic]) -> Stats:
    """Return the statistics of numbers of shape (N,) or (N, D), each of shape (1,) or (D,)."""
    table = np.asarray(values, np.float64).reshape(len(values), -1)
    quantiles = np.percentile(table, _PERCENT, axis=0)
    return {
        "min": table.min(0),
        "max": table.max(0),
        "mean": table.mean(0),
        "std": table.std(0),
        "count": np.array([len(table)]),
        **{f"q{p:02d}": q for p, q in zip(_PERCENT, quantiles, strict=True)},
    }


class PictureStats:
    """Statistics of RGB pictures, one after the other; colours count from 0 to 1."""

    def __init__(self) -> None:
        self._pictures = 0
        self._counts = np.zeros((3, _LEVELS), np.int64)

    def add(self, picture: ImageArray) -> None:
        """Take in a picture of shape (H, W, 3)."""
        self._pictures += 1
        for channel in range(3):
            levels = picture[..., channel].reshape(-1)
            self._counts[channel] += np.bincount(levels, minlength=_LEVELS)

    def result(self) -> Stats:
        """Return the statistics, each of shape (3, 1, 1)."""
        levels = np.arange(_LEVELS) / (_LEVELS - 1)
        share = self._counts / self._counts.sum(1, keepdims=True)
        mean = share @ levels
        below = share.cumsum(1)
        seen = [levels[counts > 0] for counts in self._counts]
        figures = {
            "min": np.array([s[0] for s in seen]),
            "max": np.array([s[-1] for s in seen]),
            "mean": mean,
            "std": np.sqrt(np.maximum(share @ levels**2 - mean**2, 0.0)),
            **{f"q{p:02d}": levels[(below >= p / 100 - 1e-12).argmax(1)] for p in _PERCENT},
        }
        shaped = {name: figure.reshape(3, 1, 1) for name, figure in figures.items()}
        return shaped | {"count": np.array([self._pictures])}


def combine(parts: Sequence[Stats]) -> Stats:
    """Return the statistics of several sets together; as in LeRobot, the quantiles are bounds."""
    counts = np.array([part["count"][0] for part in parts], np.float64)
    weights = counts / counts.sum()
    means = np.array([part["mean"] for part in parts])
    mean = np.tensordot(weights, means, 1)
    squares = np.array([part["std"] for part in parts]) ** 2 + (means - mean) ** 2
    lowest = ("min", "q01", "q10", "q50")
    return {
        "mean": mean,
        "std": np.sqrt(np.tensordot(weights, squares, 1)),
        "count": np.array([int(counts.sum())]),
        **{name: np.min([part[name] for part in parts], axis=0) for name in lowest},
        **{name: np.max([part[name] for part in parts], axis=0) for name in ("max", "q90", "q99")},
    }
