# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import json
from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip("torch", reason="training needs torch")
pytest.importorskip("pyarrow", reason="datasets need pyarrow")
pytest.importorskip("vla_ros.sim.world", reason="mujoco is not installed")

import heads
from episodes import make_result

from vla_ros.evaluate.failure import Failure
from vla_ros.learn.config import LearnConfig, load_learn_config


def test_variants_differ_in_head_and_seed_only() -> None:
    config = load_learn_config("tabletop")
    one, other = (heads.variant_of(config, head, 50, seed=3) for head in ("tokens", "flow"))
    assert (one.network.head, other.network.head) == ("tokens", "flow")
    assert one.seed == other.seed == 3
    assert one.training.steps == other.training.steps == 50
    same = one.network.model_copy(update={"head": "flow"})
    assert one.model_copy(update={"network": same}) == other


def test_all_learn_from_one_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    class Report:
        model = tmp_path / "policy.onnx"

    monkeypatch.setattr(heads, "learn", lambda _, folder, __: seen.append(folder) or Report)
    config = load_learn_config("tabletop")
    for head, seed, networks in (("tokens", 1, 1), ("flow", 1, 1), ("flow", 2, 1), ("flow", 2, 2)):
        heads.train(heads.variant_of(config, head, 50, seed, networks), tmp_path)
    names = ["tokens_1", "flow_1", "flow_2", "flow_2_2_networks"]
    assert [folder.name for folder in seen] == names
    assert {(f / "demonstrations").resolve() for f in seen} == {tmp_path / "demonstrations"}


def test_a_row_tells_success_time_and_size(tmp_path: Path) -> None:
    model = tmp_path / "policy.onnx"
    model.write_bytes(b"x" * 2_500_000)
    results = [
        make_result(confidence=(0.9,)),
        make_result(Failure.TIMEOUT, confidence=(0.2,)),
    ]
    assert heads.figures_of(model, results, 5.04) == {
        "success": "1/2 = 50.0% (9.5% to 90.5%)",
        "AUROC": "1.000",
        "chunk [ms]": "5.0",
        "file [MB]": "2.5",
    }


def test_each_row_is_written_when_it_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the time of a chunk alone, not that of episodes which two processes play."""
    model = tmp_path / "policy.onnx"
    model.write_bytes(b"x")

    def train_one(config: LearnConfig, _: Path) -> Path:
        if config.network.head == "flow":
            raise KeyboardInterrupt
        return model

    monkeypatch.setattr(heads, "train", train_one)
    monkeypatch.setattr(heads, "families_known", lambda _: ("put",))
    monkeypatch.setattr(heads, "play_all", lambda *_: [make_result(infer_ms=99.0)])
    monkeypatch.setattr(heads, "time_model", lambda _: SimpleNamespace(taken_ms=(1.0, 4.0, 9.0)))
    words = ["heads.py", "--heads", "tokens,flow", "--episodes", "1", "--out", str(tmp_path)]
    monkeypatch.setattr(heads.sys, "argv", words)
    with pytest.raises(KeyboardInterrupt):
        heads.main()
    (row,) = json.loads((tmp_path / "heads.json").read_text())
    assert (row["head"], row["chunk [ms]"]) == ("tokens", "4.0")
