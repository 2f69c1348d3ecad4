# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

import av
import pytest
from episodes import make_result

from vla_ros.cli.eval_film import choose, film, write_films
from vla_ros.evaluate.cases import Case, Kind
from vla_ros.evaluate.failure import Failure
from vla_ros.evaluate.run import Subject, player

OPEN = Case(seed=40, family="open")


def test_one_failure_of_each_kind_comes_first() -> None:
    kinds = (Failure.TIMEOUT, Failure.NONE, Failure.TIMEOUT, Failure.MISPLACED)
    results = [make_result(kind, seed=seed) for seed, kind in enumerate(kinds)]
    results += [make_result(Failure.REFUSED, kind=Kind.UNGROUNDABLE, seed=9)]
    cases = [Case(seed=r.seed, family="put") for r in results]
    assert [result.seed for _, result in choose(cases, results, 6)] == [0, 3, 2]
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
