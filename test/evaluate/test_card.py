# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import onnxruntime
import pytest
from episodes import make_result, refusal

from vla_ros.errors import ConfigError
from vla_ros.evaluate.card import main
from vla_ros.evaluate.cases import Kind, Plan
from vla_ros.evaluate.document import Evaluation, make_document
from vla_ros.evaluate.failure import Failure
from vla_ros.evaluate.run import Subject, families_known
from vla_ros.policy.model_file import METADATA_KEY, read_description, sha256_of
from vla_ros.policy.spec import load_policy_profile
from vla_ros.sim.language.grammar import Split
from vla_ros.sim.tasks import FAMILIES

DOCS = Path(__file__).parents[2] / "docs"
CARD, TASKS = DOCS / "model-card.md", DOCS / "reference/tasks.md"

SHIPPED = sha256_of(load_policy_profile("tabletop").model)
SIMULATED = {
    "policy": "tabletop",
    "model_sha256": SHIPPED,
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
    training.write_text(json.dumps({"model": "/home/me/x.onnx", "training_s": 1338.98}))
    main(["--simulated", str(figures), "--training", str(training), "--out", str(page)])
    text = page.read_text()
    assert "| 2, seeds 7 to 8 | 1/2 = 50.0% | 9.0% to 91.0% | 5.0 s |" in text
    assert "Failures: 1 never_lifted." in text
    assert "| training_s | 1338.98 |" in text
    assert "/home/me" not in text
    assert "yellow" in text


def evaluate(**said: Any) -> Evaluation:
    """Return an evaluation of the shipped policy."""
    return Evaluation(policy="tabletop", model_sha256=SHIPPED, wall_s=1.0, **said)


def through_ros(*scenes: tuple[int, str]) -> str:
    """Return a document of the nodes in which every other scene succeeds, as JSON."""
    episodes = [
        {"seed": seed, "family": family, "success": k % 2 == 0, "outcome": "SUCCEEDED"}
        for k, (seed, family) in enumerate(scenes)
    ]
    return json.dumps(SIMULATED | {"split": "held_out", "episode": episodes})


def test_the_nodes_are_compared_on_the_same_scenes(tmp_path: Path) -> None:
    results = [
        make_result(seed=5),
        make_result(seed=6, family="sort"),
        make_result(Failure.TIMEOUT, seed=7),
        make_result(Failure.TIMEOUT, seed=8, family="sort"),
        make_result(Failure.TIMEOUT, seed=5, suite="more things"),
        make_result(Failure.TIMEOUT, seed=5, suite="new things"),
    ]
    plan = Plan(families=("put", "sort"), episodes=4, seed=5)
    evaluation = evaluate(plan=plan, results=results)
    files = {name: tmp_path / name for name in ("s.json", "same.json", "other.json", "card.md")}
    files["s.json"].write_text(json.dumps(make_document(evaluation)))
    files["same.json"].write_text(through_ros((5, "put"), (6, "sort"), (7, "put")))
    files["other.json"].write_text(through_ros((5, "put"), (6, "put")))
    words = ("--simulated", "s.json", "--ros", "same.json", "--ros", "other.json")
    main([str(files.get(word, word)) for word in (*words, "--out", "card.md")])
    text = files["card.md"].read_text()
    assert "seeds 5 to 7 | 1/2 = 50.0% | 9.0% to 91.0% | 5.0 s | 2/3 = 66.7% |" in text
    assert "seeds 5 to 6 | 1/2 = 50.0% | 9.0% to 91.0% | 5.0 s | |" in text
    assert "- Two more things on the table than usual cost 100 points." in text
    assert "- Two things of shapes and colours that no sentence names cost 100 points." in text


def write_card(tmp_path: Path, *documents: dict[str, Any], policy: str = "tabletop") -> str:
    """Return the card made of evaluations in simulated time."""
    words = ["--policy", policy, "--out", str(tmp_path / "card.md")]
    for number, document in enumerate(documents):
        path = tmp_path / f"{number}.json"
        path.write_text(json.dumps(document))
        words += ["--simulated", str(path)]
    main(words)
    return (tmp_path / "card.md").read_text()


@pytest.mark.parametrize(
    ("said", "other"),
    [
        ({"policy": "expert"}, f"policy 'expert', model {SHIPPED[:12]}"),
        ({"policy": None}, f"policy 'None', model {SHIPPED[:12]}"),
        ({"model_sha256": "ab" * 32}, "policy 'tabletop', model abababababab"),
        ({"model_sha256": ""}, "policy 'tabletop', model unknown"),
    ],
)
@pytest.mark.parametrize("option", ["--simulated", "--ros"])
def test_figures_of_another_policy_or_model_are_refused(
    tmp_path: Path, option: str, said: dict[str, Any], other: str
) -> None:
    path = tmp_path / "figures.json"
    path.write_text(json.dumps(SIMULATED | said))
    own = f"policy 'tabletop', model {SHIPPED[:12]} "
    with pytest.raises(
        ConfigError, match=f"s.json: was measured of {other}; the card is of {own}"
    ):
        main([option, str(path), "--out", str(tmp_path / "card.md")])


def test_a_model_file_that_was_measured_and_then_installed_is_the_cards(tmp_path: Path) -> None:
    text = write_card(tmp_path, SIMULATED | {"model": str(tmp_path / "gone" / "mine.onnx")})
    assert "| 1/2 = 50.0% |" in text


@pytest.mark.parametrize(
    ("planned", "may_refuse", "said"),
    [
        ({}, True, ""),
        ({"split": Split.TRAIN}, True, "--split train"),
        ({"shift": "camera"}, True, "--shift camera"),
        ({"families": ("put", "lift")}, True, "--tasks put,lift"),
        ({}, False, "--never-refuse"),
    ],
)
def test_the_card_says_what_was_measured_in_another_way(
    tmp_path: Path, planned: dict[str, Any], may_refuse: bool, said: str
) -> None:
    plan = replace(Plan(families=tuple(FAMILIES), episodes=1, seed=0), **planned)
    evaluation = evaluate(plan=plan, results=[make_result()], may_refuse=may_refuse)
    text = write_card(tmp_path, make_document(evaluation))
    command = f"`vla_ros eval --policy tabletop --episodes 1 --seed 0 {said}".rstrip()
    assert f"\n{command}`:\n" in text
    row = f"\n| simulated time, no ROS{said and f', `{said}`'} | 1, seeds 1 to 1 "
    assert row in text


def test_an_evaluation_without_main_episodes_has_no_row(tmp_path: Path) -> None:
    plan = Plan(families=("put",), episodes=0, seed=5, swaps=1)
    pair = [make_result(kind=Kind.SWAP, suite="swap")] * 2
    evaluation = evaluate(plan=plan, results=pair)
    text = write_card(tmp_path, make_document(evaluation))
    assert "| not yet measured |" in text
    assert "--episodes 0 --seed 5 --tasks put --swap 1`" in text
    assert "Two instructions in one scene, both right: 1/1" in text
    assert "| family |" not in text


def test_the_published_card_is_that_of_the_shipped_policy() -> None:
    profile = load_policy_profile("tabletop")
    assert profile.model is not None
    assert profile.confidence is not None
    session = onnxruntime.InferenceSession(profile.model, providers=["CPUExecutionProvider"])
    said = session.get_modelmeta().custom_metadata_map.get(METADATA_KEY)
    described = read_description(profile.model, said)
    words, rule = described.words[1:], profile.confidence
    text = CARD.read_text(encoding="utf-8")
    assert f"model: {described.parameters:,} weights," in text
    assert f"- It knows {len(words)} words: {', '.join(words)}.\n" in text
    assert f"How this file was made: {described.trained}.\n" in text
    told = set(re.findall(r"below ([\d.]+), (\d+) times in a row \(the policy profile's", text))
    assert told == {(f"{rule.least:.3g}", str(rule.in_row))}


def test_the_shipped_policy_knows_all_families() -> None:
    assert families_known(Subject(policy="tabletop")) == tuple(FAMILIES)
    assert "The\nshipped policy `tabletop` knows all of them" in TASKS.read_text(encoding="utf-8")


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
    evaluation = evaluate(plan=plan, results=results)
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
    assert "shades vary nearly as much (standard deviation 0.05 against 0.06" in text
    assert "Where the profile's threshold for confidence was chosen on scenes of this page" in text
    assert "Two more things" not in text
