# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
from dataclasses import replace
from pathlib import Path

import pytest

from vla_ros.errors import ConfigError
from vla_ros.evaluate.cases import Case, Plan, make_cases
from vla_ros.evaluate.run import Subject, families_known, play_all
from vla_ros.sim.tasks import FAMILIES

EXPERT = Subject(policy="expert")
CASES = make_cases(Plan(families=("home", "open", "close"), episodes=3, seed=40))


def test_one_process_and_two_give_the_same_episodes_in_the_same_order() -> None:
    told: list[int] = []
    parts = [play_all(EXPERT, CASES, n, lambda r: told.append(r.seed)) for n in (1, 2)]
    alone, together = ([replace(r, infer_ms=0.0) for r in part] for part in parts)
    assert alone == together
    assert told == [40, 41, 42, 40, 41, 42]
    assert all(r.success for r in alone)


def test_an_unknown_policy_is_named() -> None:
    with pytest.raises(ConfigError, match=r"'tabletp' does not exist. Did you mean 'tabletop'"):
        play_all(Subject(policy="tabletp"), CASES, 1)


def test_a_model_that_is_not_there_ends_the_workers_too(tmp_path: Path) -> None:
    subject = Subject(policy="tabletop", model=tmp_path / "gone.onnx")
    with pytest.raises(ConfigError, match=r"gone.onnx: the model file does not exist"):
        play_all(subject, CASES, 2)


@pytest.mark.parametrize(("name", "backend"), [("a.onnx", "onnx"), ("checkpoint.pt", "torch")])
def test_a_checkpoint_is_measured_like_a_model(name: str, backend: str, tmp_path: Path) -> None:
    profile = Subject(policy="tabletop", model=tmp_path / name).profile()
    assert profile.backend == backend
    assert profile.model == tmp_path / name


def test_a_policy_may_be_kept_from_refusing() -> None:
    assert Subject(policy="tabletop").profile().grounding is not None
    assert Subject(policy="tabletop", may_refuse=False).profile().grounding is None


@pytest.mark.parametrize("name", ["expert", "tabletop"])
def test_expert_and_shipped_policy_are_measured_in_all_families(name: str) -> None:
    assert families_known(Subject(policy=name)) == tuple(FAMILIES)


@pytest.mark.slow
def test_the_shipped_policy_solves_unseen_scenes() -> None:
    subject = Subject(policy="tabletop")
    cases = [Case(seed=6_000_000 + k, family="put") for k in range(4)]
    results = play_all(subject, cases, 1)
    assert [r.seed for r in results] == [6_000_000 + k for k in range(4)]
    assert sum(r.success for r in results) >= 3
