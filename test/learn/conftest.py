# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

import numpy as np
import pytest

from vla_ros.learn.config import LearnConfig, load_learn_config
from vla_ros.learn.dataset import Frames

SENTENCE = "put the red cube in the blue bowl"


def make_frames(count: int = 6, *, side: int = 32, horizon: int = 16) -> Frames:
    """Return made-up frames: two cameras, two instructions."""
    rng = np.random.default_rng(0)
    return Frames(
        images=rng.integers(0, 256, (count, 2, side, side, 3), dtype=np.uint8),
        state=rng.normal(0.0, 1.0, (count, 6)).astype(np.float32),
        sentences=np.array([[SENTENCE, "move the red block to the green bowl"]] * count),
        rows=rng.normal(0.0, 0.1, (count, 2, horizon, 4)).astype(np.float32),
        gripper=rng.integers(0, 2, (count, 2, horizon)).astype(np.uint8),
        progress=rng.random((count, 2)).astype(np.float32),
        done=rng.integers(0, 2, (count, 2)).astype(np.uint8),
        pixels=rng.random((count, 2, 2, 2, 2)).astype(np.float32),
        offsets_m=rng.normal(0.0, 0.1, (count, 2, 2, 3)).astype(np.float32),
        episode=np.zeros(count, np.int32),
    )


@pytest.fixture
def frames() -> Frames:
    return make_frames()


@pytest.fixture
def tiny() -> LearnConfig:
    """A config that trains in a second."""
    config = load_learn_config("native")
    network = config.network.model_copy(
        update={
            "cameras": tuple(
                c.model_copy(update={"channels": 8, "size": 96, "grid": g})
                for c, g in zip(config.network.cameras, (24, 12), strict=True)
            ),
            "width": 16,
            "text_width": 8,
            "layers": 1,
        }
    )
    training = config.training.model_copy(update={"steps": 4, "batch": 2, "save_every": 2})
    return config.model_copy(update={"network": network, "training": training})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "run"
