# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import json
from typing import Any

import pytest
from episodes import make_result, refusal

from vla_ros.evaluate.cases import SUITES, Kind, Plan
from vla_ros.evaluate.document import Evaluation, make_document
from vla_ros.evaluate.failure import Failure
from vla_ros.evaluate.page import MEANINGS, make_page
from vla_ros.robot.parts import ConfidenceProfile

THRESHOLD = ConfidenceProfile(least=0.6, in_row=1)


def document(*results: Any, threshold: ConfidenceProfile | None = None) -> Any:
    plan = Plan(families=("put", "sort"), episodes=2, seed=7)
    evaluation = Evaluation(
        policy="tabletop", plan=plan, results=results, wall_s=3.0, threshold=threshold
    )
    return json.loads(json.dumps(make_document(evaluation)))


def test_families_are_held_against_their_bars() -> None:
    page = make_page(
        document(make_result(), make_result(Failure.TIMEOUT, family="sort")), ["f.svg"], ["v.mp4"]
    )
    assert "| `put` | 1/1 = 100.0% | 20.7% to 100.0% | 80% met | 85% | 100% | 4.0 s |" in page
    assert "| `sort` | 0/1 = 0.0% | 0.0% to 79.3% | 70% **missed** | 80% | 40% | ? s |" in page
    assert "| 1 timeout |" in page
    assert "![f.svg](f.svg)" in page
    assert "- [v.mp4](v.mp4)" in page
    assert "## Generalisation" not in page


def test_splits_are_held_against_the_first_row() -> None:
    main, dark = [make_result()] * 4, [make_result(suite="shadows")] * 3
    page = make_page(document(*main, *dark, make_result(Failure.TIMEOUT, suite="shadows")), [], [])
    assert (
        "| (unseen layouts, held-out sentences) | 4/4 = 100.0% | 51.0% to 100.0% |  | | |" in page
    )
    assert (
        "| the lamp casts shadows | 3/4 = 75.0% | 30.1% to 95.4% | -25.0 | -10 **missed** | -5 |"
        in page
    )
    assert "were not measured apart" in page


def test_new_colour_pairs_are_a_split_of_their_own() -> None:
    page = make_page(document(make_result(), make_result(suite="new colour pairs")), [], [])
    assert "were not measured apart" not in page


def test_every_split_is_explained() -> None:
    assert set(SUITES) <= set(MEANINGS)


def test_swaps_and_refusals_are_told() -> None:
    swap = {"kind": Kind.SWAP, "suite": "swap"}
    results = [
        make_result(),
        make_result(**swap),
        make_result(Failure.WRONG_OBJECT, **swap),
        refusal(reason="nonsense"),
        refusal(kind=Kind.GROUNDABLE, suite="groundable"),
    ]
    page = make_page(document(*results), [], [])
    assert "both right: 0/1 = 0.0% (0.0% to 79.3%); bar 80% **missed**, aim 90%" in page
    assert "0.01 rad: 1/1 = 100.0% (20.7% to 100.0%); bar 95% met; nonsense 100%" in page
    assert "can be carried out, refused: 1/1 = 100.0% (20.7% to 100.0%); bar 3% **missed**" in page


@pytest.mark.parametrize(
    ("threshold", "text"),
    [
        (None, "sets no threshold"),
        (THRESHOLD, "falsely, in 0/1 = 0.0% (0.0% to 79.3%) of the succ"),
    ],
)
def test_confidence_is_held_against_failures(
    threshold: ConfidenceProfile | None, text: str
) -> None:
    sure = make_result(confidence=(0.9,))
    unsure = make_result(Failure.TIMEOUT, confidence=(0.2,))
    page = make_page(document(sure, unsure, threshold=threshold), [], [])
    assert "as a sign of failure: 1.000; of its least: 1.000 (2 episodes)" in page
    assert text in page
