# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import json
from pathlib import Path

import pytest
from episodes import make_result, refusal

from vla_ros.errors import ConfigError
from vla_ros.evaluate.card import main
from vla_ros.evaluate.cases import Plan
from vla_ros.evaluate.document import Evaluation, make_document
from vla_ros.evaluate.failure import Failure

SIMULATED = {
    "episodes": 2,
    "successes": 1,
    "success_rate": 0.5,
    "wilson_low": 0.09,
    "wilson_high": 0.91,
    "mean_duration_s": 5.0,
    "episode": [
        {"seed": 7, "failure": "none"},
        {"seed": 8, "failure": "never_lifted"},
    ],
}


def test_the_card_says_what_was_measured(tmp_path: Path) -> None:
    figures, training, page = (tmp_path / n for n in ("s.json", "t.json", "card.md"))
    figures.write_text(json.dumps(SIMULATED))
    training.write_text(json.dumps({"training_steps": 14000, "training_s": 1338.98}))
    main(["--simulated", str(figures), "--training", str(training), "--out", str(page)])
    text = page.read_text()
    assert "| 2, seeds 7 to 8 | 1/2 = 50.0% | 9.0% to 91.0% | 5.0 s |" in text
    assert "Failures: 1 never_lifted." in text
    assert "| training_s | 1338.98 |" in text
    assert "yellow" in text


def test_figures_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"gone.json: cannot be read"):
        main(["--ros", str(tmp_path / "gone.json"), "--out", str(tmp_path / "card.md")])


def test_the_card_tells_of_families_splits_and_refusals(tmp_path: Path) -> None:
    results = [
        make_result(seed=5),
        make_result(Failure.TIMEOUT, seed=6, family="sort"),
        make_result(seed=5, suite="shadows"),
        refusal(seed=99, reason="nonsense"),
    ]
    plan = Plan(families=("put", "sort"), episodes=2, seed=5)
    evaluation = Evaluation(policy="tabletop", plan=plan, results=results, wall_s=1.0)
    figures, page, images = tmp_path / "s.json", tmp_path / "card.md", tmp_path / "images"
    figures.write_text(json.dumps(make_document(evaluation)))
    main(["--simulated", str(figures), "--out", str(page), "--images", str(images)])
    text = page.read_text()
    assert "| 2, seeds 5 to 6 | 1/2 = 50.0% |" in text
    assert "Failures: 1 timeout." in text
    assert "| `sort` | 0/1 = 0.0% |" in text
    assert "![tabletop-families](images/tabletop-families.svg)" in text
    assert (images / "tabletop-generalisation.svg").is_file()
    assert "### Generalisation" in text
    assert "refused with no joint moved" in text
