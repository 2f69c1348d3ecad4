# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

from episodes import make_result

from vla_ros.evaluate.cases import Plan
from vla_ros.evaluate.document import Evaluation, make_document
from vla_ros.evaluate.episode import EpisodeResult
from vla_ros.evaluate.failure import Failure
from vla_ros.evaluate.plots import write_plots


def written(folder: Path, *results: EpisodeResult) -> set[str]:
    plan = Plan(families=("put",), episodes=1, seed=7)
    evaluation = Evaluation(policy="tabletop", plan=plan, results=results, wall_s=1.0)
    paths = write_plots(folder, make_document(evaluation))
    assert all(path.read_text().startswith("<?xml") for path in paths)
    return {path.name for path in paths}


def test_a_picture_is_drawn_of_what_was_measured_only(tmp_path: Path) -> None:
    won, lost = make_result(confidence=(0.9,)), make_result(Failure.TIMEOUT, confidence=(0.2,))
    assert written(tmp_path) == set()
    assert written(tmp_path, make_result()) == {"families.svg"}
    assert written(tmp_path, won, lost) == {"families.svg", "failures.svg", "confidence.svg"}
    assert written(tmp_path, won, make_result(suite="shadows")) == {
        "families.svg",
        "generalisation.svg",
    }


def test_a_family_that_was_never_solved_is_drawn(tmp_path: Path) -> None:
    assert "families.svg" in written(tmp_path, make_result(Failure.TIMEOUT))


def test_the_same_figures_are_drawn_as_the_same_files(tmp_path: Path) -> None:
    folders = [tmp_path / "first", tmp_path / "again"]
    for folder in folders:
        folder.mkdir()
        written(folder, make_result(Failure.TIMEOUT))
    first, again = ({p.name: p.read_bytes() for p in folder.iterdir()} for folder in folders)
    assert first == again
