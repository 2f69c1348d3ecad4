# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

import pytest
from made_up_frames import make_frames

from vla_ros.learn.config import LearnConfig, load_learn_config
from vla_ros.learn.dataset import Frames, write_shard


@pytest.fixture
def frames() -> Frames:
    return make_frames()


@pytest.fixture
def tiny() -> LearnConfig:
    """A config that trains in a second."""
    config = load_learn_config("tabletop")
    network = config.network.model_copy(
        update={
            "cameras": tuple(c.model_copy(update={"channels": 8}) for c in config.network.cameras),
            "width": 16,
            "text_width": 8,
            "layers": 1,
        }
    )
    training = config.training.model_copy(
        update={"steps": 4, "frames": 2, "processes": 1, "save_every": 2}
    )
    return config.model_copy(update={"network": network, "training": training})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "run"


@pytest.fixture
def shown(folder: Path) -> Path:
    """A folder of demonstrations with pictures of the right size."""
    place = folder / "demonstrations"
    write_shard(place / "shard_1.npz", make_frames(side=128))
    return place
