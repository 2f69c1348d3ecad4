# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import json
from argparse import ArgumentParser, Namespace
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("rclpy", reason="ROS is not installed")
pytest.importorskip("vla_ros.action", reason="the interfaces are not built")

from vla_ros.cli import eval as verb
from vla_ros.cli import eval_ros, ready
from vla_ros.cli.eval_ros import Episode, evaluate, report, summarise
from vla_ros.cli.graph import GraphError
from vla_ros.errors import ConfigError
from vla_ros.evaluate.cases import Case, patience_s, scene_of
from vla_ros.policy.model_file import sha256_of
from vla_ros.policy.outcome import Outcome
from vla_ros.policy.spec import load_policy_profile
from vla_ros.ros import station as station_module
from vla_ros.ros.client import Ended, RefusedError
from vla_ros.ros.station import SceneError

pytestmark = pytest.mark.ros


class FakeStation:
    """Answers as a graph would; `outcome` and `solved` are set by the test."""

    def __init__(self) -> None:
        self.outcome = Outcome.SUCCEEDED
        self.armed = 0
        self.goals: list[Any] = []
        self.refuse: Exception | None = None
        self.instructions = SimpleNamespace(send=self.send)

    def ready(self) -> None:
        self.armed += 1
        if self.refuse is not None:
            raise self.refuse

    def send(self, goal: Any) -> Ended:
        self.goals.append(goal)
        return Ended(
            outcome=self.outcome,
            message="because",
            duration_s=4.0,
            inference_count=12,
            intervention_count=1,
        )


@pytest.fixture
def station(monkeypatch: pytest.MonkeyPatch) -> FakeStation:
    monkeypatch.setattr(ready, "lay_out", lambda station, seed, text: text)
    monkeypatch.setattr(ready, "solved_for_good", lambda station, task: (True, "it is there"))
    return FakeStation()


def play(station: FakeStation, seeds: range = range(1000, 1001)) -> list[Episode]:
    cases = [Case(seed=seed, family="put") for seed in seeds]
    episodes: list[Episode] = []
    evaluate(SimpleNamespace(check=lambda: None), station, cases, episodes)
    return episodes


def test_an_episode_counts_when_policy_and_physics_agree(station: FakeStation) -> None:
    (episode,) = play(station)
    assert (episode.success, episode.reason) == (True, "")
    assert episode.seed == 1000


def test_every_seed_of_the_range_is_played_and_armed_for(station: FakeStation) -> None:
    episodes = play(station, range(1000, 1005))
    assert [episode.seed for episode in episodes] == [1000, 1001, 1002, 1003, 1004]
    assert station.armed == 5


def test_a_solved_task_without_the_policys_word_is_a_failure(station: FakeStation) -> None:
    station.outcome = Outcome.TIMEOUT
    (episode,) = play(station)
    assert not episode.success
    assert episode.reason == "TIMEOUT: because"


def test_the_policys_word_without_the_physics_is_a_failure(
    station: FakeStation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ready, "solved_for_good", lambda station, task: (False, "it fell out"))
    (episode,) = play(station)
    assert not episode.success
    assert episode.outcome == "NOT_CONFIRMED"
    assert episode.reason == "the policy said done, but it fell out"


def test_a_scene_that_cannot_be_laid_out_is_a_failure(
    station: FakeStation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(station: FakeStation, seed: int, instruction: str) -> str:
        raise SceneError("cannot lay out scene 1000")

    monkeypatch.setattr(ready, "lay_out", fail)
    (episode,) = play(station)
    assert (episode.success, episode.outcome) == (False, "NOT_STARTED")


def test_a_gate_that_cannot_be_armed_is_a_failure(station: FakeStation) -> None:
    station.refuse = RefusedError("~/arm refused: the arm moves")
    (episode,) = play(station)
    assert (episode.success, episode.reason) == (False, "~/arm refused: the arm moves")


def test_a_held_out_sentence_is_laid_out_sent_and_given_enough_time(
    station: FakeStation,
) -> None:
    (episode,) = play(station)
    scene = scene_of(Case(seed=1000, family="put"))
    assert episode.instruction == scene.instruction
    assert episode.family == "put"
    (goal,) = station.goals
    assert goal.instruction == scene.instruction
    assert goal.timeout_s == patience_s(scene.task)


def episodes(wins: int, losses: int, family: str = "put") -> list[Episode]:
    won = Episode(
        seed=1,
        family=family,
        instruction="",
        success=True,
        outcome="SUCCEEDED",
        reason="",
        duration_s=3.0,
    )
    lost = replace(won, success=False, outcome="TIMEOUT", reason="late", duration_s=20.0)
    return [won] * wins + [lost] * losses


def options(*words: str) -> Namespace:
    parser = ArgumentParser()
    verb.add_arguments(parser)
    return parser.parse_args(words)


class FailingGraph:
    """Runs until the third episode begins; then `error` ends it."""

    error: BaseException = GraphError("sim_node has ended")

    def __init__(self, options: object) -> None:
        self.checks = 0

    def __enter__(self) -> "FailingGraph":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def start(self) -> None:
        pass

    def check(self) -> None:
        self.checks += 1
        if self.checks == 3:
            raise self.error


@pytest.mark.parametrize("error", [GraphError("sim_node has ended"), KeyboardInterrupt()])
def test_whatever_ends_it_leaves_the_figures_of_what_was_played(
    error: BaseException,
    station: FakeStation,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(FailingGraph, "error", error)
    monkeypatch.setattr(eval_ros, "Graph", FailingGraph)
    monkeypatch.setattr(eval_ros, "isolate", lambda: None)
    monkeypatch.setattr(ready, "wait_until_ready", lambda graph, station: None)
    monkeypatch.setattr(station_module, "Station", lambda name: nullcontext(station))
    target = tmp_path / "no" / "such" / "figures.json"
    words = ("--through-ros", "--tasks", "put", "--episodes", "5", "--json", str(target))
    with pytest.raises(type(error)):
        verb.run(options(*words))
    written = json.loads(target.read_text())
    assert written["episodes"] == 2
    assert written["model_sha256"] == sha256_of(load_policy_profile("tabletop").model)
    out = capsys.readouterr().out
    assert "episodes=2 successes=2" in out
    assert out.endswith("only 2 of 5 episodes were played\n")


def test_figures_carry_wilsons_interval() -> None:
    figures = summarise(episodes(85, 15))
    assert figures.success_rate == 0.85
    assert (figures.wilson_low, figures.wilson_high) == pytest.approx((0.767, 0.907), abs=1e-3)
    assert figures.mean_duration_s == 3.0
    assert figures.line().startswith("episodes=100 successes=85 success_rate=0.85 ")


@pytest.mark.parametrize(("wins", "code"), [(90, 0), (89, 1), (0, 1)])
def test_the_exit_code_tells_whether_the_bar_is_met(
    wins: int, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    args = options("--json", str(tmp_path / "figures.json"))
    assert report(args, episodes(wins, 100 - wins), 1.0, "") == code
    assert capsys.readouterr().out.splitlines()[-1].startswith("episodes=100 ")
    written = json.loads((tmp_path / "figures.json").read_text())
    assert written["successes"] == wins
    assert written["families"]["put"]["episodes"] == 100
    assert len(written["episode"]) == 100


def test_each_family_has_a_bar_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    played = [*episodes(99, 1), *episodes(7, 3, "sort"), *episodes(7, 3, "stack")]
    assert report(options(), played, 1.0, "") == 1
    out = capsys.readouterr().out
    assert "sort     7/10 = 70.0%; bar 70% met" in out
    assert "stack    7/10 = 70.0%; bar 80% MISSED" in out


def test_a_bar_that_is_no_number_is_never_met() -> None:
    assert report(options("--bar", "nan"), episodes(10, 0), 1.0, "") == 1


def test_only_families_that_the_policy_knows_can_be_measured() -> None:
    with pytest.raises(ConfigError, match=r"--tasks fly: .fly. does not exist; there are: all"):
        eval_ros.run(options("--tasks", "fly"))


@pytest.mark.parametrize(
    "words", [("--swap", "3"), ("--report",), ("--shift", "light"), ("--policy", "expert")]
)
def test_what_is_measured_in_simulated_time_only_is_refused(words: tuple[str, ...]) -> None:
    with pytest.raises(ConfigError, match=f"{words[0]}.*leave out --through-ros"):
        eval_ros.run(options(*words))
