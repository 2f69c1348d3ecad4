# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import re
from pathlib import Path

import pytest

from vla_ros.errors import ConfigError
from vla_ros.learn.config import load_learn_config
from vla_ros.resources import config_path


def test_the_shipped_config_loads() -> None:
    config = load_learn_config("tabletop")
    assert config.policy == "tabletop"
    assert config.training.steps > 1000


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("cooldown: 0.3", "cooldown: 1.3", r"training.cooldown = 1.3"),
        ("kicks: 0.12", "kicks: .nan", r"demonstrations.kicks = nan"),
        ("ema_decay", "ema_decai", r"Did you mean 'ema_decay'"),
        ("network:", "dataset: {path: mine}\nnetwork:", r"either 'demonstrations' or 'dataset'"),
        ("network:", "dataset: {path: a, gripper: {open: 0}}\nnetwork:", r"dataset.gripper.open"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / "tabletop.yaml"
    text = config_path("learn", "tabletop").read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    with pytest.raises(ConfigError, match=message):
        load_learn_config(path)


def test_a_dataset_takes_the_place_of_demonstrations(tmp_path: Path) -> None:
    path = tmp_path / "drawer.yaml"
    text = config_path("learn", "tabletop").read_text()
    kept = re.sub(r"^(demonstrations|corrections):\n(?:(?: .*|#.*)?\n)*", "", text, flags=re.M)
    path.write_text(kept + "dataset: {path: ~/drawer, gripper: {closed: 80, open: 30}}\n")
    config = load_learn_config(path)
    assert config.demonstrations is None
    assert config.dataset is not None
    assert config.dataset.gripper.closed == 80.0
    corrected = "corrections:\n" + text.split("corrections:\n")[1].split("\n\n")[0] + "\n"
    path.write_text(path.read_text() + corrected)
    with pytest.raises(ConfigError, match=r"corrections.* nobody corrects a policy of a dataset"):
        load_learn_config(path)
