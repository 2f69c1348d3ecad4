# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import json
import math
from argparse import Namespace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("rclpy", reason="ROS is not installed")
pytest.importorskip("vla_ros.action", reason="the interfaces are not built")

from vla_ros.cli import eval_ros, ready
from vla_ros.cli.eval_ros import Episode, evaluate, summarise
from vla_ros.errors import ConfigError
from vla_ros.policy.outcome import Outcome
from vla_ros.ros.client import Ended, RefusedError
from vla_ros.ros.station import SceneError

pytestmark = pytest.mark.ros


class FakeStation:
    """Answers as a graph would; `outcome` and `solved` are set by the test."""

    def __init__(self) -> None:
        self.outcome = Outcome.SUCCEEDED
        self.armed = 0
        self.refuse: Exception | None = None
        self.instructions = SimpleNamespace(send=self.send)

    def ready(self) -> None:
        self.armed += 1
        if self.refuse is not None:
            raise self.refuse

    def send(self, goal: Any) -> Ended:
        return Ended(
            outcome=self.outcome,
            message="because",
            duration_s=4.0,
            inference_count=12,
            intervention_count=1,
        )


@pytest.fixture
def station(monkeypatch: pytest.MonkeyPatch) -> FakeStation:
    monkeypatch.setattr(ready, "lay_out", lambda station, seed: f"task {seed}")
    monkeypatch.setattr(ready, "solved_for_good", lambda station, task: (True, "it is there"))
    return FakeStation()


def play(station: FakeStation, seeds: range = range(1000, 1001)) -> list[Episode]:
    return evaluate(SimpleNamespace(check=lambda: None), station, seeds)


def test_an_episode_counts_when_policy_and_physics_agree(station: FakeStation) -> None:
    (episode,) = play(station)
    assert (episode.success, episode.reason) == (True, "")
    assert (episode.seed, episode.instruction) == (1000, "task 1000")


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
    assert episode.reason == "the policy said done, but it fell out"


def test_a_scene_that_cannot_be_laid_out_is_a_failure(
    station: FakeStation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(station: FakeStation, seed: int) -> str:
        raise SceneError("cannot lay out scene 1000")

    monkeypatch.setattr(ready, "lay_out", fail)
    (episode,) = play(station)
    assert (episode.success, episode.outcome) == (False, "NOT_STARTED")


def test_a_gate_that_cannot_be_armed_is_a_failure(station: FakeStation) -> None:
    station.refuse = RefusedError("~/arm refused: the arm moves")
    (episode,) = play(station)
    assert (episode.success, episode.reason) == (False, "~/arm refused: the arm moves")


def episodes(wins: int, losses: int) -> list[Episode]:
    won = Episode(
        seed=1, instruction="", success=True, outcome="SUCCEEDED", reason="", duration_s=3.0
    )
    lost = Episode(seed=2, instruction="", success=False, outcome="TIMEOUT", reason="late")
    return [won] * wins + [lost] * losses


def test_figures_carry_wilsons_interval() -> None:
    figures = summarise(episodes(85, 15), 100.0)
    assert figures.success_rate == 0.85
    assert (figures.wilson_low, figures.wilson_high) == pytest.approx((0.767, 0.907), abs=1e-3)
    assert figures.mean_duration_s == 3.0
    assert figures.line().startswith("episodes=100 successes=85 success_rate=0.85 ")


@pytest.mark.parametrize(("wins", "code"), [(85, 0), (84, 1), (0, 1)])
def test_the_exit_code_tells_whether_the_bar_is_met(
    wins: int, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    args = Namespace(bar=0.85, json=tmp_path / "figures.json")
    played = episodes(wins, 100 - wins)
    assert eval_ros._report(args, played, summarise(played, 1.0)) == code
    assert capsys.readouterr().out.splitlines()[-1].startswith("episodes=100 ")
    written = json.loads((tmp_path / "figures.json").read_text())
    assert written["successes"] == wins
    assert len(written["episode"]) == 100


def test_a_bar_that_is_no_number_is_never_met() -> None:
    played = episodes(10, 0)
    assert eval_ros._report(Namespace(bar=math.nan, json=None), played, summarise(played, 1.0))


def test_only_families_that_the_simulator_draws_can_be_measured() -> None:
    with pytest.raises(ConfigError, match="--tasks fly: the simulator draws from put"):
        eval_ros._check_tasks(["fly"])
