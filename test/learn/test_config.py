# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
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
    ],
)
def test_a_mistake_is_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / "native.yaml"
    text = config_path("learn", "tabletop").read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    with pytest.raises(ConfigError, match=message):
        load_learn_config(path)
