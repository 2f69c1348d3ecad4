# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import argparse

import pytest

pytest.importorskip("torch", reason="training needs torch")

from vla_ros.cli import train
from vla_ros.errors import ConfigError
from vla_ros.learn.config import load_learn_config


def arguments(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    train.add_arguments(parser)
    return parser.parse_args(words)


@pytest.mark.parametrize("option", ["--episodes", "--steps"])
def test_a_budget_below_one_is_refused(option: str) -> None:
    with pytest.raises(ConfigError, match=f"{option} 0: wanted 1 or more"):
        train.run(arguments(option, "0"))


def test_a_seed_changes_neither_the_scenes_nor_the_budget() -> None:
    config = load_learn_config("tabletop")
    assert train._overridden(config, arguments()) == config
    other = train._overridden(config, arguments("--seed", "0"))
    assert config.seed == 1
    assert other == config.model_copy(update={"seed": 0})


def test_a_seed_below_zero_is_refused() -> None:
    with pytest.raises(ConfigError, match="--seed -1: wanted 0 or more"):
        train.run(arguments("--seed", "-1"))


def test_an_unknown_config_is_named() -> None:
    with pytest.raises(ConfigError, match=r"'tabletp' does not exist. Did you mean 'tabletop'"):
        train.run(arguments("--config", "tabletp"))
