# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import argparse
import json
import platform
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs torch")

from vla_ros.cli import train
from vla_ros.errors import ConfigError
from vla_ros.learn import rounds
from vla_ros.learn.config import load_learn_config
from vla_ros.resources import config_path


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


def test_the_figures_tell_what_the_wall_time_depends_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A training on one core, which does not choose its precision by the machine."""
    model = tmp_path / "policy.onnx"
    model.write_bytes(b"x")
    report = rounds.LearnReport(
        model=model, rounds=1, episodes=2, collecting_s=1.0, training_s=2.0
    )
    monkeypatch.setattr(rounds, "learn", lambda *_: report)
    text = config_path("learn", "tabletop").read_text()
    head, tail = text.split("\ntraining:\n")
    tail = tail.replace("processes: 2", "processes: 1\n  precision: float32", 1)
    config, figures = tmp_path / "mine.yaml", tmp_path / "new" / "figures.json"
    config.write_text(f"{head}\ntraining:\n{tail}")
    words = ("--config", str(config), "--out", str(tmp_path), "--json", str(figures))
    assert train.run(arguments(*words)) == 0
    told = json.loads(figures.read_text())
    assert (told["cores"], told["precision"]) == (1, "float32")
    assert told["cpu"] == train.cpu_name()
    assert told["wall_s"] == 3.0


def test_the_cpu_has_its_name_where_the_system_tells_it(tmp_path: Path) -> None:
    told = tmp_path / "cpuinfo"
    told.write_text("processor\t: 0\nmodel name\t: A CPU @ 3: GHz\n\nprocessor\t: 1\n")
    assert train.cpu_name(told) == "A CPU @ 3: GHz"
    told.write_text("processor\t: 0\nBogoMIPS\t: 48.00\n")
    assert train.cpu_name(told) == platform.machine()


def test_a_seed_below_zero_is_refused() -> None:
    with pytest.raises(ConfigError, match="--seed -1: wanted 0 or more"):
        train.run(arguments("--seed", "-1"))


@pytest.mark.parametrize(
    ("source", "has"),
    [
        ("backend: torch\nmodel: checkpoint.pt", r"/checkpoint.pt"),
        ("backend: mine\naddress: http://localhost:8000", r"http://localhost:8000"),
    ],
)
def test_what_is_no_onnx_file_is_never_installed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, has: str
) -> None:
    """Said before the training."""
    monkeypatch.setattr(rounds, "learn", lambda *_: pytest.fail("it trained"))
    text = config_path("policies", "tabletop").read_text()
    assert "backend: onnx\nmodel: tabletop.onnx" in text
    text = text.replace("backend: onnx\nmodel: tabletop.onnx", source)
    (tmp_path / "mine.yaml").write_text(text.replace("name: tabletop", "name: mine"))
    config = tmp_path / "learn.yaml"
    learned = config_path("learn", "tabletop").read_text()
    config.write_text(learned.replace("policy: tabletop", f"policy: {tmp_path / 'mine.yaml'}"))
    words = ("--config", str(config), "--out", str(tmp_path / "out"), "--install")
    with pytest.raises(ConfigError, match=f"'mine' looks for its policy at .*{has}, wanted an"):
        train.run(arguments(*words))


def test_an_unknown_config_is_named() -> None:
    with pytest.raises(ConfigError, match=r"'tabletp' does not exist. Did you mean 'tabletop'"):
        train.run(arguments("--config", "tabletp"))
