# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import argparse
import json
from pathlib import Path

import pytest

from vla_ros.cli import eval as verb
from vla_ros.errors import ConfigError
from vla_ros.learn import evaluate
from vla_ros.learn.evaluate import EpisodeResult, Failure
from vla_ros.learn.rollout import Ending


def arguments(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    verb.add_arguments(parser)
    return parser.parse_args(words)


def result(seed: int, failure: Failure) -> EpisodeResult:
    return EpisodeResult(
        seed=seed,
        family="put",
        instruction="put the red cube in the blue bowl",
        failure=failure,
        ending=Ending.DONE,
        duration_s=4.0,
        inferences=10,
        interventions=0,
        message="",
    )


@pytest.fixture
def four_of_five(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = [Failure.NONE] * 4 + [Failure.MISPLACED]
    results = [result(seed, kind) for seed, kind in enumerate(kinds)]
    monkeypatch.setattr(evaluate, "evaluate", lambda *_: results)


@pytest.mark.usefixtures("four_of_five")
@pytest.mark.parametrize(("bar", "code"), [("0.8", 0), ("0.81", 1)])
def test_the_exit_code_says_whether_the_bar_is_met(
    bar: str, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "figures.json"
    assert verb.run(arguments("--bar", bar, "--json", str(target))) == code
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("episodes=5 successes=4 success_rate=0.8 wilson_low=")
    document = json.loads(target.read_text())
    assert document["failures"] == {"misplaced": 1}
    assert [e["seed"] for e in document["episode"]] == [0, 1, 2, 3, 4]


def test_no_episode_is_refused() -> None:
    with pytest.raises(ConfigError, match="wanted 1 or more"):
        verb.run(arguments("--episodes", "0"))
