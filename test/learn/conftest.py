# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from vla_ros.learn.config import LearnConfig, load_learn_config

if TYPE_CHECKING:
    from vla_ros.learn.dataset import Frames


@pytest.fixture
def frames() -> "Frames":
    made_up = pytest.importorskip(
        "made_up_frames", reason="datasets need pyarrow", exc_type=ImportError
    )
    return made_up.make_frames()


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
    return config.model_copy(update={"network": network, "training": training, "networks": 1})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "run"


@pytest.fixture
def shown(folder: Path) -> Path:
    """A folder of demonstrations with pictures of the right size."""
    place = folder / "demonstrations"
    made_up = pytest.importorskip(
        "made_up_frames", reason="datasets need pyarrow", exc_type=ImportError
    )
    made_up.write_frames(place, made_up.make_frames(side=128))
    return place
