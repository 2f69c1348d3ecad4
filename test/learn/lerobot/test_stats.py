# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest

from vla_ros.learn.lerobot.stats import PictureStats, combine, vector_stats

NAMES = {"min", "max", "mean", "std", "count", "q01", "q10", "q50", "q90", "q99"}


def pictures(count: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (count, 8, 9, 3), dtype=np.uint8)


def stats_of(images: np.ndarray) -> dict[str, np.ndarray]:
    stats = PictureStats()
    for image in images:
        stats.add(image)
    return stats.result()


def test_numbers_have_one_figure_each() -> None:
    values = np.random.default_rng(0).normal(3.0, 2.0, (500, 2))
    stats = vector_stats(values)
    assert set(stats) == NAMES
    assert stats["mean"] == pytest.approx(values.mean(0))
    assert stats["q90"] == pytest.approx(np.quantile(values, 0.9, axis=0))
    assert stats["count"].tolist() == [500]
    assert vector_stats(values[:, 0])["std"].shape == (1,)


def test_pictures_have_one_figure_per_color_from_0_to_1() -> None:
    images = pictures(20, 0)
    stats = stats_of(images)
    assert set(stats) == NAMES
    channels = images.reshape(-1, 3) / 255.0
    for name, wanted in (
        ("min", channels.min(0)),
        ("max", channels.max(0)),
        ("mean", channels.mean(0)),
        ("std", channels.std(0)),
    ):
        assert stats[name].shape == (3, 1, 1)
        assert stats[name].reshape(-1) == pytest.approx(wanted), name
    assert stats["q10"].reshape(-1) == pytest.approx(np.quantile(channels, 0.1, axis=0), abs=0.005)
    assert stats["count"].tolist() == [20]


def test_parts_together_are_the_whole() -> None:
    one, other = pictures(5, 1), pictures(20, 2) // 2
    got, wanted = combine([stats_of(one), stats_of(other)]), stats_of(np.concatenate((one, other)))
    assert set(got) == NAMES
    for name in ("min", "max", "mean", "std", "count"):
        assert got[name] == pytest.approx(wanted[name]), name
    assert (got["q10"] <= wanted["q10"]).all()
    assert (got["q90"] >= wanted["q90"]).all()
