# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import json

from episodes import make_result, refusal

from vla_ros.evaluate.cases import Kind, Plan
from vla_ros.evaluate.document import Evaluation, make_document
from vla_ros.evaluate.failure import Failure
from vla_ros.evaluate.tables import headline, lines
from vla_ros.learn.rollout import Ending
from vla_ros.robot.parts import ConfidenceProfile

RESULTS = [
    make_result(family="put", confidence=(0.9,)),
    make_result(Failure.TIMEOUT, family="sort", confidence=(0.2,)),
    make_result(family="put", suite="shadows"),
    make_result(kind=Kind.SWAP, suite="swap"),
    make_result(kind=Kind.SWAP, suite="swap"),
    refusal(reason="nonsense"),
    make_result(Failure.TIMEOUT, kind=Kind.GROUNDABLE, suite="groundable", ending=Ending.TIMEOUT),
]


def evaluation() -> Evaluation:
    plan = Plan(families=("put", "sort"), episodes=2, seed=7)
    return Evaluation(
        policy="tabletop",
        plan=plan,
        results=RESULTS,
        wall_s=3.0,
        threshold=ConfidenceProfile(least=0.6, in_row=1),
    )


def test_the_document_says_everything_and_json_can_hold_it() -> None:
    document = json.loads(json.dumps(make_document(evaluation()), allow_nan=False))
    assert (document["episodes"], document["successes"]) == (2, 1)
    assert document["families"]["sort"]["bar"] == 0.7
    assert list(document["suites"]) == ["main", "shadows"]
    assert document["swaps"]["share"] == 1.0
    assert document["ungroundable"]["by_reason"]["nonsense"]["count"] == 1
    assert document["groundable_refused"]["count"] == 0
    assert document["failure_detection"]["auroc_of_mean_confidence"] == 1.0
    assert document["failure_detection"]["shipped"]["falsely"]["count"] == 0
    assert len(document["episode"]) == len(RESULTS)


def test_lines_say_every_figure_and_whether_its_bar_is_met() -> None:
    text = "\n".join(lines(evaluation()))
    assert "put                1/1 = 100.0% (20.7% to 100.0%); bar 80% met" in text
    assert "bar 70% MISSED, aim 80%; partial 40%" in text
    assert "1 timeout" in text
    assert "shadows            1/1" in text
    assert "both of two instructions in one scene right: 1/1" in text
    assert "largest motion of a joint 0.0000 rad" in text
    assert "can be done, refused: 0/1" in text
    assert "AUROC 1.000 (mean)" in text
    assert "1/1 = 100.0% (20.7% to 100.0%) of failures" in text
    assert text.splitlines()[-1].startswith("all ")


def test_the_headline_is_of_the_main_figures() -> None:
    assert headline(RESULTS).startswith("episodes=2 successes=1 success_rate=0.5 wilson_low=")
