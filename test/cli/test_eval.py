# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import argparse
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from episodes import make_result

from vla_ros.cli import eval as verb
from vla_ros.errors import ConfigError, PolicyError, SimulationError
from vla_ros.evaluate import run
from vla_ros.evaluate.cases import SUITES
from vla_ros.evaluate.episode import EpisodeResult
from vla_ros.evaluate.failure import Failure
from vla_ros.policy.model_file import sha256_of
from vla_ros.policy.spec import load_policy_profile


def arguments(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    verb.add_arguments(parser)
    return parser.parse_args(words)


Tell = Callable[[EpisodeResult], None]


@pytest.fixture
def four_of_five(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = [Failure.NONE] * 4 + [Failure.MISPLACED]
    results = [make_result(kind, seed=seed) for seed, kind in enumerate(kinds)]

    def play_all(subject: object, cases: object, processes: int, tell: Tell) -> None:
        for result in results:
            tell(result)

    monkeypatch.setattr(run, "play_all", play_all)


@pytest.mark.usefixtures("four_of_five")
@pytest.mark.parametrize(("bar", "code"), [("0.8", 0), ("0.81", 1)])
def test_the_exit_code_says_whether_the_bar_is_met(
    bar: str, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "figures.json"
    words = ("--episodes", "5", "--bar", bar)
    assert verb.run(arguments(*words, "--json", str(target))) == code
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("episodes=5 successes=4 success_rate=0.8 wilson_low=")
    document = json.loads(target.read_text())
    assert document["failures"] == {"misplaced": 1}
    assert document["model_sha256"] == sha256_of(load_policy_profile("tabletop").model)
    assert [e["seed"] for e in document["episode"]] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("ros", [(), ("--through-ros",)])
@pytest.mark.parametrize(
    "words",
    [
        ("--episodes", "-1"),
        ("--swap", "-1"),
        ("--processes", "0"),
        ("--episodes", "0"),
        ("--seed", "-1"),
        ("--videos", "-1"),
        ("--report", "0"),
        ("--report", "-5"),
        ("--episodes", "0", "--swap", "1", "--report"),
    ],
)
def test_numbers_that_measure_nothing_are_refused(
    words: tuple[str, ...], ros: tuple[str, ...]
) -> None:
    with pytest.raises(ConfigError, match=rf"^{words[0]} {words[1]}: .*wanted \d or more"):
        verb.run(arguments(*words, *ros))


def test_a_family_that_does_not_exist_is_named() -> None:
    with pytest.raises(ConfigError, match="'fly' does not exist; there are: all, put"):
        verb.run(arguments("--policy", "expert", "--tasks", "fly"))


def test_the_expert_is_evaluated_like_a_policy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "figures.json"
    words = "--policy expert --tasks open,close --episodes 2 --ungroundable 1 --groundable 1"
    assert verb.run(arguments(*words.split(), "--json", str(target))) == 0
    assert "4/4 episodes, 2/2 right, 0.0 min left" in capsys.readouterr().out
    document = json.loads(target.read_text())
    assert list(document["families"]) == ["open", "close"]
    assert document["ungroundable"]["share"] == 1.0
    assert document["model_sha256"] == ""


def test_a_folder_gets_the_page_its_plots_and_the_figures(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "folder"
    words = "--policy expert --tasks open,close --episodes 3 --report 2 --shift none"
    assert verb.run(arguments(*words.split(), "--out", str(out))) == 0
    assert {p.name for p in out.iterdir()} == {
        "evaluation.md",
        "families.svg",
        "figures.json",
        "generalisation.svg",
    }
    assert "## Generalisation" in (out / "evaluation.md").read_text()
    suites = json.loads((out / "figures.json").read_text())["suites"]
    counts = {name: figures["episodes"] for name, figures in suites.items()}
    assert counts.pop("main") == 3
    assert set(counts.values()) == {2}
    assert list(suites)[1:] == [name for name in SUITES if name != "new colour pairs"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, PolicyError, SimulationError, ValueError])
def test_whatever_ends_it_leaves_the_figures_of_what_was_played(
    error: type[BaseException],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def play_all(subject: object, cases: object, processes: int, tell: Tell) -> None:
        tell(make_result())
        raise error("no more")

    monkeypatch.setattr(run, "play_all", play_all)
    target, out = tmp_path / "no" / "such" / "figures.json", tmp_path / "page"
    words = ("--episodes", "5", "--json", str(target), "--out", str(out))
    with pytest.raises(error, match="no more"):
        verb.run(arguments(*words))
    assert json.loads(target.read_text())["episodes"] == 1
    assert (out / "evaluation.md").is_file()
    assert "only 1 of 5 episodes were played" in capsys.readouterr().out


def test_where_nothing_was_played_only_the_error_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def play_all(*_: object) -> None:
        raise PolicyError("no more")

    monkeypatch.setattr(run, "play_all", play_all)
    with pytest.raises(PolicyError, match="no more"):
        verb.run(arguments("--episodes", "5"))
    assert "were played" not in capsys.readouterr().out


@pytest.mark.usefixtures("four_of_five")
def test_figures_are_told_before_they_are_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(verb, "write_json", fail)
    with pytest.raises(OSError, match="no space left"):
        verb.run(arguments("--episodes", "5", "--json", str(tmp_path / "figures.json")))
    assert "episodes=5 successes=4" in capsys.readouterr().out
