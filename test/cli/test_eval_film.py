# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

import av
import pytest
from episodes import make_result, refusal

from vla_ros.cli.eval_film import choose, film, write_films
from vla_ros.evaluate.cases import Case, Kind
from vla_ros.evaluate.failure import Failure
from vla_ros.evaluate.run import Subject, player
from vla_ros.learn.rollout import Ending

OPEN = Case(seed=40, family="open")


def test_one_failure_of_each_kind_comes_first() -> None:
    kinds = (Failure.TIMEOUT, Failure.NONE, Failure.TIMEOUT, Failure.MISPLACED)
    results = [make_result(kind, seed=seed) for seed, kind in enumerate(kinds)]
    results += [
        refusal(seed=4),
        refusal(Failure.NONE, ending=Ending.DONE, seed=5),  # Done by chance, and never to be.
        refusal(Failure.TIMEOUT, ending=Ending.TIMEOUT, seed=6),
        refusal(joint_motion_rad=0.1, seed=7),
        make_result(kind=Kind.SWAP, seed=8),
        make_result(Failure.TIMEOUT, kind=Kind.SWAP, seed=9),
        make_result(Failure.TIMEOUT, kind=Kind.GROUNDABLE, ending=Ending.TIMEOUT, seed=10),
        refusal(kind=Kind.GROUNDABLE, seed=11),
    ]
    cases = [Case(seed=r.seed, family="put") for r in results]
    chosen = [result.seed for _, result in choose(cases, results, 8)]
    assert chosen == [0, 3, 5, 9, 11, 2, 6, 7]
    assert [result.seed for _, result in choose(cases, results, 1)] == [0]
    assert choose(cases, results, 0) == []


@pytest.fixture
def tiny_overview(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vla_ros.cli.eval_film._SIZE", (64, 48))


@pytest.mark.usefixtures("tiny_overview")
def test_the_film_shows_the_same_episode(tmp_path: Path) -> None:
    with player(Subject(policy="expert")) as opened:
        before = opened.play(OPEN)
        again = film(tmp_path / "film.mp4", opened, OPEN)
    assert (again.path_m, again.duration_s) == (before.path_m, before.duration_s)
    with av.open(str(tmp_path / "film.mp4")) as video:
        count = sum(1 for _ in video.decode(video=0))
    assert count / 10 == pytest.approx(before.duration_s + 1.0, abs=0.3)


@pytest.mark.usefixtures("tiny_overview")
def test_films_are_named_after_what_went_wrong(tmp_path: Path) -> None:
    failed = make_result(Failure.TIMEOUT, family="open")
    (path,) = write_films(tmp_path, Subject(policy="expert"), [(OPEN, failed)])
    assert path.name == "main-open-40-timeout.mp4"
    assert path.stat().st_size > 1000
    assert list(write_films(tmp_path, Subject(policy="nobody"), [])) == []
